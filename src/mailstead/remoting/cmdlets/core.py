"""Module Microsoft.PowerShell.Core: what a session shows. It is there in every restricted session, by itself."""

from mailstead.remoting.calls import Cmdlet


class GetCommand(Cmdlet, name="Get-Command", module="Microsoft.PowerShell.Core", gives="CommandInfo"):
    """The cmdlets that the session shows; constrained ones come as functions."""
