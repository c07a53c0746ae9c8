"""Module ActiveDirectory: units, groups and people below the platform's unit. Source: Microsoft's reference.

Objects are named by their distinguished name, which the role holds to the platform's unit; filters are LDAP's
(RFC 4515) and search below a base.
"""

from typing import Annotated, Literal

from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import Net, SecureString, Switch, Text, Texts, Truth

Unit = Annotated[str, Net("ADOrganizationalUnit")]
Group = Annotated[str, Net("ADGroup")]
User = Annotated[str, Net("ADUser")]
Account = Annotated[str, Net("ADAccount")]
Principals = Annotated[tuple[str, ...], Net("ADPrincipal[]")]
Scope = Annotated[Literal["Base", "OneLevel", "Subtree"], Net("ADSearchScope")]
Reach = Annotated[Literal["DomainLocal", "Global", "Universal"], Net("ADGroupScope")]
Purpose = Annotated[Literal["Distribution", "Security"], Net("ADGroupCategory")]


class _Directory(Cmdlet, module="ActiveDirectory"):
    """Takes nothing from the pipe."""


class GetADOrganizationalUnits(_Directory, name="Get-ADOrganizationalUnit", gives="ADOrganizationalUnit"):
    """Units below a base."""

    LDAPFilter: Text
    SearchBase: Text
    SearchScope: Scope = "Subtree"
    Properties: Texts | None = None


class NewADOrganizationalUnit(_Directory, name="New-ADOrganizationalUnit", asks=True):
    """A new unit in another."""

    Name: Text
    Path: Text
    Description: Text | None = None
    ProtectedFromAccidentalDeletion: Truth = True


class SetADOrganizationalUnit(_Directory, name="Set-ADOrganizationalUnit", asks=True):
    """Description of a unit, and whether it is protected."""

    Identity: Unit
    Description: Text | None = None
    ProtectedFromAccidentalDeletion: Truth | None = None


class RemoveADOrganizationalUnit(_Directory, name="Remove-ADOrganizationalUnit", asks=True):
    """Remove a unit that is empty; an error if it is protected."""

    Identity: Unit


class GetADGroups(_Directory, name="Get-ADGroup", gives="ADGroup"):
    """Groups below a base."""

    LDAPFilter: Text
    SearchBase: Text
    SearchScope: Scope = "Subtree"
    Properties: Texts | None = None


class NewADGroup(_Directory, name="New-ADGroup", asks=True):
    """A new group in a unit."""

    Name: Text
    SamAccountName: Text
    GroupScope: Reach = "Global"
    GroupCategory: Purpose = "Security"
    Path: Text
    Description: Text | None = None


class RemoveADGroup(_Directory, name="Remove-ADGroup", asks=True):
    """Remove a group; its members stay."""

    Identity: Group


class AddADGroupMember(_Directory, name="Add-ADGroupMember", asks=True):
    """Put people or groups into a group; who is in it already is no error."""

    Identity: Group
    Members: Principals


class RemoveADGroupMember(_Directory, name="Remove-ADGroupMember", asks=True):
    """Take people or groups out of a group."""

    Identity: Group
    Members: Principals


class GetADUsers(_Directory, name="Get-ADUser", gives="ADUser"):
    """People below a base."""

    LDAPFilter: Text
    SearchBase: Text
    SearchScope: Scope = "Subtree"
    Properties: Texts | None = None


class NewADUser(_Directory, name="New-ADUser", asks=True):
    """A new person in a unit; without a password the account is disabled."""

    Name: Text
    SamAccountName: Text
    UserPrincipalName: Text
    Path: Text
    GivenName: Text | None = None
    Surname: Text | None = None
    DisplayName: Text | None = None
    EmailAddress: Text | None = None
    AccountPassword: SecureString | None = None
    ChangePasswordAtLogon: Truth | None = None
    Enabled: Truth | None = None


class SetADUser(_Directory, name="Set-ADUser", asks=True):
    """Names, address and principal name of a person."""

    Identity: User
    GivenName: Text | None = None
    Surname: Text | None = None
    DisplayName: Text | None = None
    EmailAddress: Text | None = None
    UserPrincipalName: Text | None = None


class RemoveADUser(_Directory, name="Remove-ADUser", asks=True):
    """Remove a person."""

    Identity: User


class EnableADAccount(_Directory, name="Enable-ADAccount", asks=True):
    """Let an account sign in."""

    Identity: Account


class DisableADAccount(_Directory, name="Disable-ADAccount", asks=True):
    """Let an account sign in no more."""

    Identity: Account


class SetADAccountPassword(_Directory, name="Set-ADAccountPassword", asks=True):
    """Give an account another password, without the old one."""

    Identity: Account
    NewPassword: SecureString
    Reset: Switch = True
