"""The auditor: compares the world outside with the database, and finds whatever is missing, double or left behind."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from sqlalchemy import select

from mailstead.certificates.keys import read_chain, spki
from mailstead.certificates.model import key_name
from mailstead.certificates.plan import digests
from mailstead.dns.store import record_table
from mailstead.hypervisors.model import Power
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.orders.model import Status as OrderStatus
from mailstead.security.model import Secret
from mailstead.storage.model import Role
from mailstead.tenants.model import Status
from mailstead.tenants.store import Entry, domains

from .stage import Stage

NOTHING: tuple[str, ...] = ()


def audit(stage: Stage) -> tuple[str, ...]:
    """Return all that is wrong, in words; nothing when there is exactly one of everything and nothing else."""
    return tuple(_findings(stage))


def picture(stage: Stage) -> dict[str, object]:
    """Return the end state as a value, to be held against another run's: all but keys and times."""
    world = stage.world
    hosts = {}
    for name, ports in stage.outside.hosts.items():
        hosts[name] = (
            ports.machines.machines(),
            ports.volumes.volumes(),
            ports.switch.segments(),
            {tenant: sorted(ports.mail.observe(tenant).files) for tenant in ports.machines.machines()},
            {tenant: ports.mail.observe(tenant).mailboxes for tenant in ports.machines.machines()},
        )
    names = {
        zone: sorted((r.name, r.kind, "" if _is_key(r.kind, r.name) else r.value) for r in world.names.records(zone))
        for zone in world.names.zones()
    }
    entries = {
        name: (entry.tenant, entry.revision, entry.host, entry.removed_at is None)
        for name, entry in world.tenants.all().items()
    }
    secrets = {name: world.vault.names(name) for name in ("", *entries)}
    generations = {
        name: [key.generation for key in (state.current, state.next, state.old) if key]
        for name, state in world.certificates.all().items()
    }
    anchors = world.resolver.anchors()
    return {
        "hosts": hosts,
        "names": names,
        "tenants": entries,
        "numbers": world.numbers.all(),
        "secrets": secrets,
        "keys": generations,
        "anchors": anchors,
    }


def _is_key(kind: str, name: str) -> bool:
    return kind == "TLSA" or "_domainkey" in name or name.startswith("_mta-sts")


def _findings(stage: Stage) -> Iterator[str]:
    entries = stage.world.tenants.all()
    for entry in entries.values():
        if entry.tenant.status is Status.REMOVED:
            yield from _resting(stage, entry)
        else:
            yield from _serving(stage, entry)
    yield from _hosts(stage, entries)
    yield from _numbers(stage, entries)
    yield from _names(stage, entries)
    yield from _database(stage, entries)
    yield from (f"order {order.id} is {order.status}" for order in stage.running.desk.list() if order.status.is_open)


def _serving(stage: Stage, entry: Entry) -> Iterator[str]:
    name = entry.tenant.name
    if entry.host is None:
        yield f"{name} serves without a host"
        return
    ports = stage.host(entry.host)
    machine = ports.machines.machines().get(name)
    if machine is None or machine.power is not Power.ON or machine.pending:
        yield f"{name} has no machine that runs as wanted: {machine}"
    segment = ports.switch.segments().get(name)
    if segment is None or segment.flaws:
        yield f"{name} has no sound segment: {segment}"
    roles = sorted(key.role for key in ports.volumes.volumes() if key.tenant == name)
    if roles != sorted(Role):
        yield f"{name} has the disks {roles}"
    yield from _certificate(stage, name)
    if entry.removed_at is not None:
        yield f"{name} serves, and is noted as removed"
    if drift := stage.drift().get(name):
        yield f"{name} is not as wanted: {drift}"


def _certificate(stage: Stage, name: str) -> Iterator[str]:
    world, state = stage.world, stage.world.certificates.of(name)
    if state.current is None:
        yield f"{name} has no certificate that serves"
        return
    for key in (key for key in (state.current, state.next, state.old) if key):
        if spki(world.vault.get(name, key_name(key.generation))) != key.spki:
            yield f"{name}: key {key.generation} in the vault is another one"
    kept = sorted(secret for secret in world.vault.names(name) if secret.startswith("tls-key/"))
    known = sorted(key_name(key.generation) for key in (state.current, state.next, state.old) if key)
    if kept != known:
        yield f"{name} keeps the keys {kept} and knows of {known}"
    now = world.clock.now()
    if not state.current.not_before <= now < state.current.not_after:
        yield f"{name} serves a certificate that is not valid now"
    entry = world.tenants.get(name)
    pem = presented(stage, name)
    leaf, key_spki = read_chain(pem, state.current.generation), spki_of(pem)
    if leaf.spki != state.current.spki or key_spki != leaf.spki:
        yield f"{name} presents another certificate or key than is remembered"
    host = entry.tenant.mail_host
    published = {
        record.value.split()[-1]
        for record in world.names.records(entry.tenant.primary_domain)
        if record.name == f"_25._tcp.{host}"
    }
    if published != set(digests(state)) or leaf.spki not in published:
        yield f"{name}: TLSA {published} does not fit the keys"


