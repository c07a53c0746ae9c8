"""A platform that lives in this process alone: for the trial, for tests, for the simulation of thousands."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from uuid import uuid4

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.certificates.drivers.ca import BuiltInAuthority
from mailstead.certificates.port import Issuer
from mailstead.certificates.store import CertificateStore
from mailstead.dns.drivers.memory import MemoryNameServer, MemoryResolver
from mailstead.dns.store import RecordLedger
from mailstead.doctor.gathering import Sources
from mailstead.doctor.workflow import Doctor
from mailstead.ground.clock import Clock, VirtualClock
from mailstead.items.drivers.memory import MemoryReceiver
from mailstead.items.port import Receiver
from mailstead.lifecycle.adoption import Adoption
from mailstead.lifecycle.care import Care
from mailstead.lifecycle.care_steps import CareSteps
from mailstead.lifecycle.care_workflow import CareRunbooks
from mailstead.lifecycle.chance import Chance, RealChance
from mailstead.lifecycle.draining import Draining
from mailstead.lifecycle.equipping import Equipping
from mailstead.lifecycle.sights import SightBook
from mailstead.lifecycle.steps import Steps
from mailstead.lifecycle.store import DkimBook
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.lifecycle.workflow import Runbooks
from mailstead.lifecycle.world import HostPorts, World
from mailstead.networks.store import NumberStore
from mailstead.orders.drivers.memory import MemoryEngine
from mailstead.orders.drivers.memory.engine import WORKER
from mailstead.orders.drivers.memory.journal import Journal
from mailstead.orders.model import Limits
from mailstead.people.port import Provider
from mailstead.protection.ground import Ground as ProtectionGround
from mailstead.protection.store import ProtectionBook
from mailstead.protection.verbs import Protection
from mailstead.protection.workflow import ProtectionRunbooks
from mailstead.security.audit_store import AuditTrail
from mailstead.security.keyfile import create_key_file
from mailstead.security.store import Vault
from mailstead.sites.model import Platform
from mailstead.sites.store import MaintenanceStore
from mailstead.state.database import Database
from mailstead.state.store import StandingStore
from mailstead.storage.drivers.claim import MemoryClaim
from mailstead.tenants.store import TenantStore

from .audited import AuditedDesk, this_user
from .backups import memory_places
from .claims import HostClaims, guarded, guarded_hosts
from .memory_host import PLENTY, Metal, memory_host
from .memory_moving import with_moves
from .memory_view import memory_view
from .people import Ground, people_of
from .quarantine import GatedDesk, Quarantine
from .running import Running
from .salvage import salvage_of
from .secrets import authority
from .sign_ins import memory_providers


@dataclass(frozen=True, slots=True)
class Outside:
    """What outlives a process of the platform: hosts, name server, resolver, journal of orders, backups, time.

    `database` None: a file in the platform's folder. `issuing` is what stands between a process and its issuer:
    nothing, or faults.
    """

    hosts: Mapping[str, HostPorts]
    names: MemoryNameServer = field(default_factory=MemoryNameServer)
    resolver: MemoryResolver = field(default_factory=MemoryResolver)
    journal: Journal = field(default_factory=Journal)
    clock: Clock = field(default_factory=VirtualClock)
    issuing: Callable[[Issuer], Issuer] = lambda issuer: issuer
    chance: Chance = field(default_factory=RealChance)
    database: Database | None = None
    claims: Mapping[str, MemoryClaim] = field(default_factory=lambda: defaultdict(MemoryClaim))
    providers: Mapping[str, Provider] = field(default_factory=dict)
    mailboxes: dict[tuple[str, str], Receiver] = field(default_factory=lambda: defaultdict(MemoryReceiver))
    targets: Mapping[str, MemoryTarget] = field(default_factory=lambda: defaultdict(MemoryTarget))


def memory_outside(platform: Platform, clock: Clock | None = None, metal: Metal = PLENTY) -> Outside:
    """Return an empty world with the hosts of *platform*, each made of this *metal*."""
    clock = clock or VirtualClock()
    hosts = {host.name: memory_host(host, platform, Path(), clock, metal) for host in platform.hosts}
    return Outside(with_moves(hosts), clock=clock, providers=memory_providers(platform))


def memory_platform(
    folder: Path, platform: Platform, outside: Outside | None = None, *, seed: int = 0
) -> tuple[Running, MemoryEngine]:
    """Return a platform on memory drivers, its database and key in *folder*, and the engine that turns its time.

    Called again with the same folder and *outside*, it is the next process on the same world. *seed* says which
    of several orders moves next.
    """
    outside = outside or memory_outside(platform)
    key_file = folder / platform.state.key_file
    if not key_file.exists():
        create_key_file(key_file)
    database = outside.database or Database(f"sqlite:///{folder}/state.sqlite")
    database.migrate()
    vault = Vault(database, key_file)
    own = authority(vault, platform.name, outside.clock)
    numbers = count(1)
    standing = StandingStore(database, lambda: str(uuid4()))
    claims = HostClaims(standing, {host: (outside.claims[host],) for host in outside.hosts})
    places = memory_places(platform, vault, outside.targets)
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
        maintenance=MaintenanceStore(database),
        names=guarded(outside.names, standing.refuse_quarantined),
        resolver=guarded(outside.resolver, standing.refuse_quarantined),
        issuer=outside.issuing(BuiltInAuthority(own.issuing, lambda: own.issuing_key, outside.clock)),
        issuers=("mailstead.example",),
        hosts=guarded_hosts(outside.hosts, claims),
        new_id=lambda: f"{len(outside.journal.ledger.list(None, None, 10**9))}-{next(numbers)}",
        chance=outside.chance,
        kept=(places,),
    )
    limits = Limits({host.name: host.orders_at_once for host in platform.hosts})
    engine = MemoryEngine(outside.clock, journal=outside.journal, limits=limits, seed=seed)
    steps = Steps(world)
    Runbooks(steps).register(engine)
    care_steps = CareSteps(steps)
    CareRunbooks(care_steps).register(engine)
    Equipping(world).register(engine)
    protection = ProtectionGround(steps, ProtectionBook(database), places, engine)
    ProtectionRunbooks(protection).register(engine)
    trail = AuditTrail(database, outside.clock, this_user())
    gated = GatedDesk(engine, standing.refuse_quarantined)
    desk = AuditedDesk(gated, trail)
    salvage = salvage_of(steps, engine, desk, protection.store, lambda *box: outside.mailboxes[box])
    works = not standing.get().quarantine
    if works:
        engine.launch()
    lifecycle = Lifecycle(steps, desk)
    care = Care(care_steps, desk)
    running = Running(
        folder,
        platform,
        world,
        steps,
        engine,
        desk,
        lifecycle,
        care,
        Draining(world, care, outside.clock),
        works=works,
        authority_pem=own.root.encode,
        outside=lambda target: memory_view(replace(world, hosts=outside.hosts), target),
        quarantine=Quarantine(standing, claims, Adoption(world), outside.journal.ledger, outside.clock, trail),
        doctor=Doctor(
            Sources(
                world,
                lifecycle,
                desk,
                engine.leases,
                workers=lambda: {WORKER: outside.clock.now()},
                trail=trail,
                key_file=key_file,
                files=database.files,
                may_act=standing.refuse_quarantined,
                protection=protection.book,
            )
        ),
        trail=trail,
        desk_told=partial(AuditedDesk, gated),
        people=people_of(platform, Ground(database, vault, outside.clock, trail, providers=outside.providers)),
        services=list,  # nothing runs beside it
        protection=Protection(protection, desk),
        salvage=salvage,
    )
    return running, engine
