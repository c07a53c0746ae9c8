"""Everything that was gathered in one examination, as a frozen value; None wherever the far side did not answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailstead.certificates.model import Rollover
from mailstead.dns.model import Record
from mailstead.hypervisors.model import Machine
from mailstead.lifecycle.model import TenantPlan
from mailstead.lifecycle.store import Published
from mailstead.networks.model import Numbers, Segment
from mailstead.orders.model import Lease, OrderView
from mailstead.protection.model import Known
from mailstead.security.audit import Verdict
from mailstead.sites.model import Host, Platform
from mailstead.storage.model import Volume, VolumeKey
from mailstead.tenants.model import Status
from mailstead.tenants.store import Entry

from .model import Finding


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What one host holds of ours."""

    host: Host
    machines: Mapping[str, Machine] | None
    volumes: Mapping[VolumeKey, Volume] | None
    segments: Mapping[str, Segment] | None

    @property
    def name(self) -> str:
        return self.host.name

    @property
    def answers(self) -> bool:
        """Whether all of its ports answered."""
        return self.machines is not None and self.volumes is not None and self.segments is not None

    def holds(self, tenant: str) -> bool:
        """Say whether anything of that name is here, or might be."""
        if self.machines is None or self.volumes is None or self.segments is None:
            return True
        return tenant in self.machines or tenant in self.segments or any(k.tenant == tenant for k in self.volumes)


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What name server and resolver hold; `records` only of zones that answered."""

    zones: frozenset[str] | None
    records: Mapping[str, frozenset[Record]]
    anchors: frozenset[str] | None
    reverse: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the database holds beside tenants. `keys` has, by tenant and secret, the SPKI of each TLS key."""

    numbers: Mapping[str, Numbers]
    claims: Mapping[str, str]
    zones: Mapping[str, str]
    records: Mapping[str, Mapping[Record, str]]
    rollovers: Mapping[str, Rollover]
    dkim: Mapping[str, Published]
    secrets: Mapping[str, list[str]]
    keys: Mapping[tuple[str, str], str]
    sights: frozenset[str]
    protection: Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """Orders and who carries them out. `before` and `after` are the open orders at the two ends of the examination,
    `failed` the last orders of tenants where these did not end well, `workers` when each was last seen."""

    before: tuple[OrderView, ...]
    after: tuple[OrderView, ...]
    failed: tuple[OrderView, ...]
    leases: tuple[Lease, ...]
    ended: frozenset[str]
    workers: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class StateFacts:
    """The state itself: the latest time written in it, its audit chain, files of it that others may reach."""

    latest: datetime | None
    audit: Verdict | None
    exposed: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """One examination's facts. `asked_in_vain` are the findings that gathering itself made; `busy` are tenants with
    an order that was open meanwhile, or that changed: they are not judged."""

    now: datetime
    platform: Platform
    entries: Mapping[str, Entry]
    busy: frozenset[str]
    hosts: Mapping[str, HostFacts]
    names: NameFacts
    kept: Remembered
    work: WorkFacts
    state: StateFacts
    plans: Mapping[str, TenantPlan]
    asked_in_vain: tuple[Finding, ...] = ()

    def serving(self) -> Iterator[tuple[str, Entry]]:
        """Yield the tenants that shall serve and are judged, by name."""
        for name, entry in self._judged():
            if entry.tenant.status is not Status.REMOVED:
                yield name, entry

    def mailing(self) -> Iterator[tuple[str, Entry]]:
        """Yield those of the serving whose machine we bring mail: not a Windows one yet."""
        return ((name, entry) for name, entry in self.serving() if entry.tenant.windows is None)

    def removed(self) -> Iterator[tuple[str, Entry]]:
        """Yield the tenants that are removed and judged, by name."""
        for name, entry in self._judged():
            if entry.tenant.status is Status.REMOVED:
                yield name, entry

    def home(self, entry: Entry) -> HostFacts | None:
        """Return the host on which a tenant lives, if it has one and the platform knows it."""
        return self.hosts.get(entry.host or "")

    def nowhere(self, tenant: str) -> bool:
        """Say whether nothing of that name is on any host; false where a host did not answer."""
        return not any(host.holds(tenant) for host in self.hosts.values())

    def strangers(self, names: Iterable[str]) -> list[str]:
        """Return those of *names* that are no tenants and not being changed, sorted; "" is the platform."""
        return sorted(name for name in names if name and name not in self.entries and name not in self.busy)

    def had_served(self, tenant: str) -> bool:
        """Say whether the tenant was in service once, so that it had all its disks."""
        return self.kept.rollovers.get(tenant, Rollover()).current is not None

    def _judged(self) -> Iterator[tuple[str, Entry]]:
        return ((name, entry) for name, entry in sorted(self.entries.items()) if name not in self.busy)
