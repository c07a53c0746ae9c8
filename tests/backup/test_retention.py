"""Which snapshots stay: examples from calendars, and properties that hold for all of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.backup.model import Consistency, Kind, Snapshot
from mailstead.backup.plan import Judgement, Retention, judge, prune_plan
from mailstead.ground.errors import InvalidInput

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
COUNTS = ("last", "hourly", "daily", "weekly", "monthly", "yearly")


def _snapshot(number: int, taken: datetime) -> Snapshot:
    return Snapshot("acme", number, taken, f"run-{number}", Kind.FULL, None, Consistency.CRASH, ())


def _nightly(days: int) -> list[Snapshot]:
    """One snapshot a night, the newest last."""
    return [_snapshot(days - back, NOW - timedelta(days=back)) for back in reversed(range(days))]


def _kept(judgements: tuple[Judgement, ...]) -> set[int]:
    return {judgement.snapshot.number for judgement in judgements if judgement.kept}


def test_a_week_of_days_a_month_of_weeks_and_a_year_of_months() -> None:
    judgements = judge(_nightly(400), Retention(last=0, daily=7, weekly=4, monthly=12), held=(), now=NOW)
    taken = [judgement.snapshot.taken.date().isoformat() for judgement in judgements if judgement.kept]
    assert taken == [
        *("2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"),
        *("2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-08", "2026-11-15"),
        *("2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"),
    ]


def test_every_reason_is_told() -> None:
    [*_, newest] = judge(_nightly(3), Retention(1, 1, 1, 1, 1, 1, timedelta(days=1)), held=(3,), now=NOW)
    assert newest.reasons == ("held", "young", *COUNTS)


def test_the_newest_of_a_day_stands_for_it() -> None:
    day = [_snapshot(number, NOW - timedelta(hours=12 - number)) for number in range(1, 12)]
    assert _kept(judge(day, Retention(last=0, daily=1), held=(), now=NOW)) == {11}


def test_days_are_those_of_the_place() -> None:
    late = _snapshot(1, datetime(2026, 11, 20, 22, 30, tzinfo=UTC))  # 23:30 in Berlin
    later = _snapshot(2, datetime(2026, 11, 20, 23, 30, tzinfo=UTC))  # half past midnight there
    days = Retention(last=0, daily=2)
    assert _kept(judge([late, later], days, held=(), now=NOW)) == {2}
    assert _kept(judge([late, later], replace(days, zone=BERLIN), held=(), now=NOW)) == {1, 2}


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    summer = _snapshot(1, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))  # 02:30 in Berlin
    winter = _snapshot(2, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # 02:30 again
    assert _kept(judge([summer, winter], Retention(last=0, hourly=2, zone=BERLIN), held=(), now=NOW)) == {1, 2}


def test_weeks_at_the_turn_of_the_year_are_iso_weeks() -> None:
    december = _snapshot(1, datetime(2026, 12, 31, tzinfo=UTC))
    january = _snapshot(2, datetime(2027, 1, 3, tzinfo=UTC))  # the same week, 53 of 2026
    assert _kept(judge([december, january], Retention(last=0, weekly=5), held=(), now=NOW)) == {2}


def test_a_pause_does_not_use_up_days() -> None:
    old = _nightly(400)[:10]
    assert len(_kept(judge(old, Retention(last=0, daily=7), held=(), now=NOW))) == 7


def test_what_goes_is_a_plan_that_can_be_shown() -> None:
    plan = prune_plan(judge(_nightly(3), Retention(last=2), held=(), now=NOW))
    assert [(change.kind.value, change.subject) for change in plan] == [("remove", "snapshot 1 of acme")]
    plan.refuse_if_unsafe()


@pytest.mark.parametrize(("last", "daily"), [(0, 0), (-1, 2), (1, -1)])
def test_a_rule_that_keeps_nothing_is_refused(last: int, daily: int) -> None:
    with pytest.raises(InvalidInput):
        Retention(last=last, daily=daily)


_days = st.floats(0, 1000).map(timedelta)
_times = _days.map(lambda back: NOW - back)
_snapshots = st.lists(_times, max_size=40).map(
    lambda times: [_snapshot(number, taken) for number, taken in enumerate(times, 1)]
)
_counts = st.fixed_dictionaries(dict.fromkeys(COUNTS, st.integers(0, 5))).filter(lambda counts: any(counts.values()))
_retention = st.builds(
    lambda counts, days, zone: Retention(**counts, age=timedelta(days=days), zone=ZoneInfo(zone)),
    _counts,
    st.integers(0, 400),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati"]),
)


@given(_snapshots, _retention, st.sets(st.integers(1, 40)))
def test_a_hold_wins_over_everything(snapshots: list[Snapshot], retention: Retention, held: set[int]) -> None:
    kept = _kept(judge(snapshots, retention, held=held, now=NOW))
    assert held & {snapshot.number for snapshot in snapshots} <= kept


@given(_snapshots, _retention, st.sampled_from(COUNTS), st.integers(1, 5))
def test_keeping_more_of_anything_removes_nothing_more(
    snapshots: list[Snapshot], retention: Retention, rule: str, more: int
) -> None:
    larger = replace(retention, **{rule: getattr(retention, rule) + more})
    before = _kept(judge(snapshots, retention, held=(), now=NOW))
    assert before <= _kept(judge(snapshots, larger, held=(), now=NOW))


@given(_snapshots, _retention)
def test_something_is_always_kept_and_never_more_than_was_asked(
    snapshots: list[Snapshot], retention: Retention
) -> None:
    rules = replace(retention, age=timedelta())
    kept = _kept(judge(snapshots, rules, held=(), now=NOW))
    assert bool(kept) == bool(snapshots)
    assert len(kept) <= sum(getattr(rules, rule) for rule in COUNTS)


@given(_snapshots, _retention)
def test_pruning_twice_removes_nothing_the_second_time(snapshots: list[Snapshot], retention: Retention) -> None:
    left = [one.snapshot for one in judge(snapshots, retention, held=(), now=NOW) if one.kept]
    assert not prune_plan(judge(left, retention, held=(), now=NOW))


@given(_snapshots, _retention)
def test_nothing_young_goes(snapshots: list[Snapshot], retention: Retention) -> None:
    gone = [one.snapshot for one in judge(snapshots, retention, held=(), now=NOW) if not one.kept]
    assert all(NOW - snapshot.taken >= retention.age for snapshot in gone)
