"""Change tracking, simulated: what jea/Mailstead.psm1 gives where the WMI methods behave as they are documented.

Every method but GetVirtualDiskChanges begins a job (4096), and nothing is done before that job has been asked about
until it is complete. Disks are real VHDX files below `Host.files`; what a guest writes while a snapshot holds its
disks comes into them when the snapshot goes, as from an .avhdx.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path, PureWindowsPath
from uuid import UUID, uuid4

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import tracking as declared
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live, Wide
from tests.standin.records import PSError

from .vhdx_child import make_child
from .world import Drive, Host, Machine, Vhd

DONE, STARTED, FAILED, INVALID, NO_FILE = 0, 4096, 32768, 32773, 32779
RUNNING, COMPLETED, EXCEPTION = 4, 7, 10
APPLICATION = 1
MOST_RANGES = 8  # of one answer: who does not heed ProcessedByteLength misses the rest
_SECTOR = 512
_strokes = count(1)


@dataclass(eq=False)
class Track(Live):
    """What was written on one disk file, and the moments since when that is known."""

    inode: int
    written: list[tuple[int, int, int]] = field(default_factory=list)  # stroke, offset, length
    moments: dict[str, int] = field(default_factory=dict)
    beside: list[tuple[int, bytes]] = field(default_factory=list)
    held_at: int | None = None


@dataclass(eq=False)
class Recovery(Live):
    """A snapshot of type Recovery."""

    TYPES = ("Mailstead.Snapshot", "System.Management.Automation.PSCustomObject", "System.Object")
    paths: tuple[str, ...]
    id: str = field(default_factory=lambda: "Microsoft:" + str(uuid4()).upper())
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def shown(self) -> dict[str, object]:
        return {"InstanceID": self.id, "CreationTime": self.created, "Paths": list(self.paths)}


@dataclass(eq=False)
class ReferencePoint(Live):
    TYPES = ("Mailstead.ReferencePoint", "System.Management.Automation.PSCustomObject", "System.Object")
    machine: UUID
    moments: dict[str, str]  # RCT ids, by ids of disks
    id: str = field(default_factory=lambda: str(uuid4()).upper())

    def shown(self) -> dict[str, object]:
        facts: dict[str, object] = {"VirtualDiskIdentifiers": list(self.moments), "InstanceID": self.id}
        return facts | {"ResilientChangeTrackingIdentifiers": list(self.moments.values())}


@dataclass(eq=False)
class Job(Live):
    TYPES = ("Mailstead.Job", "System.Management.Automation.PSCustomObject", "System.Object")
    finish: Callable[[], None]
    polls: int = 2
    state: int = RUNNING
    error: str = ""

    def asked(self) -> None:
        self.polls -= 1
        if self.state != RUNNING or self.polls > 0:
            return
        try:
            self.finish()
            self.state = COMPLETED
        except PSError as error:
            self.state, self.error = EXCEPTION, error.message

    def shown(self) -> dict[str, object]:
        percent = 100 if self.state == COMPLETED else 50
        code = FAILED if self.error else 0
        facts = {"JobState": self.state, "PercentComplete": percent, "ErrorCode": code}
        return facts | {"ErrorDescription": self.error}


@dataclass(eq=False)
class Outcome(Live):
    TYPES = ("Mailstead.Outcome", "System.Management.Automation.PSCustomObject", "System.Object")
    method: str
    value: int
    job: str = ""
    processed: int | None = None
    changed: list[tuple[int, int]] = field(default_factory=list)

    def shown(self) -> dict[str, object]:
        facts: dict[str, object] = {"Method": self.method, "ReturnValue": self.value, "Job": self.job}
        if self.processed is None:
            return facts
        return facts | {
            "ProcessedByteLength": Wide(self.processed, unsigned=True),
            "ChangedByteOffsets": [Wide(offset, unsigned=True) for offset, _ in self.changed],
            "ChangedByteLengths": [Wide(length, unsigned=True) for _, length in self.changed],
        }


def local(host: Host, path: str) -> Path:
    """Return the file that stands for a disk file of the host."""
    assert host.files
    return host.files.joinpath(*PureWindowsPath(path).relative_to(host.volumes[0].root).parts)


def make_file(host: Host, vhd: Vhd) -> None:
    """Make the file that stands for a new disk."""
    file = local(host, vhd.path)
    file.parent.mkdir(parents=True, exist_ok=True)
    if vhd.parent:
        make_child(file, local(host, vhd.parent), {}, says=vhd.parent, size=vhd.size)
    else:
        argv = ["qemu-img", "create", "-q", "-f", "vhdx", "-o", "block_size=1M", str(file), str(vhd.size)]
        subprocess.run(argv, check=True, capture_output=True)


def guest_writes(host: Host, drive: Drive, offset: int, content: bytes) -> None:
    """Let the guest write on one of its disks."""
    vhd = host.vhd(drive.path)
    track = track_of(host, vhd)
    if track.held_at is None:
        _write(host, vhd, [(offset, content)])
    else:
        track.beside.append((offset, content))
    track.written.append((next(_strokes), offset, len(content)))


def track_of(host: Host, vhd: Vhd) -> Track:
    """Return what is known of a disk file's changes; nothing, where another file lies in its place."""
    inode, found = local(host, vhd.path).stat().st_ino, host.tracks.get(vhd.disk_id)
    if not isinstance(found, Track) or found.inode != inode:
        found = host.tracks[vhd.disk_id] = Track(inode)
    return found


