"""What machines use, and what the host has left."""

from datetime import timedelta
from pathlib import PureWindowsPath

from mailstead.hypervisors.model import MachineStatistics, Power, Room
from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets.hyperv import GetVMHost, MeasureVM
from mailstead.remoting.cmdlets.storage import GetVolumeOf
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject

from .looking import Looking, sources
from .ownership import defined_of, is_of

_MIB = 1 << 20
_GHZ = 1000.0


def used_by(looking: Looking) -> dict[str, MachineStatistics]:
    """Return the counters of the platform's running machines, in two calls.

    Those that do not count are left out: who starts a machine by us lets it count.
    """
    vms = looking.vms()
    running = [vm for vm in vms if is_of(vm, looking.platform) and vm.power is not Power.OFF and vm.metered]
    names = {vm.id: machine.name for vm in running if (machine := defined_of(vm))}
    counted = [vm for vm in running if vm.id in names]
    if not counted:
        return {}
    work = batch(*(source | MeasureVM() for source in sources(counted, vms)))
    reports = looking.remote.run(work).all("VMMeteringReportForVirtualMachine")
    return {names[report.guid("VMId")]: statistics_of(report) for report in reports}


def statistics_of(report: PsObject) -> MachineStatistics:
    """Read a report of Measure-VM, which counts megabytes, and megahertz on average.

    Processor seconds are those of a processor of 1 GHz: a host does not say its own speed. What the network carried
    lies in a list of objects, which remoting does not send; it counts as zero.
    """
    lasted: timedelta = report.span("MeteringDuration")
    return MachineStatistics(
        cpu_seconds=_counted(report, "AverageProcessorUsage") / _GHZ * lasted.total_seconds(),
        memory_used_mib=_counted(report, "AverageMemoryUsage"),
        disk_read_bytes=_counted(report, "AggregatedDiskDataRead") * _MIB,
        disk_written_bytes=_counted(report, "AggregatedDiskDataWritten") * _MIB,
        disk_allocated_bytes=_counted(report, "TotalDiskAllocation") * _MIB,
        network_received_bytes=0,
        network_sent_bytes=0,
    )


def _counted(report: PsObject, name: str) -> int:
    """Return a counter; zero where nothing was counted yet."""
    return 0 if report.get(name) is None else report.number(name)


def room_of(remote: Remote, folder: PureWindowsPath) -> Room:
    """Return the host's processors and memory, and what is free on the volume of *folder*."""
    answer = remote.run(batch(GetVMHost(), GetVolumeOf(FilePath=str(folder))))
    host, volume = answer.one("VMHost"), answer.one("MSFT_Volume")
    cores, memory = host.number("LogicalProcessorCount"), host.number("MemoryCapacity")
    return Room(cores, memory // _MIB, volume.number("SizeRemaining") // _MIB)
