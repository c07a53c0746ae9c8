"""The world that a story plays in, and the process of the control plane that acts in it now."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import cast

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.drivers.memory_disks import MemoryDisks
from mailstead.dns.drivers.memory import MemoryNameServer
from mailstead.dns.model import Record
from mailstead.dns.reverse import reverse_zones
from mailstead.ground.clock import VirtualClock
from mailstead.ground.plans import Change, ChangePlan
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.orders.drivers.memory import Crashed, MemoryEngine
from mailstead.sites.model import Platform
from mailstead.state.database import Database
from mailstead.storage.drivers.memory import MemoryVolumes
from mailstead.wiring.memory import Outside, memory_outside, memory_platform
from mailstead.wiring.memory_host import Metal, PluggedHypervisor
from mailstead.wiring.running import Running

from .chance import SeededChance
from .faults import Faults
from .shelves import Moments, Promises, Witness
from .story import TARGETS, Story
from .worn import wear_everywhere

KEY_FILE = "mailstead.key"
DISK_MIB = 200 * 1024
BOOT_S = 40.0
KEPT = {"last": 2, "daily": 0, "weekly": 0, "monthly": 0, "days": 0}
FOREIGN_ZONE = "foreign.example"
FOREIGN_FILE = Path("/srv/somebody/else")


class TurnedClock(VirtualClock):
    """A virtual clock whose time of day somebody can set; what it counts for itself goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.off_s = 0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.off_s)


@dataclass(frozen=True, slots=True)
class Host:
    """What lies behind the ports of a host: for hands, accidents and judges, whom no fault keeps off."""

    machines: PluggedHypervisor
    volumes: MemoryVolumes
    switch: MemorySwitch
    mail: MemoryMailServers
    disks: MemoryDisks


class World:
    """The world of a *story*. `running` and `engine` are the process of now; `start` begins the next."""

    running: Running
    engine: MemoryEngine

    def __init__(self, story: Story, folder: Path) -> None:
        self.story = story
        self.clock = TurnedClock()
        self.faults = Faults(self.clock, pace=1.0)
        self.boots: dict[str, float] = {}  # how long the next boot of a tenant's machine takes
        self.processes = 0
        self._folder = folder
        self.platform = _platform(story.hosts)
        dice = Random(f"world {story.seed}")
        metal = Metal(memory_mib=story.memory_gib * 1024, disk_mib=DISK_MIB, boot_s=self._boot_s)
        made = memory_outside(self.platform, self.clock, metal)
        self.targets = {name: MemoryTarget() for name in TARGETS}
        self.bare = replace(made, chance=SeededChance(dice), database=_new_database(), targets=self.targets)
        self.hosts = {name: _bare_host(self.bare, name) for name in story.hosts}
        self.moments, self.promises = Moments(), Promises()
        self.names: MemoryNameServer = self.bare.names
        self._settle_strangers()
        self._outside = wear_everywhere(self._witnessed(), self.faults)
        self.start()

    def start(self) -> None:
        """Begin the next process of the control plane on the same world."""
        if self.processes:
            self.engine.close()
        seed = self.story.seed * 100 + self.processes
        self.running, self.engine = memory_platform(self._folder, self.platform, self._outside, seed=seed)
        self.processes += 1

    def guarded(self, act: Callable[[], object]) -> bool:
        """Do *act*; say whether the process lived through it. If not, the next one has begun."""
        try:
            act()
        except Crashed:
            self.start()
            return False
        return True

    def calm(self) -> None:
        """Everything answers, has room, boots in time and goes by the right clock again."""
        self.faults.clear()
        self.boots.clear()
        self.clock.off_s = 0
        for host in self.hosts.values():
            host.volumes.fill(FOREIGN_FILE, 1)
        for target in self.targets.values():
            target.room = None

    def strangers(self) -> tuple[object, ...]:
        """Return all that is not ours, as a value that must never change."""
        hosts = [(host.machines.foreign(), host.switch.ports().get("stranger0")) for host in self.hosts.values()]
        zones = [_foreign(self.names, zone) for zone in (FOREIGN_ZONE, *self._reverse)]
        return (*hosts, *zones, *(FOREIGN_FILE in host.volumes.foreign() for host in self.hosts.values()))

    @property
    def _reverse(self) -> tuple[str, ...]:
        pools = self.platform.network
        return tuple(reverse_zones([pools.public_ipv4, pools.public_ipv6]))

    def _settle_strangers(self) -> None:
        for host in self.hosts.values():
            host.switch.plug("stranger0")
            host.volumes.fill(FOREIGN_FILE, 1)
            host.machines.occupy("stranger", 256)
            if self.story.squatter:
                host.machines.occupy(self.story.squatter, 256)
        for zone in (FOREIGN_ZONE, *self._reverse[:1]):
            self.names.create(zone)
            record = Record(f"254.{zone}", "PTR", 300, f"router.{FOREIGN_ZONE}.")
            self.names.apply(zone, ChangePlan((Change("by hand", None, record),)))

    def _witnessed(self) -> Outside:
        witnesses = {name: Witness(host.disks, self.moments) for name, host in self.hosts.items()}
        seen = {name: replace(ports, changes=witnesses[name]) for name, ports in self.bare.hosts.items()}
        return replace(self.bare, hosts=seen)

    def _boot_s(self, tenant: str) -> float:
        return self.boots.pop(tenant, BOOT_S)


def _foreign(names: MemoryNameServer, zone: str) -> frozenset[Record]:
    if zone not in names.zones():
        return frozenset()
    return frozenset(record for record in names.records(zone) if record.value.endswith(f".{FOREIGN_ZONE}."))


def _bare_host(outside: Outside, name: str) -> Host:
    ports = outside.hosts[name]
    return Host(
        cast("PluggedHypervisor", ports.machines),
        cast("MemoryVolumes", ports.volumes),
        cast("MemorySwitch", ports.switch),
        cast("MemoryMailServers", ports.mail),
        cast("MemoryDisks", ports.places),
    )


def _platform(hosts: tuple[str, ...]) -> Platform:
    named = [{"name": name, "driver": "memory"} for name in hosts]
    near, far = ({"name": name, "kind": "memory"} for name in TARGETS)
    kept = {"backup_target": [near | {"second": "far"}, far], "backup": {"keep": KEPT, "verify_days": 1}}
    return Platform.parse({"sites": [{"name": "home", "hosts": named}], "dns": {"driver": "memory"}, **kept})


@cache
def _migrated() -> sqlite3.Connection:
    """Return the tables of this release, made once for all worlds of this process."""
    database = Database("sqlite://")
    database.migrate()
    return _inner(database)


@cache
def _only_database() -> Database:
    return Database("sqlite://")


def _new_database() -> Database:
    """Return an empty database. A process plays one world at a time: it keeps what is costly about a database."""
    _migrated().backup(_inner(_only_database()))
    return _only_database()


def _inner(database: Database) -> sqlite3.Connection:
    with database.engine.connect() as connection:
        inner = connection.connection.driver_connection
    if not isinstance(inner, sqlite3.Connection):
        raise TypeError(inner)
    return inner
