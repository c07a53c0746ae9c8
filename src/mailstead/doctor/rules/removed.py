"""A removed tenant has its disks, numbers and secrets for the grace time, and nothing else."""

from collections.abc import Iterator

from mailstead.doctor.facts import Facts
from mailstead.doctor.model import Finding, Retry
from mailstead.lifecycle.workflow import PURGE
from mailstead.storage.model import Role

from .remedies import apply, heal


def undated(facts: Facts) -> Iterator[Finding]:
    for name, entry in facts.removed():
        if entry.removed_at is None:
            told = f"{name} is removed, and its removal has not ended"
            yield Finding("removal-unfinished", f"tenant {name}", told, apply(name), tenant=name, fix=heal(facts, name))


def published(facts: Facts) -> Iterator[Finding]:
    owners: dict[str, set[str]] = {}
    for zone, records in facts.kept.records.items():
        for owner in records.values():
            owners.setdefault(owner, set()).add(zone)
    for name, _ in facts.removed():
        if zones := sorted(owners.get(name, ())):
            told = f"{name} is removed and still published in {', '.join(zones)}"
            yield Finding("removed-published", f"tenant {name}", told, apply(name), tenant=name, fix=heal(facts, name))


def running(facts: Facts) -> Iterator[Finding]:
    for name, entry in facts.removed():
        home = facts.home(entry)
        left = [
            what
            for what, there in (("machine", home and home.machines), ("segment", home and home.segments))
            if there and name in there
        ]
        for what in left:
            told = f"{name} is removed and still has a {what} on {entry.host}"
            fix = heal(facts, name)
            code = f"removed-{what}"
            yield Finding(code, f"{what} {name}", told, apply(name), tenant=name, host=entry.host or "", fix=fix)


def disks_lost(facts: Facts) -> Iterator[Finding]:
    for name, entry in facts.removed():
        home = facts.home(entry)
        if home is None or home.volumes is None or not facts.had_served(name) or _purging(facts, name):
            continue
        there = {key.role for key in home.volumes if key.tenant == name}
        for role in sorted(set(Role) - there):
            told = f"{name} lost its {role} disk within the grace time"
            remedy = f"bring the disk back from where it went, or end it: mailstead tenant purge {name} --now"
            subject = f"{role} disk of {name}"
            yield Finding("removed-disk-missing", subject, told, remedy, tenant=name, host=home.name)


def half_purged(facts: Facts) -> Iterator[Finding]:
    for order in facts.work.failed:
        if order.kind == PURGE and order.tenant in facts.entries and order.tenant not in facts.busy:
            told = f"the purge of {order.tenant} began and did not end"
            remedy = f"mailstead order retry {order.id}"
            subject = f"order {order.id}"
            yield Finding("purge-unfinished", subject, told, remedy, tenant=order.tenant, fix=Retry(order.id))


def _purging(facts: Facts, tenant: str) -> bool:
    return any(finding.tenant == tenant for finding in half_purged(facts))
