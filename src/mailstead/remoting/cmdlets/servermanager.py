"""Module ServerManager: the roles and features of a Windows guest."""

from typing import Annotated

from mailstead.remoting.calls import LONG_S, Cmdlet
from mailstead.remoting.dotnet import Net, Switch, Texts

Features = Annotated[tuple[str, ...], Net("Feature[]")]


class _ServerManager(Cmdlet, module="ServerManager"):
    """Takes nothing from the pipe."""


class GetWindowsFeature(_ServerManager, name="Get-WindowsFeature", gives="Feature"):
    """Roles and features, installed or not."""

    Name: Texts | None = None


class InstallWindowsFeature(
    _ServerManager, name="Install-WindowsFeature", gives="FeatureOperationResult", asks=True, deadline_s=LONG_S
):
    """Install features; the guest restarts only if `Restart` is given and it must."""

    Name: Features
    IncludeManagementTools: Switch = False
    IncludeAllSubFeature: Switch = False
    Restart: Switch = False


class UninstallWindowsFeature(
    _ServerManager, name="Uninstall-WindowsFeature", gives="FeatureOperationResult", asks=True, deadline_s=LONG_S
):
    """Take features away."""

    Name: Features
    IncludeManagementTools: Switch = False
    Restart: Switch = False
