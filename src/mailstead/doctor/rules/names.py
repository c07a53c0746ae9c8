"""Zones, records, pointers and trust anchors are those of the tenants that serve, and no others."""

from collections import defaultdict
from collections.abc import Iterator

from mailstead.dns.model import Record
from mailstead.dns.store import PLATFORM
from mailstead.doctor.facts import Facts
from mailstead.doctor.model import Finding, Fix, ForgetAnchor
from mailstead.tenants.model import Status

from .remedies import apply, heal

AT_THE_SERVER = "if nobody needs it, remove it at the name server"
SHOWN_MOST = 3


def claims(facts: Facts) -> Iterator[Finding]:
    wanted = {domain.name: name for name, entry in facts.entries.items() for domain in entry.tenant.domains}
    for domain in sorted({*facts.kept.claims, *wanted}):
        claimed, owner = facts.kept.claims.get(domain), wanted.get(domain)
        if claimed != owner and not {claimed, owner} & facts.busy:
            told = f"{domain} is claimed for {claimed or 'nobody'}, and is a domain of {owner or 'nobody'}"
            remedy = "bring back a copy of the database from before"
            yield Finding("domain-claim", f"domain {domain}", told, remedy, tenant=owner or claimed or "")


def zones_missing(facts: Facts) -> Iterator[Finding]:
    if facts.names.zones is None:
        return
    for name, entry in facts.mailing():
        for domain in entry.tenant.domains:
            if domain.name not in facts.names.zones:
                told = f"the zone {domain.name} of {name} is not served"
                fix = heal(facts, name)
                yield Finding("zone-missing", f"zone {domain.name}", told, apply(name), tenant=name, fix=fix)


def zones_left(facts: Facts) -> Iterator[Finding]:
    """Zones that are served, or remembered as made, and that no tenant wants."""
    wanted = {
        domain.name
        for name, entry in facts.entries.items()
        if entry.tenant.status is not Status.REMOVED or name in facts.busy
        for domain in entry.tenant.domains
    }
    served, given = facts.names.zones or frozenset(), set(facts.platform.dns.zones)
    for zone in sorted({*served, *facts.kept.zones} - wanted - given - set(facts.names.reverse)):
        owner = facts.kept.zones.get(zone, "")
        if owner in facts.busy:
            continue
        told = f"the zone {zone} is {'served' if zone in served else 'remembered as made'}, and no tenant wants it"
        ours = owner in facts.entries and not _unknown(facts, zone)
        fix, remedy = (heal(facts, owner), apply(owner)) if ours else (None, AT_THE_SERVER)
        yield Finding("zone-orphan", f"zone {zone}", told, remedy, tenant=owner, fix=fix)


def records_unknown(facts: Facts) -> Iterator[Finding]:
    """Yield as notes what others wrote into zones that we made: it is left alone; in our way, the plan tells of it."""
    for zone in sorted(facts.names.records.keys() & facts.kept.zones.keys()):
        strange = _unknown(facts, zone)
        if strange and not _in_flux(facts, zone):
            told = f"{zone} holds what mailstead did not write, and leaves alone: {_some(strange)}"
            yield Finding("record-unknown", f"zone {zone}", told, AT_THE_SERVER, tenant=_owner(facts, zone))


def records_lost(facts: Facts) -> Iterator[Finding]:
    """What the ledger says we wrote is there."""
    for zone, ours in sorted(facts.kept.records.items()):
        there = facts.names.records.get(zone)
        if there is None and (facts.names.zones is None or zone in facts.names.zones):
            continue  # it did not answer: that is told elsewhere
        keys = {record.key for record in there or ()}
        lost: dict[str, list[Record]] = defaultdict(list)
        for record, owner in ours.items():
            if record.key not in keys and owner not in facts.busy:
                lost[owner].append(record)
        for owner, records in sorted(lost.items()):
            told = f"{zone} lacks what mailstead wrote for {owner or 'itself'}: {_some(sorted(records))}"
            remedy, fix = _by_owner(facts, owner)
            yield Finding("record-lost", f"zone {zone}", told, remedy, tenant=owner, fix=fix)


def records_of_nobody(facts: Facts) -> Iterator[Finding]:
    found: dict[str, set[str]] = defaultdict(set)
    for zone, ours in facts.kept.records.items():
        for owner in ours.values():
            found[owner].add(zone)
    for owner in facts.strangers(found):
        told = f"records in {', '.join(sorted(found[owner]))} were written for {owner}, who is no tenant"
        yield Finding("record-orphan", f"records of {owner}", told, AT_THE_SERVER, tenant=owner)


def pointers(facts: Facts) -> Iterator[Finding]:
    """Each public address of a tenant that serves points to its mail host, and to nothing else."""
    found: dict[str, set[str]] = defaultdict(set)
    for zone in facts.names.reverse:
        for record in facts.names.records.get(zone, ()):
            found[record.name].add(record.value)
    if facts.names.zones is None:
        return
    for name, entry in facts.mailing():
        numbers = facts.kept.numbers.get(name)
        for address in (numbers.public_ipv4, numbers.public_ipv6) if numbers else ():
            there = found.get(address.reverse_pointer, set())
            if there != {f"{entry.tenant.mail_host}."}:
                told = f"{address} points to {', '.join(sorted(there)) or 'nothing'}, not to {entry.tenant.mail_host}"
                fix = heal(facts, name)
                yield Finding("pointer-wrong", f"pointer of {address}", told, apply(name), tenant=name, fix=fix)


def anchors_missing(facts: Facts) -> Iterator[Finding]:
    if facts.names.anchors is None or facts.names.zones is None:
        return
    for name, entry in facts.serving():
        zones = {domain.name for domain in entry.tenant.domains} & facts.names.zones
        for zone in sorted(zones - facts.names.anchors):
            told = f"the resolver does not know {zone}"
            yield Finding("anchor-missing", f"zone {zone}", told, apply(name), tenant=name, fix=heal(facts, name))


def anchors_left(facts: Facts) -> Iterator[Finding]:
    if facts.names.anchors is None or facts.names.zones is None:
        return
    for zone in sorted(facts.names.anchors - facts.names.zones):
        if _owner(facts, zone) not in facts.busy:
            told = f"the resolver trusts {zone}, which nobody serves"
            fix = ForgetAnchor(zone)
            yield Finding("anchor-orphan", f"zone {zone}", told, "mailstead doctor --fix", fix=fix)


def _by_owner(facts: Facts, owner: str) -> tuple[str, Fix | None]:
    if owner in facts.entries:
        return apply(owner), heal(facts, owner)
    if owner == PLATFORM:
        return "mailstead apply", None
    return AT_THE_SERVER, None


def _owner(facts: Facts, zone: str) -> str:
    """Return whose domain the zone is, or for whom it was made."""
    return facts.kept.claims.get(zone) or facts.kept.zones.get(zone, "")


def _unknown(facts: Facts, zone: str) -> list[Record]:
    """Return the records of the zone that the ledger does not know."""
    ours = {record.key for record in facts.kept.records.get(zone, {})}
    return sorted(record for record in facts.names.records.get(zone, ()) if record.key not in ours)


def _in_flux(facts: Facts, zone: str) -> bool:
    """Whether a tenant that is being worked on may change the zone: its own, or a reverse zone that all share."""
    return bool(facts.busy) if zone in facts.names.reverse else _owner(facts, zone) in facts.busy


def _some(records: list[Record]) -> str:
    told = ", ".join(f"{record.name} {record.kind}" for record in records[:SHOWN_MOST])
    return told + (f" and {len(records) - SHOWN_MOST} more" if len(records) > SHOWN_MOST else "")
