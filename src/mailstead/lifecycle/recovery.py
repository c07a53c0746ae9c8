"""What to do after an older state was brought back: the world compared with what that state remembers. Pure.

Nothing is deleted on the word of an old state. Decision 0112.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mailstead.networks.model import Numbers, Segment
from mailstead.storage.model import Role
from mailstead.tenants.model import Status
from mailstead.tenants.store import Entry

Action = Literal["adopt", "recreate", "leave"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person is advised to do with one thing: `found` says what is there, `command` how it is done."""

    action: Action
    subject: str
    found: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Traces:
    """What bears a tenant's name in the world."""

    machines: tuple[str, ...] = ()  # hosts
    segments: Mapping[str, Segment] = field(default_factory=dict)  # by host
    disks: tuple[tuple[str, Role], ...] = ()
    zones: tuple[str, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where the tenant lives, the host of its disks and machine before that of a mere segment."""
        return tuple(dict.fromkeys([*(host for host, _ in self.disks), *self.machines, *self.segments]))

    @property
    def numbers(self) -> Numbers | None:
        """The numbers that its segment shows."""
        return next((numbers_of(self.segments[host]) for host in self.hosts if host in self.segments), None)

    def __str__(self) -> str:
        parts = [f"machine on {host}" for host in self.machines]
        parts += [f"VLAN {segment.vlan} and {segment.public_ipv4} on {host}" for host, segment in self.segments.items()]
        parts += [f"{role} disk on {host}" for host, role in self.disks]
        return ", ".join([*parts, *(f"zone {zone}" for zone in self.zones)])


@dataclass(frozen=True, slots=True)
class Seen:
    """The world as it was found: traces by tenant, zones of nobody, records by zone that the state did not write."""

    traces: Mapping[str, Traces]
    strange_zones: tuple[str, ...] = ()
    strange_records: Mapping[str, int] = field(default_factory=dict)
    silent: tuple[str, ...] = ()  # what did not answer, in words


def numbers_of(segment: Segment) -> Numbers:
    """Return the numbers that a segment was made of."""
    ipv4, ipv6 = segment.ipv4.network, segment.ipv6.network
    return Numbers(segment.vlan, ipv4, ipv6, segment.public_ipv4, segment.public_ipv6)


def proposals(seen: Seen, entries: Mapping[str, Entry], held: Mapping[str, Numbers]) -> list[Proposal]:
    """Return what to adopt, what to recreate, what to leave; nothing when state and world know the same things."""
    found = [*_unknown(seen, entries), *_moved(seen, entries, held), *_missing(seen, entries), *_strange(seen)]
    return sorted(found, key=lambda proposal: (proposal.action, proposal.subject))


def _unknown(seen: Seen, entries: Mapping[str, Entry]) -> Iterator[Proposal]:
    for name, traces in seen.traces.items():
        if name not in entries:
            yield Proposal("adopt", f"tenant {name}", str(traces), f"mailstead quarantine adopt {name} FILE")


def _moved(seen: Seen, entries: Mapping[str, Entry], held: Mapping[str, Numbers]) -> Iterator[Proposal]:
    """Yield what is known, and stands elsewhere or under other numbers than the state remembers."""
    for name, entry in entries.items():
        traces = seen.traces.get(name, Traces())
        told = []
        if traces.numbers and traces.numbers != held.get(name):
            told.append(f"it has VLAN {traces.numbers.vlan} and {traces.numbers.public_ipv4} by now")
        if traces.hosts and entry.host not in traces.hosts:
            told.append(f"it lives on {traces.hosts[0]} by now")
        later = sorted({*traces.zones} - {domain.name for domain in entry.tenant.domains})
        told += [f"it has zone {zone} by now" for zone in later]
        if told:
            yield Proposal("adopt", f"tenant {name}", "; ".join(told), f"mailstead quarantine adopt {name}")
        if entry.tenant.status is Status.REMOVED and traces.machines:
            why = "removed in this state, and serving: it was brought back later"
            yield Proposal("adopt", f"tenant {name}", why, f"mailstead tenant resume {name}")


def _missing(seen: Seen, entries: Mapping[str, Entry]) -> Iterator[Proposal]:
    for name, entry in entries.items():
        gone = list(_gone(entry, seen.traces.get(name, Traces())))
        if gone:
            again = f"mailstead apply {name}, or if it left since: mailstead tenant remove {name}"
            yield Proposal("recreate", f"tenant {name}", f"not there: {', '.join(gone)}", again)


def _gone(entry: Entry, traces: Traces) -> Iterator[str]:
    roles = {role for _, role in traces.disks}
    if entry.tenant.status is Status.REMOVED or entry.host is None:
        return
    if not traces.machines:
        yield "machine"
    if not traces.segments:
        yield "segment"
    if Role.SYSTEM not in roles:
        yield "system disk"
    if Role.DATA not in roles:
        yield "data disk (its mail must come from a backup)"
    yield from (f"zone {zone}" for zone in _without(entry, traces))


def _without(entry: Entry, traces: Traces) -> Iterable[str]:
    return sorted({domain.name for domain in entry.tenant.domains} - set(traces.zones))


def _strange(seen: Seen) -> Iterator[Proposal]:
    for zone in seen.strange_zones:
        yield Proposal("leave", f"zone {zone}", "this state does not know whose it is")
    for zone, number in seen.strange_records.items():
        yield Proposal("leave", f"zone {zone}", f"{number} records that this state did not write")
    for what in seen.silent:
        yield Proposal("leave", what, "it does not answer: start it, then look again")
