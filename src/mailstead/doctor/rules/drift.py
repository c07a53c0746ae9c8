"""Every tenant is as wanted, in the words of its plan."""

from collections.abc import Iterator

from mailstead.doctor.facts import Facts
from mailstead.doctor.model import Finding
from mailstead.lifecycle.model import TenantPlan
from mailstead.lifecycle.planning import LATER

from .remedies import apply, heal

SHOWN_MOST = 4


def differs(facts: Facts) -> Iterator[Finding]:
    for name, plan in sorted(facts.plans.items()):
        changes = _changes(plan)
        if changes and not plan.only_due:
            told = f"{name} is not as wanted: {changes}"
            remedy, fix = apply(name), heal(facts, name)
            if any(change.loses for _, change in plan):
                remedy = f"see mailstead plan {name} for what would be lost, then {remedy} --allow-loss …"
            yield Finding("drift", f"tenant {name}", told, remedy, tenant=name, fix=fix)


def unseen(facts: Facts) -> Iterator[Finding]:
    """What could not be compared."""
    for name, plan in sorted(facts.plans.items()):
        for section in plan.sections:
            if section.note not in {"", LATER}:
                told = f"the {section.chapter} of {name} {section.note}"
                remedy = f"mend that, then {apply(name)}"
                yield Finding("unseen", f"{section.chapter} of {name}", told, remedy, tenant=name)


def due(facts: Facts) -> Iterator[Finding]:
    """Yield as notes what only time brings: the worker orders it by itself."""
    for name, plan in sorted(facts.plans.items()):
        if plan.only_due:
            told = f"due for {name}: {_changes(plan)}"
            remedy = f"a worker does it: mailstead work; or {apply(name)}"
            yield Finding("due", f"tenant {name}", told, remedy, tenant=name, fix=heal(facts, name))


def _changes(plan: TenantPlan) -> str:
    changes = [f"{change.kind} {change.subject}" for _, change in plan]
    more = f" and {len(changes) - SHOWN_MOST} more" if len(changes) > SHOWN_MOST else ""
    return ", ".join(changes[:SHOWN_MOST]) + more
