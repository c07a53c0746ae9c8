"""An examination from its questions to its report."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from mailstead.ground.errors import NotFound

from .facts import Facts
from .gathering import Gatherer, Sources, Tell
from .mending import mend
from .model import CarryOut, Finding, Fix, Report
from .rules import annotate, diagnose, orders


def _quiet(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A report, and when it was made."""

    report: Report
    at: datetime


class Doctor:
    """The auditor of one platform. Examining changes nothing."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._turn = Lock()
        self._last: Seen | None = None

    def examine(self) -> tuple[Finding, ...]:
        """Return all that is wrong; nothing when database and world agree and there is exactly one of everything."""
        return self.report().findings

    def report(self, tenants: Collection[str] = (), tell: Tell = _quiet) -> Report:
        """Examine everything and report on *tenants*, or (none) on all; *tell* hears what is being asked.

        Raises NotFound for a tenant of whom there is no trace.
        """
        clock = self._sources.world.clock
        begun = clock.monotonic()
        facts = Gatherer(self._sources, tell).facts()
        _refuse_unknown(facts, tenants)
        return Report(
            findings=tuple(found for found in diagnose(facts) if not tenants or found.tenant in tenants),
            notes=tuple(note for note in annotate(facts) if not tenants or note.tenant in tenants),
            in_hand=tuple(work for work in orders.in_hand(facts) if not tenants or work.tenant in tenants),
            tenants=len(facts.entries),
            hosts=len(facts.hosts),
            seconds=clock.monotonic() - begun,
        )

    def recent(self, within_s: float) -> Seen:
        """Return the last report on all, or a new one if that is older than *within_s*: for pages that many look at."""
        clock = self._sources.world.clock
        with self._turn:
            if self._last is None or (clock.now() - self._last.at).total_seconds() > within_s:
                self._last = Seen(self.report(), clock.now())
            return self._last

    def mend(self, fixes: Collection[Fix]) -> tuple[str, ...]:
        """Carry out those of *fixes* that a new examination still offers; return the orders that were given.

        Raises what hinders the platform from acting, before anything is changed.
        """
        self._sources.may_act()
        offered = {*self.report().fixes, *(fix for fix in fixes if isinstance(fix, CarryOut))}
        self._last = None
        orders = [mend(fix, self._sources) for fix in fixes if fix in offered]
        return tuple(order for order in orders if order)


def _refuse_unknown(facts: Facts, tenants: Collection[str]) -> None:
    known = {*facts.entries, *facts.kept.secrets, *facts.kept.numbers, *facts.kept.rollovers}
    for name in sorted(set(tenants) - known):
        remedy = "see mailstead tenant list"
        raise NotFound(f"there is no trace of {name}", field="tenant", value=name, remedy=remedy)
