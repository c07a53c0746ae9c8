"""What the tests of the Hyper-V driver share: its folder, a machine, disks on the simulated host."""

from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath

from mailstead.hypervisors.model import Disk, DiskFormat, DiskRole, FirmwareBoot, Machine, machine_uuid
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work, as_batch
from mailstead.remoting.port import Remote
from tests.standin.hyperv.kinds import VhdType
from tests.standin.hyperv.world import Host, Vhd
from tests.standin.hyperv.world import Machine as Simulated

from .example import PLATFORM, TENANT, example_machine

FOLDER = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead")
GIB = 1 << 30


def hyperv_machine(name: str = TENANT) -> Machine:
    """Return a machine with two disk files."""
    disks = tuple(Disk(role, FOLDER / name / f"{role}.vhdx", DiskFormat.VHDX) for role in DiskRole)
    nowhere = Path("nowhere")
    like = example_machine(nowhere, nowhere, nowhere)
    return replace(like, name=name, uuid=machine_uuid(PLATFORM, name), disks=disks, boot=FirmwareBoot())


def lay_disks(host: Host, machine: Machine) -> None:
    """Put the disk files of *machine* on the host."""
    for disk in machine.disks:
        host.vhds[str(disk.source).lower()] = Vhd(str(disk.source), GIB, VhdType.Dynamic)


def the_one(host: Host) -> Simulated:
    """Return the host's only machine."""
    (machine,) = host.machines.values()
    return machine


@dataclass
class Counted:
    """A way to a host that notes each call, and what came of it in messages."""

    remote: Remote
    calls: list[int] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.remote.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        answer = self.remote.run(work, deadline_s=deadline_s)
        self.calls.append(answer.round_trips)
        self.sent += [cmdlet.name for cmdlet in as_batch(work).cmdlets]
        return answer
