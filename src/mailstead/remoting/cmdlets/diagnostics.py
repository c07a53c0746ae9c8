"""Module Microsoft.PowerShell.Diagnostics: the event logs of a Hyper-V host."""

from typing import Annotated, Literal, TypeAlias

from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import Int64, Net

HyperVLog: TypeAlias = Literal[
    "Microsoft-Windows-Hyper-V-VMMS-Admin",
    "Microsoft-Windows-Hyper-V-Worker-Admin",
    "Microsoft-Windows-Hyper-V-High-Availability-Admin",
]
HYPERV_LOGS: tuple[HyperVLog, ...] = (
    "Microsoft-Windows-Hyper-V-VMMS-Admin",
    "Microsoft-Windows-Hyper-V-Worker-Admin",
    "Microsoft-Windows-Hyper-V-High-Availability-Admin",
)


class GetWinEvent(Cmdlet, name="Get-WinEvent", module="Microsoft.PowerShell.Diagnostics", gives="EventLogRecord"):
    """The newest events of the logs of Hyper-V; an error when there are none."""

    LogName: Annotated[tuple[HyperVLog, ...], Net("String[]")]
    MaxEvents: Int64
