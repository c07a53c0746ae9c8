"""A stage on two simulated Hyper-V hosts: machines, disks and ports by cmdlets; guests and mail servers in memory."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PureWindowsPath
from typing import cast

from mailstead.ground.clock import Clock, VirtualClock
from mailstead.guests.drivers.memory import GuestState, MemoryGuests
from mailstead.guests.errors import GuestSilent
from mailstead.hypervisors.model import FirmwareBoot
from mailstead.lifecycle.world import GuestImage, HostPorts
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.networks.model import Numbers
from mailstead.remoting.port import Remote
from mailstead.sites.model import Host, Platform
from mailstead.storage.model import Format
from mailstead.wiring.hyperv import hyperv_host
from mailstead.wiring.hyperv_ways import Ways
from mailstead.wiring.memory import Outside, memory_outside
from tests.networks.world import numbers
from tests.standin.cluster import Cluster, form_cluster
from tests.standin.hyperv import world
from tests.standin.hyperv.kinds import VhdType, VMState
from tests.standin.rig import Rig, rigged

from .stage import Stage, open_stage, platform

NAMES = ("hv01", "hv02")
IMAGE = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead-images\appliance.vhdx")


@dataclass
class Pair:
    """Both hosts; they share their disk files as nodes of a cluster do, or nothing."""

    rigs: tuple[Rig, Rig]
    clock: Clock

    def places(self, tenant: str) -> list[str]:
        """Return the hosts that have a machine of the tenant, one entry for each machine."""
        return [rig.world.name.lower() for rig in self.rigs for _ in rig.world.named(f"ms-{tenant}")]

    def machine(self, tenant: str) -> world.Machine:
        """Return the tenant's only machine."""
        (machine,) = (machine for rig in self.rigs for machine in rig.world.named(f"ms-{tenant}"))
        return machine

    def fresh(self, *, clustered: bool) -> None:
        """Set both hosts up anew."""
        for rig, name in zip(self.rigs, NAMES, strict=True):
            rig.fresh()
            rig.world.name = name.upper()
            _place_image(rig.world)
        one, other = (rig.world for rig in self.rigs)
        one.neighbours, other.neighbours = {"hv02.example": other}, {"hv01.example": one}
        if clustered:
            form_cluster("C1", [one, other])

    @property
    def cluster(self) -> Cluster:
        return cast("Cluster", self.rigs[0].world.cluster)

    def outside(self, wanted: Platform) -> Outside:
        base = memory_outside(platform(*NAMES), self.clock)
        mail = MemoryMailServers(self.clock, self._reach)
        guests = MemoryGuests(state_of=self._guest)
        hosts: Mapping[str, HostPorts] = {
            host.name: replace(
                hyperv_host(cast("Ways", _Way(rig)), host, wanted, Path(), self.clock),
                guests=guests,
                mail=mail,
                image=_image,
            )
            for host, rig in zip(wanted.hosts, self.rigs, strict=True)
        }
        return replace(base, hosts=hosts)

    def _reach(self, tenant: str) -> None:
        if self._guest(tenant) is not GuestState.ANSWERING:
            raise GuestSilent(f"{tenant} does not answer", field="machine", value=tenant)

    def _guest(self, tenant: str) -> GuestState:
        found = [machine for rig in self.rigs for machine in rig.world.named(f"ms-{tenant}")]
        if not found:
            return GuestState.MISSING
        return GuestState.ANSWERING if found[0].state is VMState.Running else GuestState.SILENT


class _AllOne:
    """Guests in memory have no addresses: any will do for their management cards."""

    def of(self, _tenant: str) -> Numbers:
        return numbers(1)


@dataclass(frozen=True)
class _Way:
    """The `Ways` of one host that listens already."""

    rig: Rig
    vault: None = None
    fleet: None = None
    tell: None = None
    numbers: _AllOne = _AllOne()

    def to(self, _host: Host) -> Remote:
        return self.rig


@contextmanager
def paired(folder: Path) -> Iterator[Pair]:
    """Let two hosts listen."""
    with ExitStack() as stack:
        for name in NAMES:
            (folder / name).mkdir()
        one, other = (stack.enter_context(rigged(folder / name)) for name in NAMES)
        yield Pair((one, other), VirtualClock())


def open_pair(folder: Path, pair: Pair, *, clustered: bool) -> Stage:
    """Return a stage on both hosts, each set up anew."""
    pair.fresh(clustered=clustered)
    wanted = _platform(clustered=clustered)
    return open_stage(folder, wanted, pair.outside(wanted))


def _platform(*, clustered: bool) -> Platform:
    hosts = [
        {"name": name, "driver": "hyperv", "hyperv": {"address": f"{name}.example", "cluster": clustered}}
        for name in NAMES
    ]
    return Platform.parse({"sites": [{"name": "home", "hosts": hosts}], "dns": {"driver": "memory"}})


def _place_image(host: world.Host) -> None:
    host.vhds[str(IMAGE).lower()] = world.Vhd(str(IMAGE), 2048 << 20, VhdType.Dynamic, file_size=1 << 30)


def _image(_base: PurePath | None) -> GuestImage:
    return GuestImage(IMAGE, Format.VHDX, 2048, FirmwareBoot("MicrosoftUEFICertificateAuthority"))
