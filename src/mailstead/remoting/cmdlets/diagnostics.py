"""Module Microsoft.PowerShell.Diagnostics: the event logs of a Hyper-V host."""

from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import Int64, Texts

HYPERV_LOGS = (
    "Microsoft-Windows-Hyper-V-VMMS-Admin",
    "Microsoft-Windows-Hyper-V-Worker-Admin",
    "Microsoft-Windows-Hyper-V-High-Availability-Admin",
)


class GetWinEvent(Cmdlet, name="Get-WinEvent", module="Microsoft.PowerShell.Diagnostics", gives="EventLogRecord"):
    """The newest events of logs, of which the role shows those of Hyper-V; an error when there are none."""

    LogName: Texts
    MaxEvents: Int64
