"""Which snapshots are kept, and why: pure, shown before anything is removed.

Each rule looks at all snapshots by itself and keeps the newest of each of the last *n* periods that have one (as
restic's `forget` does); what any rule keeps is kept. So more of anything never removes more. See decision 0182.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailstead.ground.errors import InvalidInput
from mailstead.ground.plans import Change, ChangePlan

from .model import Kind, Snapshot

Period = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Retention:
    """How many snapshots of each kind are kept; days, weeks, months are those of *zone*.

    Younger ones than *age* are kept whatever else is said.
    """

    last: int = 1
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    age: timedelta = timedelta()
    zone: ZoneInfo = ZoneInfo("UTC")

    def __post_init__(self) -> None:
        counts = (self.last, self.hourly, self.daily, self.weekly, self.monthly, self.yearly)
        if min(counts) < 0 or not any(counts):
            remedy = "keep at least one of something; no number is below zero"
            raise InvalidInput("this would keep no snapshot at all", field="retention", value=counts, remedy=remedy)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A snapshot and why it is kept: "held", "young", "last", "hourly" … "yearly"; nothing: it goes."""

    snapshot: Snapshot
    reasons: tuple[str, ...]

    @property
    def kept(self) -> bool:
        return bool(self.reasons)


def judge(
    snapshots: Iterable[Snapshot], retention: Retention, *, held: Collection[int], now: datetime
) -> tuple[Judgement, ...]:
    """Judge a tenant's snapshots, the oldest first; *held* are the numbers that legal holds lie on."""
    ordered = sorted(snapshots, key=lambda snapshot: (snapshot.taken, snapshot.number))
    reasons: dict[int, list[str]] = {snapshot.number: [] for snapshot in ordered}
    for snapshot in ordered:
        reasons[snapshot.number] += ["held"] if snapshot.number in held else []
        reasons[snapshot.number] += ["young"] if max(timedelta(), now - snapshot.taken) < retention.age else []
    for name, count, period in _rules(retention):
        for number in _newest_of_periods(ordered, count, period):
            reasons[number].append(name)
    return tuple(Judgement(snapshot, tuple(reasons[snapshot.number])) for snapshot in ordered)


def prune_plan(judgements: Iterable[Judgement]) -> ChangePlan[Snapshot]:
    """Return what is to be removed. Nothing of it counts as lost: the rules gave it up."""
    gone = (judgement.snapshot for judgement in judgements if not judgement.kept)
    return ChangePlan(tuple(Change(str(snapshot), snapshot, None) for snapshot in gone))


def points_kept(snapshots: Iterable[Snapshot]) -> frozenset[str]:
    """Return the points that changes are yet to be counted from: of the last two snapshots, and of the last full one.

    Two, for the last one may turn out to be damaged; the full one for those that are differential.
    """
    ordered = sorted(snapshots, key=lambda snapshot: snapshot.number)
    full = [snapshot for snapshot in ordered if snapshot.kind is Kind.FULL]
    needed = (*ordered[-2:], *full[-1:])
    return frozenset(disk.point for snapshot in needed for disk in snapshot.disks if disk.point)


def _rules(retention: Retention) -> list[tuple[str, int, Callable[[Snapshot], Period]]]:
    def local(snapshot: Snapshot) -> datetime:
        return snapshot.taken.astimezone(retention.zone)

    return [
        ("last", retention.last, lambda one: (one.number,)),
        ("hourly", retention.hourly, lambda one: (local(one).date(), local(one).hour, local(one).utcoffset())),
        ("daily", retention.daily, lambda one: (local(one).date(),)),
        ("weekly", retention.weekly, lambda one: local(one).isocalendar()[:2]),
        ("monthly", retention.monthly, lambda one: (local(one).year, local(one).month)),
        ("yearly", retention.yearly, lambda one: (local(one).year,)),
    ]


def _newest_of_periods(ordered: Sequence[Snapshot], count: int, period: Callable[[Snapshot], Period]) -> list[int]:
    newest: dict[Period, int] = {}
    for snapshot in reversed(ordered):
        newest.setdefault(period(snapshot), snapshot.number)
    return list(newest.values())[:count]
