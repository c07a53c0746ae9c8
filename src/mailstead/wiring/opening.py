"""A platform opened from its folder, with the drivers that its file names."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from mailstead.certificates.drivers.acme import AcmeIssuer
from mailstead.certificates.drivers.ca import BuiltInAuthority
from mailstead.certificates.port import Issuer
from mailstead.certificates.store import CertificateStore
from mailstead.dns.drivers.knot import knot_name_server
from mailstead.dns.drivers.memory import MemoryNameServer, MemoryResolver
from mailstead.dns.drivers.rfc2136 import GivenZones, Rfc2136NameServer
from mailstead.dns.drivers.unbound import UnboundResolver
from mailstead.dns.drivers.wire import Wire
from mailstead.dns.port import Resolver
from mailstead.dns.store import RecordLedger
from mailstead.dns.workflow import DnsChallenges, Publisher, Server
from mailstead.doctor.gathering import Sources
from mailstead.doctor.workflow import Doctor
from mailstead.ground.clock import Clock, SystemClock
from mailstead.lifecycle.adoption import Adoption
from mailstead.lifecycle.care import Care
from mailstead.lifecycle.care_steps import CareSteps
from mailstead.lifecycle.care_workflow import CareRunbooks
from mailstead.lifecycle.draining import Draining
from mailstead.lifecycle.equipping import Equipping
from mailstead.lifecycle.sights import SightBook
from mailstead.lifecycle.steps import Steps
from mailstead.lifecycle.store import DkimBook
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.lifecycle.workflow import Runbooks
from mailstead.lifecycle.world import HostPorts, World
from mailstead.monitoring.drivers.inside import JournalLog
from mailstead.monitoring.drivers.network import NetworkOutside
from mailstead.monitoring.drivers.resolving import Resolving
from mailstead.monitoring.target import Target
from mailstead.networks.store import NumberStore
from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.orders.model import Limits, StateInUse
from mailstead.orders.store import HeartbeatStore, LeaseStore, OrderLedger
from mailstead.protection.ground import Ground as ProtectionGround
from mailstead.protection.store import ProtectionBook
from mailstead.protection.verbs import Protection
from mailstead.protection.workflow import ProtectionRunbooks
from mailstead.remoting.pool import Fleet
from mailstead.security.audit_store import AuditTrail
from mailstead.security.store import Vault
from mailstead.sites.files import read_platform
from mailstead.sites.model import Host, Platform
from mailstead.sites.store import MaintenanceStore
from mailstead.state.database import Database
from mailstead.state.store import StandingStore
from mailstead.tenants.store import TenantStore

from .audited import AuditedDesk, this_user
from .backups import open_places
from .claims import HostClaims, claim_places, guarded, guarded_hosts
from .founding import PLATFORM_FILE, database_url
from .hosts import libvirt_host
from .hyperv import hyperv_host
from .hyperv_ways import Tell, Ways
from .images import Images
from .memory_host import memory_host
from .people import Ground, people_of
from .quarantine import GatedDesk, Quarantine
from .running import Running
from .salvage import salvage_of, through_guests
from .secrets import account_key, authority
from .services import Services
from .sign_ins import providers_of


@contextmanager
def open_platform(home: Path, *, worker: bool = False, explain: Tell | None = None) -> Iterator[Running]:
    """Yield the platform in *home*; with *worker*, become its worker unless another process is one already.

    *explain* hears of every statement that is sent to a Windows host, before it is sent.

    Raises NotFound or InvalidInput for its file, what the vault says of the key file, and what a service that
    must be started says.
    """
    platform = read_platform(home / PLATFORM_FILE)
    clock = SystemClock()
    database = Database(database_url(home, platform.state.database))
    database.migrate()
    key_file = home / platform.state.key_file
    vault = Vault(database, key_file)
    standing = StandingStore(database, lambda: str(uuid4()))
    ways = Ways(vault, NumberStore(database, platform.network), Fleet(clock), explain)
    claims = HostClaims(standing, {host.name: claim_places(host, ways) for host in platform.hosts})
    services = Services(home, platform, vault, clock, claims)
    acts = worker and not standing.get().quarantine
    if acts:
        services.start()
    places = open_places(platform, vault, home)
    world = replace(_world(services, database, ways), kept=(places,))
    leases, beats = LeaseStore(database, clock), HeartbeatStore(database, clock)
    ledger = OrderLedger(database)
    engine = DbosEngine(
        ledger,
        leases,
        beats,
        system_url=database_url(home, platform.state.orders, "orders"),
        folder=home,
        clock=clock,
        limits=Limits({host.name: host.orders_at_once for host in platform.hosts}),
    )
    steps = Steps(world)
    trail = AuditTrail(database, clock, this_user())
    gated = GatedDesk(engine, standing.refuse_quarantined)
    desk = AuditedDesk(gated, trail)
    lifecycle = Lifecycle(steps, desk)
    care_steps = CareSteps(steps)
    care = Care(care_steps, desk)
    Runbooks(steps).register(engine)
    CareRunbooks(care_steps).register(engine)
    Equipping(world).register(engine)
    protection = ProtectionGround(steps, ProtectionBook(database), places, engine)
    ProtectionRunbooks(protection).register(engine)
    salvage = salvage_of(steps, engine, desk, protection.store, through_guests(steps))
    try:
        works = acts and _launched(engine)
        yield Running(
            home,
            platform,
            world,
            steps,
            engine,
            desk,
            lifecycle,
            care,
            Draining(world, care, clock),
            works,
            _root(platform, vault, clock),
            _outside(world),
            Quarantine(standing, claims, Adoption(world), ledger, clock, trail),
            Doctor(
                Sources(
                    world,
                    lifecycle,
                    desk,
                    leases,
                    workers=beats.all,
                    trail=trail,
                    key_file=key_file,
                    files=database.files,
                    may_act=standing.refuse_quarantined,
                    protection=protection.book,
                )
            ),
            trail,
            partial(AuditedDesk, gated),
            people_of(
                platform,
                Ground(database, vault, clock, trail, providers=providers_of(platform, home, vault, clock)),
            ),
            services.status,
            Protection(protection, desk),
            salvage,
        )
    finally:
        engine.close()
        ways.fleet.close()
        database.close()


def open_services(home: Path) -> Services:
    """Return the services of the platform in *home*."""
    platform = read_platform(home / PLATFORM_FILE)
    database = Database(database_url(home, platform.state.database))
    database.migrate()
    standing = StandingStore(database, lambda: str(uuid4()))
    clock, vault = SystemClock(), Vault(database, home / platform.state.key_file)
    ways = Ways(vault, NumberStore(database, platform.network), Fleet(clock))
    claims = HostClaims(standing, {host.name: claim_places(host, ways) for host in platform.hosts})
    return Services(home, platform, vault, clock, claims)


def open_images(home: Path) -> Images:
    """Return the guest images of the platform in *home*."""
    return Images(read_platform(home / PLATFORM_FILE).image.cache)


def _launched(engine: DbosEngine) -> bool:
    """Become the worker; false when another process is: then it carries out what we order."""
    with suppress(StateInUse):
        engine.launch()
        return True
    return False


def _world(services: Services, database: Database, ways: Ways) -> World:
    home, platform, vault, clock = services.home, services.platform, services.vault, services.clock
    names, resolver = _names(platform, services, clock)
    records = RecordLedger(database)
    return World(
        platform=platform,
        clock=clock,
        tenants=TenantStore(database),
        numbers=NumberStore(database, platform.network),
        records=records,
        certificates=CertificateStore(database),
        vault=vault,
        dkim=DkimBook(database),
        sights=SightBook(database),
        maintenance=MaintenanceStore(database),
        names=guarded(names, services.claims.refuse_quarantined),
        resolver=guarded(resolver, services.claims.refuse_quarantined),
        issuer=_issuer(platform, vault, DnsChallenges(Publisher(names, records), names), clock),
        issuers=_issuers(platform),
        hosts=guarded_hosts(_hosts(home, platform, clock, ways), services.claims),
        new_id=lambda: str(uuid4()),
    )


def _names(platform: Platform, services: Services, clock: Clock) -> tuple[Server, Resolver]:
    match platform.dns.driver:
        case "memory":
            return MemoryNameServer(), MemoryResolver()
        case "rfc2136":
            wire = Wire(str(platform.dns.address), platform.dns.port, services.knot.tsig)
            return Rfc2136NameServer(wire, GivenZones(platform.dns.zones)), UnboundResolver(services.unbound)
        case "knot":
            return knot_name_server(services.knot, clock), UnboundResolver(services.unbound)


def _issuer(platform: Platform, vault: Vault, challenges: DnsChallenges, clock: Clock) -> Issuer:
    wanted = platform.certificates
    if wanted.issuer == "acme" and wanted.acme_directory:
        return AcmeIssuer(
            wanted.acme_directory, lambda: account_key(vault), challenges, clock, contact=wanted.acme_contact
        )
    own = authority(vault, platform.name, clock)
    return BuiltInAuthority(own.issuing, lambda: own.issuing_key, clock)


def _issuers(platform: Platform) -> tuple[str, ...]:
    """Return the CAA names of whoever may issue: as given, or (built-in authority) the platform's own zone."""
    if platform.certificates.caa or platform.certificates.issuer == "acme":
        return platform.certificates.caa
    return (platform.dns.names[0].partition(".")[2],)


