"""Disks with content on a host in memory: what changed on them since when, and bringing them back."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path, PurePath

from mailstead.backup.errors import BackupUnderWay, MachineRuns, NotQuiet, PlaceUnfit
from mailstead.backup.model import CHUNK, Consistency, ImageForm, Quiet, Range, Source, Taken, Told
from mailstead.ground.clock import Clock
from mailstead.guests.port import GuestChannel
from mailstead.hypervisors.model import NoSuchMachine, Power
from mailstead.hypervisors.port import Hypervisor
from mailstead.storage.model import Allocation, Format, Role, Volume, VolumeKey
from mailstead.storage.port import VolumeStore

_ZEROS = bytes(CHUNK)


@dataclass(frozen=True, slots=True)
class SparseBlocks:
    """A disk of which only some chunks hold anything: by their place, with the stroke that wrote each."""

    size: int
    chunks: Mapping[int, tuple[int, bytes]]

    def read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        slots = range(offset // CHUNK, -(-end // CHUNK))
        joined = b"".join(self.chunks.get(slot, (0, _ZEROS))[1] for slot in slots)
        skip = offset % CHUNK
        return joined[skip : skip + max(0, end - offset)]

    def written_since(self, stroke: int) -> list[Range]:
        return [Range(slot * CHUNK, CHUNK) for slot, (written, _) in self.chunks.items() if written > stroke]


@dataclass(slots=True)
class _Disk:
    chunks: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Beside:
    """What one restore keeps beside a machine's disks: *old* while the *new* ones are in their place."""

    new: dict[str, tuple[int, _Disk]] = field(default_factory=dict)
    old: dict[str, tuple[int, _Disk] | None] = field(default_factory=dict)


