"""Who is not as wanted, and why: told apart from what time brings and from what an order is just bringing about."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Any

from mailstead.orders.model import OPEN
from mailstead.orders.port import Desk

from .model import TenantPlan
from .planning import Planner, changed

_ALL = 1_000_000

log = logging.getLogger(__name__)


class State(StrEnum):
    """How a difference is to be read."""

    DRIFTED = "drifted"  # somebody changed something, or an order did not come to its end
    UNSEEN = "unseen"  # a far side did not answer: nobody knows
    IN_HAND = "in hand"  # an order is at work on it: not judged
    DUE = "due"  # only time has come, as for a certificate: the next upkeep orders it


@dataclass(frozen=True, slots=True)
class Found:
    """A tenant that differs; `order` is the one that is at work on it."""

    plan: TenantPlan
    state: State
    order: str = ""

    @property
    def tenant(self) -> str:
        return self.plan.tenant

    @property
    def wrong(self) -> bool:
        """Whether this is left to be healed, or at least to be looked at."""
        return self.state in (State.DRIFTED, State.UNSEEN)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**self.plan.as_dict(), "state": self.state.value, "order": self.order}


def look_for_drift(planner: Planner, desk: Desk, names: Collection[str] | None = None) -> list[Found]:
    """Return which of *names*, or of all tenants, differ, and how that is to be read. Raises NotFound.

    Who differs is looked at twice, so that what an order ended meanwhile, or a look that came too late, is no alarm.
    """
    first = changed(planner.plans(names))
    due = [Found(plan, State.DUE) for plan in first if plan.only_due]
    suspects = [plan.tenant for plan in first if not plan.only_due]
    return sorted([*due, *_looked_at_again(planner, desk, suspects)], key=lambda found: found.tenant)


def _looked_at_again(planner: Planner, desk: Desk, suspects: Collection[str]) -> list[Found]:
    if not suspects:
        return []
    before = _in_hand(desk)
    plans = changed(planner.plans(suspects))
    orders = before | _in_hand(desk)
    return [_found(plan, orders.get(plan.tenant, "")) for plan in plans]


def _in_hand(desk: Desk) -> dict[str, str]:
    """Return the tenants that an order is at work on, or will be, with the order that comes first."""
    views = chain.from_iterable(desk.list(None, status, _ALL) for status in OPEN)
    return {view.tenant: view.id for view in sorted(views, key=lambda view: -view.sequence)}


def _found(plan: TenantPlan, order: str) -> Found:
    if order:
        return Found(plan, State.IN_HAND, order)
    if plan.only_due:
        return Found(plan, State.DUE)
    return Found(plan, State.DRIFTED if any(True for _ in plan) else State.UNSEEN)


@dataclass(slots=True)
class DriftWatch:
    """What was told already: each cycle tells only what is new, has changed, or is gone."""

    told: Mapping[str, Found] = field(default_factory=dict)

    def news(self, found: Iterable[Found]) -> Iterator[tuple[str, Found | None]]:
        """Yield the tenants of which there is something to tell, with what was found; None: nothing any more."""
        now = {one.tenant: one for one in found}
        before, self.told = self.told, now
        yield from ((tenant, one) for tenant, one in now.items() if before.get(tenant) != one)
        yield from ((tenant, None) for tenant in before if tenant not in now)


def tell(watch: DriftWatch, found: Iterable[Found]) -> None:
    """Write a line to the log for each tenant of which there is something to tell."""
    for tenant, one in watch.news(found):
        if one is None:
            log.info("tenant %s: as wanted again", tenant)
        elif one.wrong:
            log.warning("tenant %s: %s: %s", tenant, one.state, "; ".join(in_words(one.plan)))


def in_words(plan: TenantPlan) -> Iterator[str]:
    """Yield what differs, a text each: changes first, then what could not be looked at."""
    yield from (f"{change.kind} {change.subject}" for _, change in plan)
    yield from (f"{section.chapter} {section.note}" for section in plan.sections if section.note)
