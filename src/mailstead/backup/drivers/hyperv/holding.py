"""Disks of Hyper-V's machines held at one moment by a recovery snapshot, and read through the host's share.

Source: https://learn.microsoft.com/windows/win32/hyperv_v2/; decisions 0222 to 0224.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from typing import Protocol, TypeAlias

from mailstead.backup.errors import BackupUnderWay, DiskUnreadable, NotQuiet, TrackingFailed
from mailstead.backup.model import Consistency, Quiet, Source, Taken
from mailstead.ground.clock import Clock
from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.model import NoSuchMachine
from mailstead.remoting.cmdlets.hyperv import GetVHDsOf, GetVM, GetVMHardDiskDrive
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject
from mailstead.storage.model import Role

from . import ledger
from .ledger import Ledger, Point
from .ranges import in_chunks
from .rooms import Rooms, Shares, entered
from .smb import SmbFolder
from .tracking import APPLICATION, CRASH, Changes, Snapshot, Tracking, plain
from .vhdx import Vhdx

_NAME = re.compile(rf"({'|'.join(Role)})(_[0-9A-Fa-f-]{{36}})?\.a?vhdx", re.IGNORECASE)


class Machines(Protocol):
    """The machines of one platform on one host."""

    remote: Remote

    def vm(self, name: str) -> GetVM:
        """Return the call that gives a tenant's machine; raise NoSuchMachine."""

    def found(self, name: str) -> PsObject | None:
        """Return a tenant's machine; None where there is none."""


Doing: TypeAlias = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class _Held:
    """Disks that are held, how still the guest was, and what is not as it was wanted."""

    snapshot: Snapshot
    consistency: Consistency
    remarks: tuple[str, ...]
    point: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked about the changes of one machine's disks: since which points, and what is known of these."""

    tracking: Tracking
    known: Ledger
    bases: Mapping[str, str]

    def source(self, name: str, path: PureWindowsPath, disk: Vhdx, point: str) -> tuple[Source, str]:
        """Return a disk as it is to be read, and what is to be said about that."""
        base = self.bases.get(name, "")
        changes = self._changes(name, path, disk.size) if base else Changes(lost="nobody asked")
        if not changes.lost:
            return Source(name, disk, in_chunks(changes.ranges, disk.size), point), ""
        remark = f"disk {name}: what changed since {base} is not known ({changes.lost}), all of it was read"
        return Source(name, disk, disk.allocated(), point, whole=True), remark if base else ""

    def _changes(self, name: str, path: PureWindowsPath, size: int) -> Changes:
        since = self.known.moment(self.bases[name], name)
        if not since:
            return Changes(lost="no such reference point")
        try:
            return self.tracking.changes(path, since, size)
        except MailsteadError as error:
            if error.retry:
                raise
            return Changes(lost=error.message)


