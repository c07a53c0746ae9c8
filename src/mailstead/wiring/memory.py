"""A platform that lives in this process alone: for the trial, for tests, for the simulation of thousands."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from uuid import uuid4

from mailstead.certificates.drivers.ca import BuiltInAuthority
from mailstead.certificates.port import Issuer
from mailstead.certificates.store import CertificateStore
from mailstead.dns.drivers.memory import MemoryNameServer, MemoryResolver
from mailstead.dns.store import RecordLedger
from mailstead.doctor.gathering import Sources
from mailstead.doctor.workflow import Doctor
from mailstead.ground.clock import Clock, VirtualClock
from mailstead.guests.drivers.memory import GuestState, MemoryGuests
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.model import DirectBoot, DiskRole, Power
from mailstead.lifecycle.adoption import Adoption
from mailstead.lifecycle.sights import SightBook
from mailstead.lifecycle.steps import Steps
from mailstead.lifecycle.store import DkimBook
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.lifecycle.workflow import Runbooks
from mailstead.lifecycle.world import GuestImage, HostPorts, World
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.networks.store import NumberStore
from mailstead.orders.drivers.memory import MemoryEngine
from mailstead.orders.drivers.memory.engine import WORKER
from mailstead.orders.drivers.memory.journal import Journal
from mailstead.orders.model import Limits
from mailstead.security.keyfile import create_key_file
from mailstead.security.store import Vault
from mailstead.sites.model import Host, Platform
from mailstead.state.database import Database
from mailstead.state.store import StandingStore
from mailstead.storage.drivers.claim import MemoryClaim
from mailstead.storage.drivers.memory import MemoryVolumes
from mailstead.storage.model import Role, VolumeKey
from mailstead.tenants.store import TenantStore

from .claims import HostClaims, guarded, guarded_hosts
from .memory_view import memory_view
from .quarantine import GatedDesk, Quarantine
from .running import Running
from .secrets import authority

IMAGE = GuestImage(
    Path("/images/appliance/system.qcow2"),
    4096,
    DirectBoot(Path("/images/appliance/vmlinuz"), Path("/images/appliance/initrd.img"), "root=/dev/vda rw"),
)


class PluggedVolumes(MemoryVolumes):
    """Disks in memory that take what a mail server keeps on them along when they go."""

    def __init__(self, mail: MemoryMailServers) -> None:
        super().__init__()
        self._mail = mail

    def remove(self, key: VolumeKey) -> None:
        super().remove(key)
        self._mail.forget(key.tenant)


class PluggedHypervisor(MemoryHypervisor):
    """Machines in memory whose ports appear on a switch in memory when they start, as taps do."""

    def __init__(self, switch: MemorySwitch, volumes: MemoryVolumes) -> None:
        super().__init__()
        self._switch = switch
        self._volumes = volumes

    def start(self, name: str) -> None:
        super().start(name)
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

    def guest(self, name: str) -> GuestState:
        """Say what the guest in a machine is doing: it answers as long as the machine runs."""
        machine = self.machines().get(name)
        if machine is None:
            return GuestState.MISSING
        return GuestState.ANSWERING if machine.power is Power.ON else GuestState.SILENT


def memory_host(host: Host, _platform: Platform, _home: Path, clock: Clock) -> HostPorts:
    """Return a host whose machines, switch, disks and guests are in memory."""
    switch, mail = MemorySwitch(), MemoryMailServers(clock=clock)
    volumes = PluggedVolumes(mail)
    machines = PluggedHypervisor(switch, volumes)
    return HostPorts(host, machines, volumes, switch, MemoryGuests(state_of=machines.guest), mail)


@dataclass(frozen=True, slots=True)
class Outside:
    """What outlives a process of the platform: hosts, name server, resolver, journal of orders, time.

    `issuing` is what stands between a process and its issuer: nothing, or faults.
    """

    hosts: Mapping[str, HostPorts]
    names: MemoryNameServer = field(default_factory=MemoryNameServer)
    resolver: MemoryResolver = field(default_factory=MemoryResolver)
    journal: Journal = field(default_factory=Journal)
    clock: Clock = field(default_factory=VirtualClock)
    issuing: Callable[[Issuer], Issuer] = lambda issuer: issuer
    claims: Mapping[str, MemoryClaim] = field(default_factory=lambda: defaultdict(MemoryClaim))


def memory_outside(platform: Platform) -> Outside:
    """Return an empty world with the hosts of *platform*."""
    clock = VirtualClock()
    hosts = {host.name: memory_host(host, platform, Path(), clock) for host in platform.hosts}
    return Outside(hosts, clock=clock)


def memory_platform(folder: Path, platform: Platform, outside: Outside | None = None) -> tuple[Running, MemoryEngine]:
    """Return a platform on memory drivers, its database and key in *folder*, and the engine that turns its time.

    Called again with the same folder and *outside*, it is the next process on the same world.
    """
    outside = outside or memory_outside(platform)
    key_file = folder / platform.state.key_file
    if not key_file.exists():
        create_key_file(key_file)
    database = Database(f"sqlite:///{folder}/state.sqlite")
    database.migrate()
    vault = Vault(database, key_file)
    own = authority(vault, platform.name, outside.clock)
    numbers = count(1)
    standing = StandingStore(database, lambda: str(uuid4()))
    claims = HostClaims(standing, {host: (outside.claims[host],) for host in outside.hosts})
    world = World(
        platform=platform,
        clock=outside.clock,
        tenants=TenantStore(database),
        numbers=NumberStore(database, platform.network),
        records=RecordLedger(database),
        certificates=CertificateStore(database),
        vault=vault,
        dkim=DkimBook(database),
        sights=SightBook(database),
        names=guarded(outside.names, standing.refuse_quarantined),
        resolver=guarded(outside.resolver, standing.refuse_quarantined),
        issuer=outside.issuing(BuiltInAuthority(own.issuing, lambda: own.issuing_key, outside.clock)),
        issuers=("mailstead.example",),
        hosts=guarded_hosts(outside.hosts, claims),
        image=lambda _base: IMAGE,
        new_id=lambda: f"{len(outside.journal.ledger.list(None, None, 10**9))}-{next(numbers)}",
    )
    limits = Limits({host.name: host.orders_at_once for host in platform.hosts})
    engine = MemoryEngine(outside.clock, journal=outside.journal, limits=limits)
    steps = Steps(world)
    Runbooks(steps).register(engine)
    works = not standing.get().quarantine
    if works:
        engine.launch()
    desk = GatedDesk(engine, standing.refuse_quarantined)
    lifecycle = Lifecycle(steps, desk, refuse=standing.refuse_quarantined)
    running = Running(
        folder,
        platform,
        world,
        steps,
        desk,
        lifecycle,
        works=works,
        authority_pem=own.root.encode,
        outside=lambda target: memory_view(replace(world, hosts=outside.hosts), target),
        quarantine=Quarantine(standing, claims, Adoption(world), outside.journal.ledger, outside.clock),
        doctor=Doctor(Sources(world, lifecycle.planner, desk, engine.leases, lambda: {WORKER: outside.clock.now()})),
    )
    return running, engine
