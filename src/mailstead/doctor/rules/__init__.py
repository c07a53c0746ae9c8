"""What is wrong, given the facts: a short function for each rule. Pure."""

from collections.abc import Callable, Iterator

from mailstead.doctor.facts import Facts
from mailstead.doctor.model import Finding

from . import backups, drift, hosts, names, numbers, orders, removed, secrets, serving, state

Rule = Callable[[Facts], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    serving.unplaced,
    serving.host_gone,
    serving.machine,
    serving.segment,
    serving.disks,
    serving.certificate,
    serving.keys,
    serving.keys_left,
    serving.dkim,
    serving.tlsa,
    serving.noted_removed,
    removed.undated,
    removed.published,
    removed.running,
    removed.disks_lost,
    removed.half_purged,
    hosts.machines,
    hosts.segments,
    hosts.disks,
    hosts.twice,
    numbers.missing,
    numbers.of_nobody,
    numbers.twice,
    numbers.overlapping,
    names.claims,
    names.zones_missing,
    names.zones_left,
    names.records_lost,
    names.records_of_nobody,
    names.pointers,
    names.anchors_missing,
    names.anchors_left,
    secrets.of_nobody,
    orders.stalled,
    orders.dead_leases,
    state.audit,
    state.clock,
    state.exposed,
    backups.overdue,
    backups.failing,
    backups.damaged,
    drift.differs,
    drift.unseen,
)

NOTES: tuple[Rule, ...] = (backups.skipped, drift.due, names.records_unknown, orders.failed)


def diagnose(facts: Facts) -> tuple[Finding, ...]:
    """Return all that is wrong, those about the platform first, then tenant by tenant."""
    return _sorted([*facts.asked_in_vain, *(finding for rule in RULES for finding in rule(facts))])


def annotate(facts: Facts) -> tuple[Finding, ...]:
    """Return what is worth knowing and no fault."""
    return _sorted([note for rule in NOTES for note in rule(facts)])


def _sorted(found: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda finding: (finding.tenant, finding.host, finding.code, finding.subject)))
