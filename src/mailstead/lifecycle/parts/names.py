"""What the world may look up about a tenant: its zones, and the pointers from its addresses."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailstead.certificates.plan import digests
from mailstead.dns.model import MailNaming, Record
from mailstead.dns.naming import namings_of
from mailstead.dns.plan import fingerprint, records_for
from mailstead.dns.reverse import pointers, reverse_zones
from mailstead.dns.workflow import Publisher
from mailstead.ground.plans import Change, ChangePlan
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.world import World

from .part import Subject


@dataclass(frozen=True, slots=True)
class Publication:
    """A record in the zone that it belongs to."""

    zone: str
    record: Record


@dataclass(frozen=True, slots=True)
class NamesPart:
    world: World
    chapter: str = "dns"

    def plan(self, subject: Subject, look: Look) -> ChangePlan[Publication]:
        plans = self._plans(subject, look) if subject.serves else self._withdrawals(subject)
        return ChangePlan(tuple(_published(zone, change) for zone, plan in plans for change in plan))

    def apply(self, subject: Subject, plan: ChangePlan[Publication]) -> None:
        zones = {publication.zone for change in plan if (publication := change.after or change.before)}
        for zone in sorted(zones):
            self._publisher.open(zone, subject.name)
            self._publisher.apply(zone, subject.name, _of_zone(zone, plan))

    def open(self, subject: Subject) -> list[str]:
        """See that the tenant's zones are there and validated, so that proofs can be published in them."""
        there = self.world.names.zones()
        zones = [domain.name for domain in subject.tenant.domains]
        for zone in zones:
            self._publisher.open(zone, subject.name)
        self.trust(subject)
        return [f"zone {zone}" for zone in zones if zone not in there]

    def withdraw(self, tenant: str, *, keep: Collection[str] = ()) -> list[str]:
        """Take back what was published for the tenant, but in *keep*; zones that were made for it go whole."""
        published = self.world.records.all(tenant=tenant)
        made = {zone for zone, owner in self.world.records.zones().items() if owner == tenant}
        gone = sorted({*published, *made} - set(keep))
        # Forgotten first: once a zone is out of the ledger, nobody knows that it was ours.
        self.world.resolver.forget([zone for zone in gone if zone in made])
        for zone in gone:
            self._publisher.withdraw(zone, tenant)
        self._trust_again(gone)
        return [f"remove {len(published.get(zone, ()))} records of {zone}" for zone in gone]

    def withdraw_left(self, subject: Subject) -> list[str]:
        """Take back what was published for domains that the tenant has no more."""
        return self.withdraw(subject.name, keep=self.zones(subject))

    def forget_gone(self, subject: Subject, look: Look) -> None:
        """Give up claims to records that are as little wanted as there: we were killed before we could say so."""
        wanted = {naming.domain: records_for(naming) for naming in self.namings(subject, look)}
        wanted |= self.pointers(subject)
        for zone, ours in self.world.records.all(tenant=subject.name).items():
            kept = {record.key for record in wanted.get(zone, ())}
            gone = [record for record in ours if record.key not in kept]
            if gone:
                self.world.records.release(zone, subject.name, gone)

    def zones(self, subject: Subject) -> set[str]:
        """Return the zones in which the tenant may have records."""
        return {*self.reverse_zones, *(domain.name for domain in subject.tenant.domains)}

    def namings(self, subject: Subject, look: Look) -> tuple[MailNaming, ...]:
        """Return what decides the records of each of the tenant's domains."""
        return namings_of(
            subject.tenant,
            ipv4=subject.numbers.public_ipv4,
            ipv6=subject.numbers.public_ipv6,
            dkim=self.world.dkim.of(subject.name),
            tlsa=digests(look.rollover(subject.name)),
            issuers=self.world.issuers,
        )

    def pointers(self, subject: Subject) -> dict[str, frozenset[Record]]:
        """Return the PTR records of the tenant's public addresses, by reverse zone."""
        numbers, host = subject.numbers, subject.tenant.mail_host
        return pointers({numbers.public_ipv4: host, numbers.public_ipv6: host}, self.reverse_zones)

    @property
    def reverse_zones(self) -> tuple[str, ...]:
        """The reverse zones of the platform's public pools."""
        pools = self.world.platform.network
        return reverse_zones([pools.public_ipv4, pools.public_ipv6])

    @property
    def _publisher(self) -> Publisher:
        return Publisher(self.world.names, self.world.records)

    def _plans(self, subject: Subject, look: Look) -> Iterator[tuple[str, ChangePlan[Record]]]:
        for naming in self.namings(subject, look):
            seal = fingerprint(naming)
            if not look.stands(naming.domain, seal):
                records = records_for(naming)
                yield (
                    naming.domain,
                    self._publisher.plan(naming.domain, subject.name, records, take_over=True, fingerprint=seal),
                )
        for zone, records in self.pointers(subject).items():
            # A reverse zone is shared by many: it stands for us when our own names hold what they should.
            if records and not look.holds(zone, records):
                yield zone, self._publisher.plan(zone, subject.name, records, take_over=True)
        for zone in sorted(look.zones_made.get(subject.name, set()) - self.zones(subject)):
            yield zone, self._publisher.plan(zone, subject.name, ())

    def _withdrawals(self, subject: Subject) -> Iterator[tuple[str, ChangePlan[Record]]]:
        for zone in self.world.records.all(tenant=subject.name):
            yield zone, self._publisher.plan(zone, subject.name, ())

    def trust(self, subject: Subject) -> None:
        """Let the platform's resolver validate the tenant's zones and the pools' reverse zones."""
        self._trust_again(self.zones(subject))

    def _trust_again(self, zones: Collection[str]) -> None:
        """Tell the resolver the anchors of those *zones* that are served."""
        there, known = self.world.names.zones(), self.world.resolver.anchors()
        anchors = {zone: self.world.names.anchors(zone) for zone in zones if zone in there}
        new = {zone: ds for zone, ds in anchors.items() if known.get(zone) != ds}
        if new:
            self.world.resolver.trust(new)


def _published(zone: str, change: Change[Record]) -> Change[Publication]:
    before = Publication(zone, change.before) if change.before else None
    after = Publication(zone, change.after) if change.after else None
    return Change(change.subject, before, after, change.loses)


def _of_zone(zone: str, plan: ChangePlan[Publication]) -> ChangePlan[Record]:
    changes = []
    for change in plan:
        before = change.before.record if change.before and change.before.zone == zone else None
        after = change.after.record if change.after and change.after.zone == zone else None
        if before or after:
            changes.append(Change(change.subject, before, after, change.loses))
    return ChangePlan(tuple(changes))