class MemoryDisks:
    """The disks that *volumes* lists have content here; machines of *folder*'s host, as *machines* knows them."""

    def __init__(
        self, machines: Hypervisor, volumes: VolumeStore, guests: GuestChannel, clock: Clock, folder: PurePath
    ) -> None:
        self._machines, self._volumes, self._guests, self._clock = machines, volumes, guests, clock
        self._folder = folder
        self._disks: dict[VolumeKey, _Disk] = {}
        self._beside: dict[tuple[str, str], _Beside] = {}
        self._busy: set[str] = set()
        self._strokes = count(1)
        self._named = count(1)

    def write(self, machine: str, disk: str, offset: int, content: bytes) -> None:
        """Let the guest write on one of its disks."""
        held, stroke = self._disk(VolumeKey(machine, Role(disk))), next(self._strokes)
        while content:
            slot, at = divmod(offset, CHUNK)
            piece = content[: CHUNK - at]
            before = held.chunks.get(slot, (0, _ZEROS))[1]
            held.chunks[slot] = (stroke, before[:at] + piece + before[at + len(piece) :])
            offset, content = offset + len(piece), content[len(piece) :]

    def read(self, machine: str, disk: str) -> bytes:
        """Return all that is on a disk: for small ones."""
        found = self.blocks(machine)[disk]
        return found.read(0, found.size)

    def forget(self, key: VolumeKey) -> None:
        """The disk is gone with all that was on it."""
        self._disks.pop(key, None)

    def points(self, machine: str) -> frozenset[str]:
        """Return the points that are known of any disk of a machine."""
        disks = [self._disk(VolumeKey(machine, Role(name))) for name in self.blocks(machine)]
        return frozenset(point for disk in disks for point in disk.points)

    @contextmanager
    def moment(self, machine: str, bases: Mapping[str, str], quiet: Quiet) -> Iterator[Taken]:
        if machine in self._busy:
            raise BackupUnderWay(f"{machine} is being backed up", field="machine", value=machine)
        consistency, remarks = self._consistency(machine, quiet)
        point, stroke = f"memory-{next(self._named)}", next(self._strokes)
        taken = [self._source(machine, name, blocks, point, bases) for name, blocks in self.blocks(machine).items()]
        sources, said = tuple(source for source, _ in taken), tuple(remark for _, remark in taken if remark)
        for source in sources:
            self._disk(VolumeKey(machine, Role(source.name))).points[point] = stroke
        self._busy.add(machine)
        try:
            yield Taken(self._clock.now(), consistency, sources, remarks + said)
        except BaseException:
            self._drop(machine, lambda name: name == point)
            raise
        finally:
            self._busy.discard(machine)

    def keep(self, machine: str, points: Collection[str]) -> None:
        self._drop(machine, lambda name: name not in points)

    def prepare(self, machine: str, disk: Source, *, run: str, told: Told | None = None) -> None:
        beside = self._beside.setdefault((machine, run), _Beside())
        if disk.name in beside.new or disk.name in beside.old:
            return
        copy = _Disk()
        for part in disk.ranges:
            for slot in range(part.offset // CHUNK, -(-part.end // CHUNK)):
                copy.chunks[slot] = (0, disk.blocks.read(slot * CHUNK, CHUNK).ljust(CHUNK, b"\0"))
        if told:
            told(disk.blocks.size, disk.blocks.size)
        beside.new[disk.name] = (disk.blocks.size, copy)

    def prepared(self, machine: str, disk: str, *, run: str) -> PurePath:
        return self._folder / machine / f".{disk}.restored-{run}"

    def put_in(self, machine: str, *, run: str) -> None:
        beside = self._beside.setdefault((machine, run), _Beside())
        if beside.new:
            self._refuse_running(machine)
        for name in list(beside.new):
            beside.old[name] = self._exchange(VolumeKey(machine, Role(name)), beside.new.pop(name))

    def take_back(self, machine: str, *, run: str) -> None:
        beside = self._beside.setdefault((machine, run), _Beside())
        if beside.old:
            self._refuse_running(machine)
        for name in list(beside.old):
            if now := self._exchange(VolumeKey(machine, Role(name)), beside.old.pop(name)):
                beside.new[name] = now

    def clear(self, machine: str, *, run: str) -> None:
        self._beside.pop((machine, run), None)

    def export(self, disk: Source, path: Path, form: ImageForm, told: Told | None = None) -> None:
        """Write a raw image with the name of its form in front: in memory there is nobody to open it."""
        try:
            with path.open("xb") as file:
                begin = file.write(f"{form}\n".encode())
                for part in disk.ranges:
                    file.seek(begin + part.offset)
                    file.write(disk.blocks.read(part.offset, part.length))
                file.truncate(begin + disk.blocks.size)
        except FileExistsError as error:
            raise PlaceUnfit(f"{path} is there", field="path", value=path, remedy="choose another name") from error
        if told:
            told(disk.blocks.size, disk.blocks.size)

    def blocks(self, machine: str) -> dict[str, SparseBlocks]:
        """Return the disks of a machine as they are now."""
        found = {key: volume for key, volume in self._volumes.volumes().items() if key.tenant == machine}
        return {
            key.role.value: SparseBlocks(_bytes(volume), dict(self._disk(key).chunks)) for key, volume in found.items()
        }

    def _source(
        self, machine: str, name: str, blocks: SparseBlocks, point: str, bases: Mapping[str, str]
    ) -> tuple[Source, str]:
        since = self._disk(VolumeKey(machine, Role(name))).points.get(bases.get(name, ""))
        if since is not None:
            return Source(name, blocks, blocks.written_since(since), point), ""
        remark = f"disk {name}: point {bases[name]} is lost, all of it was read" if name in bases else ""
        return Source(name, blocks, blocks.written_since(-1), point, whole=True), remark

    def _consistency(self, machine: str, quiet: Quiet) -> tuple[Consistency, tuple[str, ...]]:
        found = self._machines.machines().get(machine)
        if found is None:
            remedy = f"mailstead apply {machine}"
            raise NoSuchMachine(f"no machine of {machine} is here", field="machine", value=machine, remedy=remedy)
        reached = (
            Consistency.FILESYSTEM if found.power is Power.OFF or self._guests.answers(machine) else Consistency.CRASH
        )
        if not reached.serves(quiet.least):
            raise NotQuiet(f"{machine} did not hold its files still", field="machine", value=machine)
        remarks = () if reached.serves(quiet.wanted) else (f"the backup is {reached} consistent, not {quiet.wanted}",)
        return reached, remarks

    def _disk(self, key: VolumeKey) -> _Disk:
        return self._disks.setdefault(key, _Disk())

    def _drop(self, machine: str, which: Callable[[str], bool]) -> None:
        for key, disk in self._disks.items():
            if key.tenant == machine:
                disk.points = {name: stroke for name, stroke in disk.points.items() if not which(name)}

    def _refuse_running(self, machine: str) -> None:
        found = self._machines.machines().get(machine)
        if found and found.power is not Power.OFF:
            raise MachineRuns(f"{machine} runs", field="machine", value=machine, remedy="stop it first")

    def _exchange(self, key: VolumeKey, new: tuple[int, _Disk] | None) -> tuple[int, _Disk] | None:
        """Put a disk, or none, into a place; return what was there."""
        volume = self._volumes.volumes().get(key)
        old = (_bytes(volume), self._disk(key)) if volume else None
        if volume and (new is None or new[0] < _bytes(volume)):
            self._volumes.remove(key)
        if new:
            self._volumes.ensure(replace(volume or self._absent(key), size_mib=-(-new[0] >> 20)))
            self._disks[key] = new[1]
        return old

    def _absent(self, key: VolumeKey) -> Volume:
        place = self._folder / key.tenant / f"{key.role}.{Format.QCOW2}"
        return Volume(key.tenant, key.role, 0, Allocation.DYNAMIC, Format.QCOW2, place)


def _bytes(volume: Volume) -> int:
    return volume.size_mib << 20