def _root(platform: Platform, vault: Vault, clock: Clock) -> Callable[[], bytes | None]:
    if platform.certificates.issuer == "acme":
        return lambda: None
    return authority(vault, platform.name, clock).root.encode


def _outside(world: World) -> Callable[[Target], NetworkOutside]:
    """Return what looks at a target with this machine's sockets, and from inside through the guest channel."""
    dns = world.platform.dns

    def outside(target: Target) -> NetworkOutside:
        entry = world.tenants.get(target.tenant)
        channel = world.ports(entry.host).guests if entry.host else None
        log = JournalLog(channel) if channel else None
        resolver = Resolving(str(dns.resolver))
        return NetworkOutside(target, resolver, channel=channel, log=log, clock=world.clock)

    return outside


def _hosts(home: Path, platform: Platform, clock: Clock, ways: Ways) -> Mapping[str, HostPorts]:
    make: Mapping[str, Callable[[Host, Platform, Path, Clock], HostPorts]]
    make = {"libvirt": libvirt_host, "hyperv": partial(hyperv_host, ways), "memory": _memory_host}
    return {host.name: make[host.driver](host, platform, home, clock) for host in platform.hosts}


def _memory_host(host: Host, platform: Platform, home: Path, clock: Clock) -> HostPorts:
    """Return a host in memory that starts its machines from the images there really are."""
    return replace(memory_host(host, platform, home, clock), image=Images(platform.image.cache).image)