def _write(host: Host, vhd: Vhd, writes: list[tuple[int, bytes]]) -> None:
    """Write into a VHDX by QEMU's own tool, in one go."""
    if not writes:
        return
    with tempfile.TemporaryDirectory() as folder:
        commands: list[str] = []
        for number, (offset, content) in enumerate(writes):
            piece = Path(folder, str(number))
            piece.write_bytes(content)
            commands += ["-c", f"write -q -s {piece} {offset} {len(content)}"]
        subprocess.run(
            ["qemu-io", "-f", "vhdx", *commands, str(local(host, vhd.path))], check=True, capture_output=True
        )


def _begun(run: Run, method: str, finish: Callable[[], None]) -> Iterator[Outcome]:
    number = uuid4()
    run.world.jobs[number] = Job(finish)
    yield Outcome(method, STARTED, str(number).upper())


def _refuse_foreign(machine: Machine) -> None:
    if "\nmailstead-machine-1 " not in machine.notes:
        raise PSError(f"{machine.name} bears no mark of mailstead", ErrorCategory.OperationStopped, machine.name)


@simulates(declared.NewSnapshot)
def new_snapshot(run: Run, call: declared.NewSnapshot, machine: Machine) -> Iterator[Outcome]:
    _refuse_foreign(machine)
    return _begun(run, "CreateSnapshot", lambda: hold_disks(run.world, machine, call.ConsistencyLevel))


def hold_disks(host: Host, machine: Machine, level: int) -> None:
    """Take a recovery snapshot. Raises PSError."""
    if machine.id in host.recoveries:
        raise PSError(f"Checkpoint operation for '{machine.name}' failed: a backup is under way.")
    if level == APPLICATION and machine.running and not machine.services["VSS"]:
        raise PSError(f"Production checkpoints cannot be created for '{machine.name}'.")
    vhds = [host.vhd(drive.path) for drive in machine.drives if drive.path]
    for vhd in vhds:
        track_of(host, vhd).held_at = next(_strokes)
    host.recoveries[machine.id] = Recovery(tuple(vhd.path for vhd in vhds))


@simulates(declared.GetSnapshot)
def get_snapshots(run: Run, _: declared.GetSnapshot, machine: Machine) -> Iterator[Live]:
    _refuse_foreign(machine)
    _time_passes(run.world)
    if machine.id in run.world.recoveries:
        yield run.world.recoveries[machine.id]


def _time_passes(host: Host) -> None:
    """Let jobs that nobody asks about come to their end, too, but not at once."""
    for job in host.jobs.values():
        if isinstance(job, Job):
            job.asked()


def _named(host: Host, machine: Machine, name: str) -> Recovery:
    found = host.recoveries.get(machine.id)
    if not isinstance(found, Recovery) or found.id != name:
        raise PSError(f"0 times snapshot {name}", ErrorCategory.ObjectNotFound, "ObjectNotFound", name)
    return found


