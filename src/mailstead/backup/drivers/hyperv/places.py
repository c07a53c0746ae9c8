"""Disks brought back to a Hyper-V host through its share: a VHDX made here, placed there, exchanged by renaming.

Names of files: docs/formats/hyperv.md; decision 0224.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import TypeAlias

from mailstead.backup.drivers.disk_image import write_image
from mailstead.backup.drivers.exporting import explained, write_file
from mailstead.backup.drivers.place import STATES, Place, beside
from mailstead.backup.errors import MachineRuns, NoPlaceLeft, PlaceUnfit
from mailstead.backup.model import ImageForm, Source, Told, parse_run

from . import ledger, seats
from .holding import Doing, Machines
from .rooms import Rooms, Shares, entered
from .smb import SmbFolder
from .smb_path import SmbPath

_BESIDE = re.compile(rf"\.(.+)\.({'|'.join(STATES)})-([a-z0-9_-]+)\.vhdx")
_OFF = ("Off", "OffCritical")
_TRACKED = (".rct", ".mrt")  # what Hyper-V keeps beside a disk file about its changes
SmbPlace: TypeAlias = Place[SmbPath]


class HyperVPlaces:
    """The disks below *folder* of one host; images are made in *scratch* on this very machine first."""

    def __init__(
        self, machines: Machines, doing: Doing, *, folder: PureWindowsPath, shares: Callable[[], Shares], scratch: Path
    ) -> None:
        self._machines, self._doing = machines, doing
        self._folder, self._shares, self._scratch = folder, shares, scratch

    def prepare(self, machine: str, disk: Source, *, run: str, told: Told | None = None) -> None:
        with entered(self._shares()) as rooms:
            home = self._home(rooms)
            place = Place(SmbPath(home, machine, f"{disk.name}.vhdx"), parse_run(run))
            if place.restored.exists() or place.is_in():
                return
            home.make_folder(machine)
            with self._image(disk, _first_half(told)) as image:
                _refuse_full(home, image)
                home.upload(place.unfinished.whole, image, _second_half(told))
            place.unfinished.rename(place.restored)

    def prepared(self, machine: str, disk: str, *, run: str) -> PureWindowsPath:
        return self._folder / machine / beside(f"{disk}.vhdx", "restored", parse_run(run))

    def put_in(self, machine: str, *, run: str) -> None:
        with self._exchanging(machine, run, lambda place: place.restored.exists()) as places:
            for place in places:
                place.put_in()

    def take_back(self, machine: str, *, run: str) -> None:
        with self._exchanging(machine, run, SmbPlace.is_in) as places:
            for place in places:
                place.take_back()

    def clear(self, machine: str, *, run: str) -> None:
        with entered(self._shares()) as rooms:
            for place in self._places(self._home(rooms), machine, run):
                place.clear()

    def export(self, disk: Source, path: Path, form: ImageForm, told: Told | None = None) -> None:
        write_file(disk, path, form, told)

    @contextmanager
    def _exchanging(self, machine: str, run: str, moves: Callable[[SmbPlace], bool]) -> Iterator[list[SmbPlace]]:
        """Let disks be exchanged; afterwards nothing is known of their changes, and the machine may open them."""
        with self._doing(f"exchange disks of {machine}"), entered(self._shares()) as rooms:
            home = self._home(rooms)
            places = self._places(home, machine, run)
            if not self._is_off(machine, moves=any(map(moves, places))):
                yield []
                return
            for place in places:
                _forget(home, machine, place.disk)
            yield places
            for place in places:
                if place.disk.exists():
                    seats.seat(self._machines, machine, self._folder / machine / place.disk.name)

    @contextmanager
    def _image(self, disk: Source, told: Told) -> Iterator[Path]:
        with explained(self._scratch):
            self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="restore-", dir=self._scratch) as folder:
                image = Path(folder) / "disk.vhdx"
                write_image(image, ImageForm.VHDX, disk, told)
                yield image

    def _home(self, rooms: Rooms) -> SmbFolder:
        return rooms.place(self._folder)[0]

    def _places(self, home: SmbFolder, machine: str, run: str) -> list[SmbPlace]:
        """Return the places of all disks that the run has something of."""
        found = [_BESIDE.fullmatch(name) for name in home.names(machine)]
        names = {each[1] for each in found if each and each[3] == parse_run(run)}
        return [Place(SmbPath(home, machine, name), run) for name in sorted(names)]

    def _is_off(self, machine: str, *, moves: bool) -> bool:
        """Say whether the disks may be touched; refuse if one moves while the machine runs, or writes beside them."""
        vm = self._machines.found(machine)
        runs = vm is not None and vm.text_of("State") not in _OFF
        if moves and runs:
            remedy = "stop it first; its disks are exchanged when it is off"
            raise MachineRuns(f"{machine} runs", field="machine", value=machine, remedy=remedy)
        if moves and (paths := seats.beside(self._machines, machine)):
            remedy = f"remove the checkpoints of {machine} first, and wait until its disks are merged"
            raise PlaceUnfit(f"checkpoints stand on {paths[0]}", field="disk", value=paths[0], remedy=remedy)
        return not runs


def _forget(home: SmbFolder, machine: str, disk: SmbPath) -> None:
    """Forget what is known of a disk's changes, here and on the host, before another lies in its place."""
    known = ledger.read(home, machine)
    if known.points:
        ledger.write(home, machine, known.without_disk(disk.name.partition(".")[0]))
    for ending in _TRACKED:
        home.remove(f"{disk.whole}{ending}")


def _refuse_full(home: SmbFolder, image: Path) -> None:
    needed, free = image.stat().st_size, home.free()
    if free < needed:
        text = f"{needed >> 20} MiB are to come to the host, {free >> 20} MiB are free there"
        raise NoPlaceLeft(text, field="share", remedy="free room on the host's volume")


def _first_half(told: Told | None) -> Told:
    return lambda done, total: told(done, 2 * total) if told else None


def _second_half(told: Told | None) -> Told:
    return lambda done, total: told(total + done, 2 * total) if told else None
