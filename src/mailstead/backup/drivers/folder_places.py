"""Disks brought back into the folder of a host's machines; names of files: docs/formats/machine.md.

Every step is one renaming, and what is there says which step is next: so each verb may be repeated after any death.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from mailstead.backup.errors import MachineRuns, PlaceUnfit
from mailstead.backup.model import ImageForm, Source, Told, parse_run
from mailstead.ground.files import sync_folder
from mailstead.hypervisors.model import Machine, Power

from .disk_image import write_image
from .exporting import explained, write_file
from .place import STATES, Place

_FORMS = ("qcow2", "raw")  # what a machine's disk may be; the first is made where there is none
_DEVICE = "block"


class FolderPlaces:
    """The disks below *folder* of this very host, of machines that *machines* lists."""

    def __init__(self, folder: Path, machines: Callable[[], Mapping[str, Machine]]) -> None:
        self._folder, self._machines = folder, machines

    def prepare(self, machine: str, disk: Source, *, run: str, told: Told | None = None) -> None:
        home = self._folder / machine
        with explained(home):
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
        self._each(machine, places, Place.put_in)

    def take_back(self, machine: str, *, run: str) -> None:
        places = self._places(machine, run)
        if any(place.is_in() for place in places):
            self._refuse_running(machine)
        self._each(machine, places, Place.take_back)

    def clear(self, machine: str, *, run: str) -> None:
        self._each(machine, self._places(machine, run), Place.clear)

    def export(self, disk: Source, path: Path, form: ImageForm, told: Told | None = None) -> None:
        write_file(disk, path, form, told)

    def _places(self, machine: str, run: str) -> list[Place[Path]]:
        """Return the places of all disks that the run has something of."""
        home = self._folder / machine
        found = {path for state in STATES for path in home.glob(f".*.{state}-{parse_run(run)}")}
        names = {path.name.rpartition(".")[0][1:] for path in found}
        return [Place(home / name, run) for name in sorted(names)]

    def _each(self, machine: str, places: list[Place[Path]], step: Callable[[Place[Path]], None]) -> None:
        with explained(self._folder / machine):
            for place in places:
                step(place)
                sync_folder(place.disk.parent)

    def _refuse_running(self, machine: str) -> None:
        found = self._machines().get(machine)
        if found and found.power is not Power.OFF:
            remedy = "stop it first; its disks are exchanged when it is off"
            raise MachineRuns(f"{machine} runs", field="machine", value=machine, remedy=remedy)


def _place(home: Path, name: str, run: str) -> Place[Path]:
    """Return where a disk comes to: where it lies now, as what it is now. Raises PlaceUnfit."""
    if (home / f"{name}.{_DEVICE}").is_symlink():
        remedy = "bring it back as a file: mailstead restore download"
        raise PlaceUnfit(f"disk {name} is a block device", field="disk", value=name, remedy=remedy)
    there = [home / f"{name}.{form}" for form in _FORMS if (home / f"{name}.{form}").exists()]
    return Place((there or [home / f"{name}.{_FORMS[0]}"])[0], parse_run(run))
