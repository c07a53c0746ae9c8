"""Every tenant is as wanted, in the words of its plan."""

from collections.abc import Iterator

from mailstead.doctor.facts import Facts
from mailstead.doctor.model import Finding
from mailstead.lifecycle.model import TenantPlan

from .remedies import UNPLANNABLE, apply, heal

SHOWN_MOST = 4


def differs(facts: Facts) -> Iterator[Finding]:
    for name, plan in sorted(facts.plans.items()):
        changes = [f"{change.kind} {change.subject}" for _, change in plan]
        if changes:
            more = f" and {len(changes) - SHOWN_MOST} more" if len(changes) > SHOWN_MOST else ""
            told = f"{name} is not as wanted: {', '.join(changes[:SHOWN_MOST])}{more}"
            remedy, fix = apply(name), heal(facts, name)
            if fix is None:
                remedy = f"see mailstead plan {name} for what would be lost, then {remedy}"
            yield Finding("drift", f"tenant {name}", told, remedy, tenant=name, fix=fix)


def unseen(facts: Facts) -> Iterator[Finding]:
    """What could not be compared."""
    for name, plan in sorted(facts.plans.items()):
        for chapter, note in _notes(plan):
            told = f"the {chapter} of {name} {note}"
            fix = None if chapter == UNPLANNABLE else heal(facts, name)
            yield Finding("unplannable", f"{chapter} of {name}", told, apply(name), tenant=name, fix=fix)


def _notes(plan: TenantPlan) -> Iterator[tuple[str, str]]:
    return ((section.chapter, section.note) for section in plan.sections if section.note)
