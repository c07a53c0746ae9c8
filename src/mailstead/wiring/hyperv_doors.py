"""Machines on Hyper-V that can be called from their first start: card and seed come before the power."""

from dataclasses import dataclass
from pathlib import PureWindowsPath

from mailstead.ground.clock import Clock
from mailstead.guests.drivers.hyperv_door import HyperVDoor
from mailstead.guests.seed.disk import seed_disk
from mailstead.hosting.endpoints import hyperv_of
from mailstead.hypervisors.drivers.hyperv.machines import HyperVHypervisor
from mailstead.hypervisors.model import FirmwareBoot
from mailstead.remoting.port import Remote
from mailstead.sites.model import Host
from mailstead.storage.drivers.placing import place_seed, seed_name
from mailstead.storage.port import HostFiles

from .hyperv_files import host_files
from .hyperv_guests import Callees
from .hyperv_ways import Ways

WINDOWS = FirmwareBoot("MicrosoftWindows")


@dataclass(frozen=True, slots=True)
class Doors:
    """The doors of one host's machines.

    Seeds are brought there by `files`; where there is no share (None) they are attached by hand.
    """

    callees: Callees
    files: HostFiles | None
    door: HyperVDoor

    def open(self, machine: str, *, windows: bool) -> None:
        """Give the machine what it is called by, before its first start.

        Windows wakes from a CD image, and needs its card only. Raises NoSuchGuest, GuestRefused, and what HostFiles
        raises.
        """
        if windows:
            self.door.fit(machine, self.callees.place(machine), None)
        elif self.files:
            self._seed(machine, self.files)

    def close(self, machine: str) -> None:
        """Delete the seeds of a machine that is gone."""
        if self.files:
            self.door.forget(machine)

    def _seed(self, machine: str, files: HostFiles) -> None:
        """Give the machine card and seed; its own copy is then the only one of the private key on the host."""
        seed = self.callees.seed(machine)
        disk = seed_disk(seed)
        name = seed_name(machine, disk)
        if not self.door.has_copy(machine, name):
            place_seed(files, machine, disk, told=lambda *_: None)
        self.door.fit(machine, seed.place, name)
        files.remove(name)


class HyperVMachines(HyperVHypervisor):
    """All hypervisor ports over one host; *doors* is None where machines are called otherwise."""

    def __init__(
        self,
        remote: Remote,
        *,
        platform: str,
        folder: PureWindowsPath,
        dynamic: bool = False,
        clock: Clock | None = None,
        doors: Doors | None = None,
    ) -> None:
        super().__init__(remote, platform=platform, folder=folder, dynamic=dynamic, clock=clock)
        self._doors = doors

    def start(self, name: str) -> None:
        if self._doors:
            self._doors.open(name, windows=self._defined(name).boot == WINDOWS)
        super().start(name)

    def remove(self, name: str) -> None:
        super().remove(name)
        if self._doors:
            self._doors.close(name)


def doors_of(ways: Ways, host: Host, platform: str) -> Doors:
    """Return the doors of *host*; nothing is connected to before one is opened."""
    settings = hyperv_of(host)
    door = HyperVDoor(
        ways.to(host),
        platform=platform,
        folder=PureWindowsPath(host.folder),
        images=settings.images,
        switch=settings.management_switch,
        vlan=settings.management_vlan,
    )
    files = host_files(ways, host) if settings.share else None
    return Doors(Callees(ways.vault, ways.numbers, settings), files, door)
