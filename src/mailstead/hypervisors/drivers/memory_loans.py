"""Disk files lent to machines that are only thought of."""

from pathlib import PurePath

from mailstead.hypervisors.model import DeviceBusy, MissingFile, NoSuchMachine
from mailstead.hypervisors.port import Hypervisor

_FIRST = 2  # places 0 and 1 are those of system and data


class MemoryLoans:
    """Which machine has which disk, at which place; every file is there but those in `missing`."""

    def __init__(self, host: Hypervisor) -> None:
        self._host = host
        self.lent: dict[str, dict[int, PurePath]] = {}
        self.missing: set[PurePath] = set()

    def lend(self, name: str, disk: PurePath) -> int:
        if name not in self._host.machines():
            raise NoSuchMachine(f"no machine of {name} is here", field="machine", value=name)
        if disk in self.missing:
            raise MissingFile(f"there is no {disk}", field="disk", value=disk, remedy="restore it")
        if any(disk in disks.values() for other, disks in self.lent.items() if other != name):
            raise DeviceBusy(f"another machine has {disk}", field="disk", value=disk, remedy="take it off that one")
        there = self.lent.setdefault(name, {})
        place = next((place for place, held in there.items() if held == disk), None)
        if place is None:
            place = next(place for place in range(_FIRST, 64) if place not in there)
            there[place] = disk
        return place

    def give_back(self, name: str, disk: PurePath) -> None:
        there = self.lent.get(name, {})
        for place in [place for place, held in there.items() if held == disk]:
            del there[place]