def presented(stage: Stage, name: str) -> str:
    """Return the PEM that the tenant's machine presents: chain and key."""
    mail = stage.host(stage.world.tenants.get(name).host or "").mail
    while not isinstance(mail, MemoryMailServers):
        mail = mail.inner  # type: ignore[attr-defined]  # a port with faults around it
    return mail._machines[name].files["/etc/mailstead/tls.pem"].content.decode()


def spki_of(pem: str) -> str:
    """Return the digest of the private key in *pem*."""
    begin = pem.index("-----BEGIN PRIVATE KEY")
    end = pem.index("-----END PRIVATE KEY-----") + len("-----END PRIVATE KEY-----\n")
    return spki(Secret.of(pem[begin:end]))


def _resting(stage: Stage, entry: Entry) -> Iterator[str]:
    """A removed tenant has its disks, numbers and secrets, and nothing else."""
    name = entry.tenant.name
    if entry.removed_at is None:
        yield f"{name} is removed, and nobody knows since when"
    if published := stage.world.records.all(tenant=name):
        yield f"{name} is removed and published in {sorted(published)}"
    if entry.host is None:
        return
    ports = stage.host(entry.host)
    if name in ports.machines.machines() or name in ports.switch.segments():
        yield f"{name} is removed and has a machine or segment"
    if {key.role for key in ports.volumes.volumes() if key.tenant == name} != set(Role):
        yield f"{name} lost disks within the grace time"


def _hosts(stage: Stage, entries: dict[str, Entry]) -> Iterator[str]:
    for host, ports in stage.outside.hosts.items():
        here = {name for name, entry in entries.items() if entry.host == host}
        there = {
            "machine": set(ports.machines.machines()),
            "segment": set(ports.switch.segments()),
            "disk": {key.tenant for key in ports.volumes.volumes()},
        }
        for what, names in there.items():
            yield from (f"{what} of {name} on {host}, where it does not live" for name in sorted(names - here))


def _numbers(stage: Stage, entries: dict[str, Entry]) -> Iterator[str]:
    held = stage.world.numbers.all()
    if set(held) != set(entries):
        yield f"numbers are held by {sorted(held)}, tenants are {sorted(entries)}"
    for field in ("vlan", "ipv4", "ipv6", "public_ipv4", "public_ipv6"):
        yield from (f"{field} {value} is held twice" for value in _twice(getattr(n, field) for n in held.values()))
    subnets = sorted(numbers.ipv4 for numbers in held.values())
    yield from (f"{a} and {b} overlap" for a, b in pairwise(subnets) if a.overlaps(b))


def _names(stage: Stage, entries: dict[str, Entry]) -> Iterator[str]:
    world = stage.world
    serving = {name: entry for name, entry in entries.items() if entry.tenant.status is not Status.REMOVED}
    wanted = {domain.name for entry in serving.values() for domain in entry.tenant.domains}
    forward = {zone for zone in world.names.zones() if not zone.endswith(".arpa")}
    if forward != wanted:
        yield f"the zones are {sorted(forward)}, wanted are {sorted(wanted)}"
    for zone in world.names.zones():
        there = {record.key for record in world.names.records(zone)}
        ours = {record.key for record in world.records.of(zone)}
        if there != ours:
            yield f"{zone}: only there {sorted(there - ours)}, only in the ledger {sorted(ours - there)}"
    if set(world.records.zones()) - world.names.zones():
        yield f"the ledger knows zones that are gone: {set(world.records.zones()) - world.names.zones()}"
    pointers = Counter(
        record.value for zone in world.names.zones() if zone.endswith(".arpa") for record in world.names.records(zone)
    )
    expected = Counter({f"{entry.tenant.mail_host}.": 2 for entry in serving.values()})
    if pointers != expected:
        yield f"the pointers are {dict(pointers)}, wanted are {dict(expected)}"
    if set(world.resolver.anchors()) != world.names.zones():
        yield f"the resolver trusts {sorted(world.resolver.anchors())}, served are {sorted(world.names.zones())}"


def _database(stage: Stage, entries: dict[str, Entry]) -> Iterator[str]:
    world = stage.world
    for what, names in (("certificates", set(world.certificates.all())), ("DKIM keys", set(world.dkim.all()))):
        yield from (f"{what} of {name}, who is no tenant" for name in sorted(names - set(entries)))
    with world.tenants._database.transaction() as connection:
        claimed = {row.domain: row.tenant for row in connection.execute(select(domains))}
        owners = set(connection.scalars(select(record_table.c.tenant).distinct()))
    wanted = {domain.name: name for name, entry in entries.items() for domain in entry.tenant.domains}
    if claimed != wanted:
        yield f"domains are claimed as {claimed}, wanted as {wanted}"
    yield from (f"records of {name}, who is no tenant" for name in sorted(owners - set(entries)))


def unfinished(stage: Stage) -> list[str]:
    """Return the orders that did not end well."""
    return [f"{o.kind} {o.tenant}: {o.error}" for o in stage.running.desk.list() if o.status is not OrderStatus.DONE]


def _twice(values: Iterable[object]) -> list[object]:
    return [value for value, times in Counter(values).items() if times > 1]
