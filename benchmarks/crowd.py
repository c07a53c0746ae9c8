"""Thousands of tenants in service on memory drivers, put there at once instead of by 120,000 steps."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

from sqlalchemy import Connection

from mailstead.certificates.keys import new_key, signing_request, spki
from mailstead.certificates.model import key_name
from mailstead.dns.model import DkimKey, Record
from mailstead.dns.plan import fingerprint, records_for
from mailstead.dns.store import Sighting, record_table
from mailstead.dns.store import _row as _record_row
from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.drivers.memory import MemoryHypervisor, _Entry
from mailstead.hypervisors.model import Machine, Power
from mailstead.lifecycle.keys import SELECTORS, KeyPair, make_pair
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.parts.mail import HASHES
from mailstead.lifecycle.parts.names import NamesPart
from mailstead.lifecycle.parts.part import Subject
from mailstead.lifecycle.rest import Rest
from mailstead.lifecycle.sights import Sight
from mailstead.lifecycle.steps import Steps
from mailstead.lifecycle.world import World
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.mailservers.items import MailboxRoom, MailState, mark
from mailstead.mailservers.rendering import fingerprint as mail_fingerprint
from mailstead.mailservers.rendering import mailboxes, services
from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.networks.model import Numbers
from mailstead.networks.plan import host_network_for, segment_for
from mailstead.networks.store import _row, network_numbers
from mailstead.security.model import Secret
from mailstead.security.passwords import hash_password
from mailstead.security.sealing import fresh_key, seal
from mailstead.security.store import _SECRET, _wrapped, secret_keys, secrets
from mailstead.sites.model import Platform
from mailstead.state.database import Database
from mailstead.storage.model import Volume, VolumeKey
from mailstead.tenants.model import Tenant
from mailstead.wiring import Running, memory_platform
from mailstead.wiring.memory import memory_outside

POOLS = {"ipv4_pool": "10.64.0.0/12", "public_ipv4": "198.18.0.0/15", "public_ipv6": "2001:db8:6d73::/64"}
MAILBOXES = 3
SAMPLE = 100  # so many are configured to the last file, and looked at closely once


def crowd_platform(hosts: int) -> Platform:
    """Return a platform of memory drivers with so many hosts."""
    named = [{"name": f"kvm{number}", "driver": "memory"} for number in range(1, hosts + 1)]
    return Platform.parse({"sites": [{"name": "home", "hosts": named}], "dns": {"driver": "memory"}, "network": POOLS})


def crowd_tenant(number: int) -> Tenant:
    """Return the tenant of this number."""
    domain = f"t{number}.example"
    return Tenant.parse(
        {
            "name": f"t{number}",
            "domains": [{"name": domain}],
            "mailboxes": [{"address": f"person{box}@{domain}"} for box in range(MAILBOXES)],
            "aliases": [{"address": f"info@{domain}", "targets": [f"person0@{domain}"]}],
        }
    )


def crowd_numbers(number: int) -> Numbers:
    """Return numbers as the pools would give them. One platform has 4,093 VLANs; beyond that these are made up."""
    return Numbers(
        vlan=100 + number,
        ipv4=IPv4Network((int(IPv4Address("10.64.0.0")) + number * 16, 28)),
        ipv6=IPv6Network((int(IPv6Address("fd64:6d73::")) + (number << 64), 64)),
        public_ipv4=IPv4Address("198.18.0.1") + number,
        public_ipv6=IPv6Address("2001:db8:6d73::1") + number,
    )


def put_in_service(folder: Path, tenants: int, hosts: int, *, whole: int = SAMPLE) -> Running:
    """Return a platform on which so many tenants are in service, just as onboarding leaves them.

    The first *whole* of them bear a close look; all do, at the price of minutes for thousands.
    """
    outside = memory_outside(crowd_platform(hosts))
    running, engine = memory_platform(folder, crowd_platform(hosts), outside)
    engine.close()
    world = replace(running.world, hosts=outside.hosts)  # past the claims, to the drivers themselves
    steps = Steps(world)
    for ports in world.hosts.values():
        ports.switch.prepare(host_network_for(world.platform.network, world.platform.dns))
    database = world.tenants._database  # noqa: SLF001 (nothing else may batch its transactions)
    made = Stock()
    with as_one_transaction(database) as connection:
        for number in range(tenants):
            numbers = crowd_numbers(number)
            connection.execute(network_numbers.insert().values(tenant=f"t{number}", **_row(numbers)))
            _put(steps, crowd_tenant(number), numbers, f"kvm{1 + number % hosts}", made, whole=number < whole)
        _point(world, connection)
    world.resolver.trust({zone: world.names.anchors(zone) for zone in world.names.zones()})
    return running


class Empty(Look):
    """A look at hosts on which nothing is yet."""

    def machines(self, host: str) -> dict[str, Machine]:
        return {}

    def volumes(self, host: str) -> dict[VolumeKey, Volume]:
        return {}


class Stock:
    """What all tenants of a crowd share, for it would take hours to make each its own: DKIM keys and a password."""

    def __init__(self) -> None:
        self.pairs: dict[str, KeyPair] = {name: make_pair(name) for name in SELECTORS}
        self.hash = hash_password(Secret.of("a pass phrase that nobody uses")).encode()
        self.key = new_key()


@contextmanager
def as_one_transaction(database: Database) -> Iterator[Connection]:
    """Let every transaction of *database* be part of one that is committed at the end."""
    whole = database.transaction

    with whole() as connection:

        @contextmanager
        def same() -> Iterator[Connection]:
            yield connection

        database.transaction = database.reading = same  # type: ignore[method-assign]  # for the time of the filling
        try:
            yield connection
        finally:
            del database.transaction, database.reading


def _put(steps: Steps, tenant: Tenant, numbers: Numbers, host: str, stock: Stock, *, whole: bool) -> None:
    world, name = steps.world, tenant.name
    world.tenants.add(tenant)
    _place(world, name, host)
    _give_secrets(world, tenant, stock)
    _certify(steps, tenant, numbers, stock)
    subject = Subject(world.tenants.get(name), host, numbers)
    _build(steps, subject)
    _publish(steps, subject)
    _serve(steps, subject, whole=whole)


def _place(world: World, name: str, host: str) -> None:
    world.tenants._set(name, host=host)  # noqa: SLF001 (placement reads all tenants: too slow for a crowd)


def _give_secrets(world: World, tenant: Tenant, stock: Stock) -> None:
    """Keep what a vault keeps; sealed by hand, for the vault opens a key anew for each secret."""
    dek, given = fresh_key(), {key_name(1): stock.key.reveal(), "probe": b"a pass phrase", "probe-hash": stock.hash}
    for domain in tenant.domains:
        for algorithm, selector in SELECTORS.items():
            given[f"dkim/{domain.name}/{selector}"] = stock.pairs[algorithm].to_bytes()
        public = [DkimKey(SELECTORS[a], a, stock.pairs[a].public) for a in SELECTORS]
        world.dkim.note(tenant.name, domain.name, public)
    given |= {f"{HASHES}{box.address}": stock.hash for box in tenant.mailboxes}
    rows = []
    for name, value in given.items():
        sealed = seal(dek, value, _SECRET, tenant.name, name, 1)
        rows.append({"tenant": tenant.name, "name": name, "version": 1, "nonce": sealed.nonce, "sealed": sealed.body})
    with world.vault._database.transaction() as connection:  # noqa: SLF001
        wrapped = _wrapped(world.vault._kek, tenant.name, dek)  # noqa: SLF001
        connection.execute(secret_keys.insert().values(tenant=tenant.name, **wrapped))
        connection.execute(secrets.insert(), rows)


def _certify(steps: Steps, tenant: Tenant, numbers: Numbers, stock: Stock) -> None:
    world, name = steps.world, tenant.name
    names = steps.credentials.names(Subject(world.tenants.get(name), "", numbers))
    world.certificates.announce(name, 1, spki(stock.key))
    world.certificates.published(name, world.clock.now())
    world.certificates.issued(name, 1, world.issuer.issue(names, signing_request(stock.key, names)))
    world.certificates.switched(name, 1, world.clock.now())


def _build(steps: Steps, subject: Subject) -> None:
    ports = steps.world.ports(subject.host)
    ports.switch.ensure(segment_for(subject.tenant, subject.numbers))
    empty = Empty(steps.world)
    for change in steps.storage.plan(subject, empty):
        if change.after:
            ports.volumes.ensure(change.after)
    assert isinstance(ports.machines, MemoryHypervisor)  # noqa: S101 (memory platform)
    assert isinstance(ports.switch, MemorySwitch)  # noqa: S101
    for machine in steps.machine.plan(subject, empty):
        if machine.after:
            # Past the host's bookkeeping, which looks at all other machines each time and has room for 1,365.
            shape = replace(machine.after, power=Power.OFF)
            ports.machines._entries[subject.name] = _Entry(shape, machine.after)  # noqa: SLF001
            ports.switch.plug(shape.nic.port)
    ports.switch.attach(subject.name)


def _publish(steps: Steps, subject: Subject) -> None:
    world = steps.world
    for naming in steps.names.namings(subject, Look(world)):
        records = records_for(naming)
        world.records.note_zone(naming.domain, subject.name)
        world.names.create(naming.domain)
        rows = [_record_row(naming.domain, subject.name, record) for record in records]
        with world.records._database.transaction() as connection:  # noqa: SLF001 (one statement, not 27)
            connection.execute(record_table.insert(), rows)
        world.names.apply(naming.domain, ChangePlan(tuple(Change(str(r), None, r) for r in records)))
        serial = world.names.serials([naming.domain])[naming.domain]
        world.records.saw(naming.domain, Sighting(serial, fingerprint(naming)))


def _point(world: World, connection: Connection) -> None:
    """Publish all pointers, zone by zone, for reverse zones are large."""
    names = NamesPart(world)
    by_zone: dict[str, dict[Record, str]] = defaultdict(dict)
    numbers = world.numbers.all()
    for name, entry in world.tenants.all().items():
        subject = Subject(entry, entry.host or "", numbers[name])
        for zone, records in names.pointers(subject).items():
            by_zone[zone] |= dict.fromkeys(records, name)
    for zone, owners in by_zone.items():
        world.records.note_zone(zone, "t0")
        world.names.create(zone)
        world.names.apply(zone, ChangePlan(tuple(Change(str(record), None, record) for record in owners)))
        if not owners:
            continue
        rows = [_record_row(zone, tenant, record) for record, tenant in owners.items()]
        connection.execute(record_table.insert(), rows)


def _serve(steps: Steps, subject: Subject, *, whole: bool) -> None:
    """Let the mail server stand as configured; its files are left out, for they are the machine's memory, not ours."""
    mail = steps.world.ports(subject.host).mail
    assert isinstance(mail, MemoryMailServers)  # noqa: S101 (memory platform)
    listed = "0" * 64
    if whole:
        host = steps.mail.wanted(subject)
        rooms, print_ = mailboxes(host), mail_fingerprint(host)
    else:  # the same in size and form; only a closer look would find that it is not what is wanted
        rooms = {box.address: MailboxRoom(box.address, box.quota_mib) for box in subject.tenant.mailboxes}
        print_ = sha256(subject.name.encode()).hexdigest()
    mail._seen[subject.name] = MailState({}, rooms, services(), mark(print_, listed), listed)  # noqa: SLF001


def seal_all(running: Running) -> None:
    """Remember of everybody but the sample what a first look at each would have left: that nothing is to do."""
    world = running.world
    rest = Rest(world, Look(world), world.sights.rows())
    until = world.clock.now().timestamp() + 30 * 86400
    names = [f"t{number}" for number in range(SAMPLE, len(world.tenants.all()))]
    world.sights.note({name: Sight(rest.seal(name), until) for name in names})
