"""Gathering: every port and store asked once, what does not answer noted, and what changes meanwhile left unjudged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from mailstead.certificates.keys import spki
from mailstead.dns.model import Record
from mailstead.dns.reverse import reverse_zones
from mailstead.ground.errors import MailsteadError
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.model import TenantPlan
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.lifecycle.world import HostPorts, World
from mailstead.orders.model import OPEN, Lease, OrderView, Status
from mailstead.orders.port import Desk, Leases
from mailstead.protection.store import ProtectionBook
from mailstead.security.audit import Verdict
from mailstead.security.audit_store import AuditTrail
from mailstead.security.keyfile import read_key_file
from mailstead.tenants.store import Entry

from .facts import Facts, HostFacts, NameFacts, Remembered, StateFacts, WorkFacts
from .model import Finding

T = TypeVar("T")
Tell = Callable[[str], None]  # is told in words what is being asked next
ALL = 1_000_000
LATEST = 20  # orders whose times are looked at


@dataclass(frozen=True, slots=True)
class Sources:
    """All that is asked. `workers` gives when each worker was last seen; of `files` only their rights are looked at;
    `may_act` raises while nothing may be changed."""

    world: World
    lifecycle: Lifecycle
    desk: Desk
    leases: Leases
    workers: Callable[[], Mapping[str, datetime]]
    trail: AuditTrail
    key_file: Path
    files: tuple[Path, ...]
    may_act: Callable[[], None]
    protection: ProtectionBook


@dataclass(frozen=True, slots=True)
class _Start:
    """How things stood before anything was asked: what has changed since is not judged."""

    orders: tuple[OrderView, ...]
    newest: int
    leases: frozenset[Lease]
    ended: frozenset[str]  # orders that held a lease though they had ended
    entries: Mapping[str, Entry]


class Gatherer:
    """One examination's questions; `vain` holds a finding for each that was not answered."""

    def __init__(self, sources: Sources, tell: Tell) -> None:
        self._sources = sources
        self._world = sources.world
        self._tell = tell
        self._look = Look(sources.world)
        self.vain: list[Finding] = []

    def facts(self) -> Facts:
        """Ask everything, and return what was heard."""
        start = self._begin()
        hosts = {name: self._host(ports) for name, ports in self._world.hosts.items()}
        names = self._names()
        kept = self._remembered(start.entries)
        open_now = {order.tenant for order in start.orders}
        askable = [name for name, entry in start.entries.items() if name not in open_now and _heard(entry, hosts)]
        plans = self._plans(askable)
        state = self._state(start.entries)
        work, busy = self._end(start)
        return Facts(
            now=self._world.clock.now(),
            platform=self._world.platform,
            entries=start.entries,
            busy=busy,
            hosts=hosts,
            names=names,
            kept=kept,
            work=work,
            state=state,
            plans={name: plan for name, plan in plans.items() if name not in busy},
            asked_in_vain=tuple(self.vain),
        )

    def _begin(self) -> _Start:
        self._tell("orders")
        leases = frozenset(self._sources.leases.all())
        ended = frozenset(order for lease in leases for order in self._ended(lease))
        return _Start(self._open_orders(), self._newest(), leases, ended, self._look.entries)

    def _end(self, start: _Start) -> tuple[WorkFacts, frozenset[str]]:
        after, entries = self._open_orders(), self._world.tenants.all()
        since = self._sources.desk.list(limit=max(1, self._newest() - start.newest))
        moved = {order.tenant for order in since if order.sequence > start.newest}
        changed = {name for name in {*start.entries, *entries} if start.entries.get(name) != entries.get(name)}
        busy = {order.tenant for order in (*start.orders, *after)} | moved | changed
        still = start.leases & frozenset(self._sources.leases.all())
        work = WorkFacts(
            before=start.orders,
            after=after,
            failed=self._failed(),
            leases=tuple(sorted(still, key=lambda lease: lease.resource)),
            ended=start.ended,
            workers=self._sources.workers(),
        )
        return work, frozenset(busy)

    def _open_orders(self) -> tuple[OrderView, ...]:
        found = [order for status in OPEN for order in self._sources.desk.list(None, status, ALL)]
        return tuple(sorted(found, key=lambda order: order.sequence))

    def _newest(self) -> int:
        return next((order.sequence for order in self._sources.desk.list(limit=1)), 0)

    def _failed(self) -> tuple[OrderView, ...]:
        """Return the orders that failed or were cancelled and are the last ones of their tenants."""
        desk = self._sources.desk
        ended = [order for status in (Status.FAILED, Status.CANCELLED) for order in desk.list(None, status, ALL)]
        last = {tenant: desk.list(tenant, None, 1)[0].id for tenant in {order.tenant for order in ended}}
        return tuple(order for order in ended if last[order.tenant] == order.id)

    def _ended(self, lease: Lease) -> Iterable[str]:
        """Yield the lease's order if it has ended, or is not known at all."""
        order = lease.holder.partition("/")[0]
        if lease.resource.startswith("tenant:"):
            try:
                known = self._sources.desk.show(order).status.is_open
            except MailsteadError:
                known = False
            if not known:
                yield order

    def _host(self, ports: HostPorts) -> HostFacts:
        host, look = ports.host.name, self._look
        self._tell(f"host {host}")
        return HostFacts(
            ports.host,
            machines=self._ask(f"hypervisor of {host}", lambda: look.machines(host), host),
            volumes=self._ask(f"disks of {host}", lambda: look.volumes(host), host),
            segments=self._ask(f"switch of {host}", lambda: look.segments(host), host),
        )

    def _names(self) -> NameFacts:
        names, pools = self._world.names, self._world.platform.network
        self._tell("name server and resolver")
        zones = self._ask("name server", names.zones)
        records: dict[str, frozenset[Record]] = {}
        for zone in sorted(zones or ()):
            found = self._ask(f"zone {zone}", partial(names.records, zone))
            if found is not None:
                records[zone] = found
        anchors = self._ask("resolver", lambda: self._look.trusted)
        reverse = reverse_zones([pools.public_ipv4, pools.public_ipv6])
        return NameFacts(zones, records, None if anchors is None else frozenset(anchors), reverse)

    def _remembered(self, entries: Mapping[str, Entry]) -> Remembered:
        world = self._world
        self._tell("database and vault")
        secrets = world.vault.inventory()
        return Remembered(
            numbers=world.numbers.all(),
            claims=world.tenants.claims(),
            zones=world.records.zones(),
            records=world.records.owners(),
            rollovers=self._look.rollovers,
            dkim=world.dkim.all(),
            secrets=secrets,
            keys=self._keys({tenant: names for tenant, names in secrets.items() if tenant in entries}),
            sights=frozenset(world.sights.all()),
            protection=self._sources.protection.all(),
        )

    def _keys(self, secrets: Mapping[str, list[str]]) -> dict[tuple[str, str], str]:
        """Return what the TLS keys in the vault are, by their public halves."""
        found = {}
        for tenant, names in secrets.items():
            for name in (name for name in names if name.startswith("tls-key/")):
                key = self._ask(f"secret {name} of {tenant}", partial(self._key, tenant, name))
                if key is not None:
                    found[tenant, name] = key
        return found

    def _key(self, tenant: str, name: str) -> str:
        return spki(self._world.vault.get(tenant, name))

    def _plans(self, names: list[str]) -> dict[str, TenantPlan]:
        self._tell(f"plans of {len(names)} tenants")
        if not names:
            return {}
        plans = self._ask("plans", lambda: self._sources.lifecycle.planner.plans(names, self._look))
        return {plan.tenant: plan for plan in plans or ()}

    def _state(self, entries: Mapping[str, Entry]) -> StateFacts:
        sources = self._sources
        self._tell("audit chain")
        self._ask("key file", lambda: read_key_file(sources.key_file))
        verdict: Verdict | None = self._ask(
            "audit chain", lambda: sources.trail.verify(tell=lambda count: self._tell(f"audit chain, entry {count}"))
        )
        exposed = tuple(path for path in sources.files if path.exists() and path.stat().st_mode & 0o077)
        times = [*sources.workers().values(), *(entry.removed_at for entry in entries.values())]
        for order in sources.desk.list(limit=LATEST):
            times += [order.created, order.started, order.ended]
        return StateFacts(max((time for time in times if time), default=None), verdict, exposed)

    def _ask(self, subject: str, question: Callable[[], T], host: str = "") -> T | None:
        """Return the answer, or None after noting why there is none: who is silent must hide no other."""
        try:
            return question()
        except MailsteadError as error:
            told = f"the {subject} gave no answer: {error.message}"
            remedy = error.remedy or "see that it runs and can be reached, then look again"
            self.vain.append(Finding("no-answer", subject, told, remedy, host=host))
            return None


def _heard(entry: Entry, hosts: Mapping[str, HostFacts]) -> bool:
    """Say whether a plan can be made: the tenant's host, or every host for one that has none, answers."""
    if entry.host is None:
        return all(host.answers for host in hosts.values())
    return entry.host in hosts and hosts[entry.host].answers
