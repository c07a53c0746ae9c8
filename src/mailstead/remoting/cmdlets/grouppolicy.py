"""Module GroupPolicy: policies of tenants, linked to their units. Source: Microsoft's reference."""

from typing import Annotated, Literal

from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import Net, Text

YesNo = Literal["No", "Yes"]
Number = Annotated[int, Net("PSObject", int, 0, 2**31 - 1)]
Names = Annotated[tuple[str, ...], Net("String[]")]


class _Policy(Cmdlet, module="GroupPolicy"):
    """Takes nothing from the pipe."""


class GetGPO(_Policy, name="Get-GPO", gives="Gpo"):
    """A policy, by name; an error when there is none."""

    Name: Text


class NewGPO(_Policy, name="New-GPO", gives="Gpo", asks=True):
    """A new policy, without settings or links."""

    Name: Text
    Comment: Text | None = None


class RemoveGPO(_Policy, name="Remove-GPO", asks=True):
    """Remove a policy with its links in this domain."""

    Name: Text


class NewGPLink(_Policy, name="New-GPLink", asks=True):
    """Link a policy to a unit."""

    Name: Text
    Target: Text
    LinkEnabled: Annotated[YesNo, Net("EnableLink")] = "Yes"


class RemoveGPLink(_Policy, name="Remove-GPLink", asks=True):
    """Take a link away; the policy stays."""

    Name: Text
    Target: Text


class GetGPInheritance(_Policy, name="Get-GPInheritance", gives="Som"):
    """Whether a unit inherits policies, and which are linked to it."""

    Target: Text


class SetGPInheritance(_Policy, name="Set-GPInheritance", asks=True):
    """Let a unit inherit policies, or not."""

    Target: Text
    IsBlocked: Annotated[YesNo, Net("BlockInheritance")]


class GetGPRegistryValue(_Policy, name="Get-GPRegistryValue", gives="PolicyRegistrySetting"):
    """The settings of a policy under a key."""

    Name: Text
    Key: Text


class SetGPRegistryNumber(_Policy, name="Set-GPRegistryValue", asks=True):
    """One numeric setting of a policy."""

    Name: Text
    Key: Text
    ValueName: Names
    Type: Annotated[Literal["DWord"], Net("RegistryValueKind")] = "DWord"
    Value: Number


class RemoveGPRegistryValue(_Policy, name="Remove-GPRegistryValue", asks=True):
    """Take a setting out of a policy."""

    Name: Text
    Key: Text
    ValueName: Text
