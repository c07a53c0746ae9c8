"""Module Microsoft.PowerShell.Core: what a session shows. It is there in every restricted session, by itself."""

from mailstead.remoting.calls import Cmdlet

# CommandMetadata.GetRestrictedCommands of PowerShell; the first is all that we call
BY_ITSELF = frozenset(
    {
        "Get-Command",
        "Clear-Host",
        "Exit-PSSession",
        "Get-FormatData",
        "Get-Help",
        "Measure-Object",
        "Out-Default",
        "Select-Object",
    }
)


class GetCommand(Cmdlet, name="Get-Command", module="Microsoft.PowerShell.Core", gives="CommandInfo"):
    """The cmdlets that the session shows; constrained ones come as functions."""
