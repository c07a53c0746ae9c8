"""A host in memory: its machines, disks, switch and guests hang together as on a real one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from mailstead.backup.drivers.memory_disks import MemoryDisks
from mailstead.exchange.drivers.memory import MemoryExchange
from mailstead.exchange.errors import ExchangeSilent
from mailstead.ground.clock import Clock
from mailstead.guests.drivers.memory import GuestState, MemoryGuests
from mailstead.guests.errors import GuestSilent
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.drivers.memory_loans import MemoryLoans
from mailstead.hypervisors.drivers.memory_media import MemoryMedia
from mailstead.hypervisors.drivers.memory_operations import (
    MemoryCheckpoints,
    MemoryConditions,
    MemoryEvents,
    MemoryExports,
)
from mailstead.hypervisors.model import DirectBoot, DiskRole, Power, Room
from mailstead.lifecycle.world import GuestImage, HostPorts
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.sites.model import Host, Platform
from mailstead.storage.drivers.memory import MemoryVolumes
from mailstead.storage.model import Format, Role, VolumeKey
from mailstead.windows.drivers.memory import MemoryWindows
from mailstead.windows.errors import WindowsSilent

IMAGE = GuestImage(
    Path("/images/appliance/system.qcow2"),
    Format.QCOW2,
    4096,
    DirectBoot(Path("/images/appliance/vmlinuz"), Path("/images/appliance/initrd.img"), "root=/dev/vda rw"),
)


@dataclass(frozen=True, slots=True)
class Metal:
    """What a host is made of. `boot_s` says how long a tenant's machine takes to boot this time; infinite: it hangs."""

    cores: int = 64
    memory_mib: int = 1 << 20
    disk_mib: int = 1 << 40
    boot_s: Callable[[str], float] = lambda _: 0.0


PLENTY = Metal()


class PluggedVolumes(MemoryVolumes):
    """Disks in memory that take what is on them along when they go: what a mail server keeps there, and all bytes."""

    def __init__(self, disk_mib: int, forget: Callable[[str], None]) -> None:
        super().__init__(disk_mib)
        self._forget = forget
        self._disks: MemoryDisks | None = None

    def use(self, disks: MemoryDisks) -> None:
        """From now on the content of disks lies there."""
        self._disks = disks

    def remove(self, key: VolumeKey) -> None:
        super().remove(key)
        self._forget(key.tenant)
        if self._disks:
            self._disks.forget(key)


class PluggedHypervisor(MemoryHypervisor):
    """Machines in memory whose ports appear on a switch in memory when they start, as taps do, and that take time."""

    def __init__(self, metal: Metal, switch: MemorySwitch, clock: Clock) -> None:
        super().__init__(cores=metal.cores, memory_mib=metal.memory_mib)
        self._boot_s = metal.boot_s
        self._switch = switch
        self._volumes = MemoryVolumes()
        self._clock = clock
        self._up_at: dict[str, float] = {}

    def use(self, volumes: MemoryVolumes) -> None:
        """From now on the machines' disks lie in *volumes*."""
        self._volumes = volumes

    def reach(self, name: str) -> None:
        """Raise GuestSilent unless the machine's guest agent answers."""
        if self.guest(name) is not GuestState.ANSWERING:
            raise GuestSilent(f"{name} does not answer", field="machine", value=name, remedy="see whether it runs")

    def reach_windows(self, name: str) -> None:
        """Raise WindowsSilent unless the machine has come up."""
        if self.guest(name) is not GuestState.ANSWERING:
            raise WindowsSilent(f"{name} does not answer", field="machine", value=name, remedy="see whether it runs")

    def guest(self, name: str) -> GuestState:
        """Return what the machine's guest agent is doing."""
        power = self.power(name)
        if power is None:
            return GuestState.MISSING
        up = power is Power.ON and self._clock.monotonic() >= self._up_at.get(name, 0.0)
        return GuestState.ANSWERING if up else GuestState.SILENT

    def reset(self, name: str) -> None:
        """Somebody presses the reset button: the machine boots anew."""
        self._up_at[name] = self._clock.monotonic() + self._boot_s(name)

    def room(self) -> Room:
        return replace(super().room(), disk_free_mib=self._volumes.free_mib)

    def lose_power(self) -> None:
        for machine in self.machines().values():
            self._switch.unplug(machine.nic.port)
        super().lose_power()

    def start(self, name: str) -> None:
        runs = self.power(name) not in {None, Power.OFF}
        super().start(name)
        if not runs:
            self._up_at[name] = self._clock.monotonic() + self._boot_s(name)
            self._switch.plug(self.machines()[name].nic.port)

    def stop(self, name: str, *, graceful_s: float) -> None:
        machine = self.machines().get(name)
        super().stop(name, graceful_s=graceful_s)
        if machine:
            self._switch.unplug(machine.nic.port)

    def remove(self, name: str) -> None:
        self.stop(name, graceful_s=0)
        super().remove(name)

    def grow(self, name: str, role: DiskRole, *, size_mib: int) -> None:
        super().grow(name, role, size_mib=size_mib)
        volume = self._volumes.volumes()[VolumeKey(name, Role(role))]
        self._volumes.ensure(replace(volume, size_mib=max(size_mib, volume.size_mib)))


class LentExchange(MemoryExchange):
    """Exchange servers in memory, on machines that must have come up, and see the disks that are lent to them."""

    def __init__(self, machines: PluggedHypervisor, loans: MemoryLoans) -> None:
        super().__init__(self._up, self._there)
        self._machines, self._loans = machines, loans

    def _up(self, name: str) -> None:
        if self._machines.guest(name) is not GuestState.ANSWERING:
            raise ExchangeSilent(f"{name} does not answer", field="machine", value=name, remedy="see whether it runs")

    def _there(self, name: str, place: int) -> None:
        if place not in self._loans.lent.get(name, {}):
            raise ExchangeSilent(f"{name} has no disk at {place}", field="disk", value=place, remedy="lend it first")


def the_image(_base: PurePath | None) -> GuestImage:
    """Return the one image there is."""
    return IMAGE


def memory_host(host: Host, _platform: Platform, _home: Path, clock: Clock, metal: Metal = PLENTY) -> HostPorts:
    """Return a host whose machines, switch, disks and guests are in memory."""
    # Methods, no closures: so that a host can be copied with all that is in it.
    switch = MemorySwitch()
    machines = PluggedHypervisor(metal, switch, clock)
    mail = MemoryMailServers(clock, machines.reach)
    volumes = PluggedVolumes(metal.disk_mib, mail.forget)
    machines.use(volumes)
    guests = MemoryGuests(state_of=machines.guest)
    disks = MemoryDisks(machines, volumes, guests, clock, host.folder)
    volumes.use(disks)
    loans = MemoryLoans(machines)
    windows = None if host.driver == "libvirt" else MemoryWindows(machines.reach_windows)
    return HostPorts(
        host,
        machines,
        volumes,
        switch,
        guests,
        mail,
        the_image,
        conditions=MemoryConditions(machines),
        checkpoints=MemoryCheckpoints(machines, clock),
        exports=MemoryExports(machines),
        events=MemoryEvents(),
        windows=windows,
        media=MemoryMedia(machines) if host.driver == "hyperv" else None,
        changes=disks,
        places=disks,
        trial=mail,
        prepared=disks,
        loans=loans,
        exchange=None if host.driver == "libvirt" else LentExchange(machines, loans),
    )
