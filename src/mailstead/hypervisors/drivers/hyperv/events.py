"""What a Hyper-V host and its machines tell: state, heartbeat, counters, event logs. Decision 0148."""

from datetime import datetime

from mailstead.hypervisors.operating import Condition, HostEvent, Metering
from mailstead.remoting.cmdlets.diagnostics import HYPERV_LOGS, GetWinEvent
from mailstead.remoting.cmdlets.hyperv import GetVM, MeasureVM
from mailstead.remoting.errors import NoSuchObject
from mailstead.remoting.values import PsObject

from .operated import Operated
from .refusals import doing

EVENTS_MOST = 2000
_LEVELS = {1: "critical", 2: "error", 3: "warning"}


class HyperVConditions:
    """How one host's machines fare."""

    def __init__(self, host: Operated) -> None:
        self._host = host

    def condition(self, name: str) -> Condition:
        with doing(f"see how {name} fares"):
            vm = self._host.needed(name)
            counted = self._metering(vm) if vm.truth("ResourceMeteringEnabled") else None
            return Condition(
                vm.text_of("State"), vm.text_of("Status"), vm.text_of("Heartbeat"), vm.span("Uptime"), counted
            )

    def _metering(self, vm: PsObject) -> Metering:
        report = self._host.remote.run(GetVM(Id=vm.guid("Id")) | MeasureVM()).one("VMMeteringReportForVirtualMachine")
        return Metering(
            span=report.span("MeteringDuration"),
            cpu_mhz=_counted(report, "AverageProcessorUsage"),
            memory_mib=_counted(report, "AverageMemoryUsage"),
            disk_mib=_counted(report, "TotalDiskAllocation"),
            disk_read_mib=_counted(report, "AggregatedDiskDataRead"),
            disk_written_mib=_counted(report, "AggregatedDiskDataWritten"),
        )


class HyperVEvents:
    """The event logs of Hyper-V on one host."""

    def __init__(self, host: Operated) -> None:
        self._host = host

    def events(self, since: datetime) -> tuple[HostEvent, ...]:
        with doing("read the event logs"):
            try:
                # The newest come first. A filter by time is a table of values that a role cannot narrow.
                found = self._host.remote.run(GetWinEvent(LogName=HYPERV_LOGS, MaxEvents=EVENTS_MOST)).values
            except NoSuchObject as error:
                if error.record.short_id != "NoMatchingEventsFound":
                    raise
                found = ()
            told = [_event(each) for each in found if isinstance(each, PsObject)]
        return tuple(sorted((event for event in told if event.at >= since), key=lambda event: event.at))


def _event(record: PsObject) -> HostEvent:
    message = record.get("Message")  # None where the text of an event is not installed on the host
    return HostEvent(
        at=record.moment("TimeCreated"),
        level=_LEVELS.get(record.number("Level"), "information"),
        log=record.text_of("LogName").removeprefix("Microsoft-Windows-"),
        number=record.number("Id"),
        message=str(message).strip() if message else "",
    )


def _counted(report: PsObject, name: str) -> int:
    """Return a counter; one that Hyper-V has not begun is nothing."""
    return 0 if report.get(name) is None else report.number(name)
