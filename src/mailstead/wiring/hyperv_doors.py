"""Machines on Hyper-V that can be called from their first start: card and seed come before the power."""

from dataclasses import dataclass
from pathlib import PureWindowsPath

from mailstead.ground.clock import Clock
from mailstead.guests.drivers.hyperv_door import HyperVDoor
from mailstead.guests.seed.disk import seed_disk
from mailstead.hosting.endpoints import hyperv_of
from mailstead.hypervisors.drivers.hyperv.machines import HyperVHypervisor
from mailstead.remoting.port import Remote
from mailstead.sites.model import Host
from mailstead.storage.drivers.placing import place_seed, seed_name
from mailstead.storage.port import HostFiles

from .hyperv_files import host_files
from .hyperv_guests import Callees
from .hyperv_ways import Ways


@dataclass(frozen=True, slots=True)
class Doors:
    """The doors of one host's machines, opened with seeds that `files` brings there."""

    callees: Callees
    files: HostFiles
    door: HyperVDoor

    def open(self, machine: str) -> None:
        """Give the machine its card and its seed; its own copy is then the only one of the private key on the host.

        Raises NoSuchGuest, GuestRefused, and what HostFiles raises.
        """
        seed = self.callees.seed(machine)
        disk = seed_disk(seed)
        name = seed_name(machine, disk)
        if not self.door.has_copy(machine, name):
            place_seed(self.files, machine, disk, told=lambda *_: None)
        self.door.fit(machine, seed.place, name)
        self.files.remove(name)


class HyperVMachines(HyperVHypervisor):
    """All hypervisor ports over one host; *doors* is None where seeds are attached by hand."""

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
            self._doors.open(name)
        super().start(name)

    def remove(self, name: str) -> None:
        super().remove(name)
        if self._doors:
            self._doors.door.forget(name)


def doors_of(ways: Ways, host: Host, platform: str) -> Doors | None:
    """Return the doors of *host*; None where it has no share, and nothing of ours can be brought there."""
    settings = hyperv_of(host)
    if not settings.share:
        return None
    door = HyperVDoor(
        ways.to(host),
        platform=platform,
        folder=PureWindowsPath(host.folder),
        images=settings.images,
        switch=settings.management_switch,
        vlan=settings.management_vlan,
    )
    return Doors(Callees(ways.vault, ways.numbers, settings), host_files(ways, host), door)
