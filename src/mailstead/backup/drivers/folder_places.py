"""Disks brought back into the folder of a host's machines; names of files: docs/formats/machine.md.

Every step is one renaming, and what is there says which step is next: so each verb may be repeated after any death.
"""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailstead.backup.errors import MachineRuns, NoPlaceLeft, PlaceDenied, PlaceUnfit
from mailstead.backup.model import ImageForm, Source, Told, parse_run
from mailstead.ground.files import sync_folder
from mailstead.hypervisors.model import Machine, Power

from .disk_image import write_image

_FORMS = ("qcow2", "raw")  # what a machine's disk may be; the first is made where there is none
_DEVICE = "block"
_STATES = ("restoring", "restored", "before", "absent")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one disk lies, and what a run keeps beside it."""

    disk: Path
    run: str

    def _beside(self, what: str) -> Path:
        return self.disk.with_name(f".{self.disk.name}.{what}-{self.run}")

    @property
    def unfinished(self) -> Path:
        return self._beside("restoring")

    @property
    def restored(self) -> Path:
        return self._beside("restored")

    @property
    def before(self) -> Path:
        """The disk from before the restore; `absent` stands for it where there was none."""
        return self._beside("before")

    @property
    def absent(self) -> Path:
        return self._beside("absent")

    def is_in(self) -> bool:
        """Say whether the restored disk was put in, or is just about to be."""
        return self.before.exists() or self.absent.exists()

    def put_in(self) -> None:
        if not self.restored.exists():
            return
        if self.disk.exists() and not self.before.exists():
            self.disk.rename(self.before)
        elif not self.is_in():
            self.absent.touch(mode=0o600)
        self.restored.rename(self.disk)

    def take_back(self) -> None:
        if self.is_in() and self.disk.exists() and not self.restored.exists():
            self.disk.rename(self.restored)
        if self.before.exists():
            self.before.rename(self.disk)
        self.absent.unlink(missing_ok=True)

    def clear(self) -> None:
        if self.before.exists() and not self.disk.exists():  # died between two renamings
            self.before.rename(self.disk)
        for path in (self.unfinished, self.restored, self.before, self.absent):
            path.unlink(missing_ok=True)


class FolderPlaces:
    """The disks below *folder* of this very host, of machines that *machines* lists."""

    def __init__(self, folder: Path, machines: Callable[[], Mapping[str, Machine]]) -> None:
        self._folder, self._machines = folder, machines

    def prepare(self, machine: str, disk: Source, *, run: str, told: Told | None = None) -> None:
        home = self._folder / machine
        with _explained(home):
            home.mkdir(mode=0o711, parents=True, exist_ok=True)
            place = _place(home, disk.name, run)
            if place.restored.exists() or place.is_in():
                return
            write_image(place.unfinished, place.disk.suffix[1:], disk, told)
            place.unfinished.rename(place.restored)
            sync_folder(home)

    def put_in(self, machine: str, *, run: str) -> None:
        places = self._places(machine, run)
        if any(place.restored.exists() for place in places):
            self._refuse_running(machine)
        self._each(machine, places, _Place.put_in)

    def take_back(self, machine: str, *, run: str) -> None:
        places = self._places(machine, run)
        if any(place.is_in() for place in places):
            self._refuse_running(machine)
        self._each(machine, places, _Place.take_back)

    def clear(self, machine: str, *, run: str) -> None:
        self._each(machine, self._places(machine, run), _Place.clear)

    def export(self, disk: Source, path: Path, form: ImageForm, told: Told | None = None) -> None:
        if path.exists():
            raise PlaceUnfit(f"{path} is there", field="path", value=path, remedy="choose another name")
        unfinished = path.with_name(f".{path.name}.unfinished")
        with _explained(path.parent):
            try:
                write_image(unfinished, form, disk, told)
                unfinished.rename(path)
            finally:
                unfinished.unlink(missing_ok=True)

    def _places(self, machine: str, run: str) -> list[_Place]:
        """Return the places of all disks that the run has something of."""
        home = self._folder / machine
        found = {path for state in _STATES for path in home.glob(f".*.{state}-{parse_run(run)}")}
        names = {path.name.rpartition(".")[0][1:] for path in found}
        return [_Place(home / name, run) for name in sorted(names)]

    def _each(self, machine: str, places: list[_Place], step: Callable[[_Place], None]) -> None:
        with _explained(self._folder / machine):
            for place in places:
                step(place)
                sync_folder(place.disk.parent)

    def _refuse_running(self, machine: str) -> None:
        found = self._machines().get(machine)
        if found and found.power is not Power.OFF:
            remedy = "stop it first; its disks are exchanged when it is off"
            raise MachineRuns(f"{machine} runs", field="machine", value=machine, remedy=remedy)


def _place(home: Path, name: str, run: str) -> _Place:
    """Return where a disk comes to: where it lies now, as what it is now. Raises PlaceUnfit."""
    if (home / f"{name}.{_DEVICE}").is_symlink():
        remedy = "bring it back as a file: mailstead restore download"
        raise PlaceUnfit(f"disk {name} is a block device", field="disk", value=name, remedy=remedy)
    there = [home / f"{name}.{form}" for form in _FORMS if (home / f"{name}.{form}").exists()]
    return _Place((there or [home / f"{name}.{_FORMS[0]}"])[0], parse_run(run))


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = NoPlaceLeft if error.errno in {errno.ENOSPC, errno.EDQUOT} else PlaceDenied
        remedy = f"see that {folder} is there, has room, and may be written"
        raise kind(f"{folder}: {error.strerror}", field="folder", value=folder, remedy=remedy) from error