class HyperVChangedBlocks:
    """The machines below *folder* on one host; *doing* explains the host's errors."""

    def __init__(
        self, machines: Machines, doing: Doing, *, folder: PureWindowsPath, shares: Callable[[], Shares], clock: Clock
    ) -> None:
        self._machines, self._doing = machines, doing
        self._folder, self._shares, self._clock = folder, shares, clock

    @contextmanager
    def moment(self, machine: str, bases: Mapping[str, str], quiet: Quiet) -> Iterator[Taken]:
        with self._doing(f"back up the machine of {machine}"), ExitStack() as stack:
            vm = self._machines.vm(machine)
            self._refuse_whole_disks(machine, vm)
            rooms = stack.enter_context(entered(self._shares()))
            tracking = Tracking(self._machines.remote, vm, self._clock)
            known = self._cleared(rooms, machine, tracking)
            taken_at = self._clock.now()
            held = stack.enter_context(self._held(rooms, machine, tracking, quiet))
            asked = _Asked(tracking, known, bases)
            read = [
                asked.source(name, path, rooms.disk(stack, path), held.point)
                for name, path in self._disks(machine, held)
            ]
            sources, remarks = tuple(source for source, _ in read), tuple(remark for _, remark in read if remark)
            yield Taken(taken_at, held.consistency, sources, held.remarks + remarks)

    def keep(self, machine: str, points: Collection[str]) -> None:
        with suppress(NoSuchMachine), self._doing(f"forget reference points of {machine}"):
            tracking = Tracking(self._machines.remote, self._machines.vm(machine), self._clock)
            with entered(self._shares()) as rooms:
                home = self._home(rooms)
                known = ledger.read(home, machine)
                for name, point in known.points.items():
                    if name not in points:
                        tracking.forget(point.reference)
                ledger.write(home, machine, known.but(points))

    @contextmanager
    def _held(self, rooms: Rooms, machine: str, tracking: Tracking, quiet: Quiet) -> Iterator[_Held]:
        """Hold the disks, and keep the moment if all went well; else nothing of it stays."""
        home = self._home(rooms)
        ledger.write(home, machine, replace(ledger.read(home, machine), held=True))
        try:
            snapshot, consistency, remarks = _taken(tracking, quiet)
            held = _Held(snapshot, consistency, remarks, ledger.new_point(self._clock.now()))
            yield held
            reference, moments = tracking.convert(snapshot)
        except BaseException:
            with suppress(MailsteadError):  # what cannot be cleared now, the next run clears
                for left in tracking.snapshots():
                    tracking.drop(left)
                ledger.write(home, machine, replace(ledger.read(home, machine), held=False))
            raise
        known = ledger.read(home, machine)
        point = Point(reference, self._by_disk(machine, moments))
        ledger.write(home, machine, Ledger({**known.points, held.point: point}))

    def _cleared(self, rooms: Rooms, machine: str, tracking: Tracking) -> Ledger:
        """End what a run of ours that died has left; return what is known. Raises BackupUnderWay."""
        known, left = ledger.read(self._home(rooms), machine), tracking.snapshots()
        if left and not known.held:
            remedy = "wait until it is done, or remove its recovery checkpoint on the host"
            raise BackupUnderWay(f"another program backs up {machine}", field="machine", value=machine, remedy=remedy)
        for snapshot in left:
            tracking.drop(snapshot)
        return known

    def _home(self, rooms: Rooms) -> SmbFolder:
        return rooms.place(self._folder)[0]

    def _disks(self, machine: str, held: _Held) -> Iterator[tuple[str, PureWindowsPath]]:
        """Yield the disks of a machine by name; those that are not named as ours hold no data of the tenant's."""
        for path in held.snapshot.paths:
            if name := self._name(machine, path):
                yield name, path

    def _name(self, machine: str, path: PureWindowsPath) -> str:
        found = _NAME.fullmatch(path.name) if path.parent == self._folder / machine else None
        return found[1].lower() if found else ""

    def _by_disk(self, machine: str, moments: Mapping[str, str]) -> dict[str, str]:
        """Return the identifiers of change tracking by the names of disks."""
        vm = self._machines.vm(machine)
        seen = self._machines.remote.run(GetVHDsOf(VMId=(vm.Id,))).all("VirtualHardDisk")
        named = {self._name(machine, PureWindowsPath(vhd.text_of("Path"))): vhd for vhd in seen}
        ids = {name: plain(vhd.text_of("DiskIdentifier")) for name, vhd in named.items() if name}
        return {name: moments[number] for name, number in ids.items() if number in moments}

    def _refuse_whole_disks(self, machine: str, vm: GetVM) -> None:
        """A snapshot passes over a disk of the host: a backup without it must not look like one."""
        for drive in self._machines.remote.run(vm | GetVMHardDiskDrive()).all("HardDiskDrive"):
            if drive.get("DiskNumber") is not None:
                text = f"a disk of {machine} is a whole disk of the host: Hyper-V cannot hold it"
                remedy = "back it up from within the machine, or move its data to a disk file"
                raise DiskUnreadable(text, field="disk", value=drive["DiskNumber"], remedy=remedy)


def _taken(tracking: Tracking, quiet: Quiet) -> tuple[Snapshot, Consistency, tuple[str, ...]]:
    """Take a snapshot, as still as it is wanted or (said) as it is accepted. Raises NotQuiet."""
    if quiet.wanted is Consistency.CRASH:
        return tracking.take(CRASH), Consistency.CRASH, ()
    reached = Consistency.FILESYSTEM  # what every guest's own means give; Windows may do better
    if not reached.serves(quiet.least):
        raise NotQuiet(f"no more than {reached} consistent can be promised", field="machine")
    try:
        return tracking.take(APPLICATION), reached, ()
    except TrackingFailed as error:
        if not Consistency.CRASH.serves(quiet.least):
            text = f"the machine is to be {quiet.least} consistent: {error.message}"
            raise NotQuiet(text, field="machine", remedy="see whether the guest's backup service runs") from error
        remark = f"the backup is {Consistency.CRASH} consistent, not {quiet.wanted}: {error.message}"
        return tracking.take(CRASH), Consistency.CRASH, (remark,)
