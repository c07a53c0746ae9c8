"""The auditor: the doctor, and what no port can tell: orders that should have ended, what machines present."""

from collections.abc import Iterator
from typing import Protocol

from mailstead.certificates.keys import read_chain, spki
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.orders.model import Status as OrderStatus
from mailstead.security.model import Secret
from mailstead.tenants.model import Status
from mailstead.wiring.memory import Outside
from mailstead.wiring.running import Running

NOTHING: tuple[str, ...] = ()


class Staged(Protocol):
    """A platform that is open, and the world that it acts on."""

    @property
    def running(self) -> Running: ...

    @property
    def outside(self) -> Outside: ...


def audit(stage: Staged) -> tuple[str, ...]:
    """Return all that is wrong, in words; nothing when there is exactly one of everything and nothing else."""
    return tuple(_findings(stage))


def picture(stage: Staged) -> dict[str, object]:
    """Return the end state as a value, to be held against another run's: all but keys and times."""
    world = stage.running.world
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


def _findings(stage: Staged) -> Iterator[str]:
    report = stage.running.doctor.report()
    yield from map(str, report.findings)
    # Nobody else writes into the zones here: a record that the ledger does not know is one that it lost.
    yield from (str(note) for note in report.notes if note.code == "record-unknown")
    for name, entry in stage.running.world.tenants.all().items():
        if entry.tenant.status is not Status.REMOVED and entry.host is not None:
            yield from _presents(stage, name)
    # Whoever audits has let all happen that could: an order that is open still has been lost.
    yield from (f"order {order.id} is {order.status}" for order in stage.running.desk.list() if order.status.is_open)


def _presents(stage: Staged, name: str) -> Iterator[str]:
    """What no port tells: which chain and key the machine really presents."""
    current = stage.running.world.certificates.of(name).current
    if current is None:
        return
    pem = presented(stage, name)
    leaf, key_spki = read_chain(pem, current.generation), spki_of(pem)
    if leaf.spki != current.spki or key_spki != leaf.spki:
        yield f"{name} presents another certificate or key than is remembered"


def presented(stage: Staged, name: str) -> str:
    """Return the PEM that the tenant's machine presents: chain and key."""
    mail = stage.outside.hosts[stage.running.world.tenants.get(name).host or ""].mail
    while not isinstance(mail, MemoryMailServers):
        mail = mail.inner  # type: ignore[attr-defined]  # a port with faults around it
    return mail._machines[name].files["/etc/mailstead/tls.pem"].content.decode()


def spki_of(pem: str) -> str:
    """Return the digest of the private key in *pem*."""
    begin = pem.index("-----BEGIN PRIVATE KEY")
    end = pem.index("-----END PRIVATE KEY-----") + len("-----END PRIVATE KEY-----\n")
    return spki(Secret.of(pem[begin:end]))


def unfinished(stage: Staged) -> list[str]:
    """Return the orders that did not end well; one that somebody cancelled did."""
    well = {OrderStatus.DONE, OrderStatus.CANCELLED}
    return [f"{o.kind} {o.tenant}: {o.error}" for o in stage.running.desk.list() if o.status not in well]