@simulates(declared.RemoveSnapshot)
def remove_snapshot(run: Run, call: declared.RemoveSnapshot, machine: Machine) -> Iterator[Outcome]:
    _refuse_foreign(machine)
    found = _named(run.world, machine, call.SnapshotId)
    return _begun(run, "DestroySnapshot", lambda: _let_go(run.world, machine, found))


def _let_go(host: Host, machine: Machine, found: Recovery) -> None:
    for path in found.paths:
        vhd = host.vhd(path)
        track = track_of(host, vhd)
        _write(host, vhd, track.beside)
        track.beside, track.held_at = [], None
    del host.recoveries[machine.id]


@simulates(declared.ConvertToReferencePoint)
def convert(run: Run, call: declared.ConvertToReferencePoint, machine: Machine) -> Iterator[Outcome]:
    _refuse_foreign(machine)
    found = _named(run.world, machine, call.SnapshotId)

    def finish() -> None:
        moments: dict[str, str] = {}
        for path in found.paths:
            vhd = run.world.vhd(path)
            track = track_of(run.world, vhd)
            assert track.held_at is not None
            moments[vhd.disk_id] = f"rctX:{uuid4()}:00000001"
            track.moments[moments[vhd.disk_id]] = track.held_at
        point = ReferencePoint(machine.id, moments)
        run.world.points[point.id] = point
        _let_go(run.world, machine, found)

    return _begun(run, "ConvertToReferencePoint", finish)


def _points(host: Host, machine: Machine) -> list[ReferencePoint]:
    return [each for each in host.points.values() if isinstance(each, ReferencePoint) and each.machine == machine.id]


@simulates(declared.GetReferencePoint)
def get_points(run: Run, _: declared.GetReferencePoint, machine: Machine) -> Iterator[ReferencePoint]:
    _refuse_foreign(machine)
    _time_passes(run.world)
    yield from _points(run.world, machine)


@simulates(declared.RemoveReferencePoint)
def remove_point(run: Run, call: declared.RemoveReferencePoint, machine: Machine) -> Iterator[Outcome]:
    _refuse_foreign(machine)
    name = call.InstanceId
    if name not in {each.id for each in _points(run.world, machine)}:
        raise PSError(f"0 times reference point {name}", ErrorCategory.ObjectNotFound, "ObjectNotFound", name)
    return _begun(run, "DestroyReferencePoint", lambda: run.world.points.pop(name) and None)


@simulates(declared.GetJob)
def get_job(run: Run, call: declared.GetJob) -> Iterator[Live]:
    if call.InstanceId not in run.world.jobs:
        text = f"0 times job {call.InstanceId}"
        raise PSError(text, ErrorCategory.ObjectNotFound, "ObjectNotFound", str(call.InstanceId))
    job = run.world.jobs[call.InstanceId]
    job.asked()
    yield job


@simulates(declared.GetDiskChange)
def get_changes(run: Run, call: declared.GetDiskChange) -> Iterator[Outcome]:
    vhd, method = run.world.vhds.get(call.Path.lower()), "GetVirtualDiskChanges"
    if vhd is None:
        yield Outcome(method, NO_FILE, processed=0)
        return
    track = track_of(run.world, vhd)
    if call.LimitId not in track.moments:
        yield Outcome(method, FAILED, processed=0)
    elif call.ByteLength < 1 or call.ByteOffset + call.ByteLength > vhd.size:
        yield Outcome(method, INVALID, processed=0)
    else:
        yield _answer(method, call, track)


def _answer(method: str, call: declared.GetDiskChange, track: Track) -> Outcome:
    first, last = track.moments[call.LimitId], track.held_at or next(_strokes)
    end = call.ByteOffset + call.ByteLength
    sectors = {
        sector
        for stroke, offset, length in track.written
        if first < stroke < last
        for sector in range(offset // _SECTOR, -(-(offset + length) // _SECTOR))
        if call.ByteOffset <= sector * _SECTOR < end
    }
    runs = _runs(sorted(sectors))
    told = runs[:MOST_RANGES]
    processed = call.ByteLength if len(told) == len(runs) else told[-1][0] + told[-1][1] - call.ByteOffset
    return Outcome(method, DONE, processed=processed, changed=told)


def _runs(sectors: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for sector in sectors:
        at = sector * _SECTOR
        if found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + _SECTOR)
        else:
            found.append((at, _SECTOR))
    return found
