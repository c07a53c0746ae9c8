"""Module Microsoft.PowerShell.Management: the services of a Windows guest, and its restart."""

from typing import Annotated, Literal

from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import Net, Switch, Text, Texts

StartMode = Annotated[Literal["Automatic", "Disabled", "Manual"], Net("ServiceStartMode")]
ServiceStatus = Annotated[Literal["Running", "Stopped"], Net("String")]


class _Management(Cmdlet, module="Microsoft.PowerShell.Management"):
    """Takes nothing from the pipe."""


class GetService(_Management, name="Get-Service", gives="ServiceController"):
    """Services, by name; a name with a wildcard that fits none is no error, a plain one is."""

    Name: Texts


class SetService(_Management, name="Set-Service", asks=True):
    """How a service starts, and whether it runs."""

    Name: Text
    StartupType: StartMode | None = None
    Status: ServiceStatus | None = None


class RestartService(_Management, name="Restart-Service", asks=True):
    """Stop and start services; with `Force` also one that others depend on."""

    Name: Texts
    Force: Switch = False


class RestartComputer(_Management, name="Restart-Computer", asks=True):
    """Restart the guest at once."""

    Force: Switch
