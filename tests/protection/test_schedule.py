"""Who is due: in windows of any zone, over changes of clocks, after failures and outages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.backup.plan import Retention
from mailstead.ground.rhythms import Rhythm, hours_of
from mailstead.protection.model import Known, Rules
from mailstead.protection.schedule import (
    AGAIN,
    DAY,
    Candidate,
    due,
    is_due,
    is_overdue,
    next_begin,
    opened,
    spread,
    wants_tending,
    window_of,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
RULES = Rules(
    target="near",
    hours="22:00-05:00",
    zone=BERLIN,
    jitter=HOUR,
    every=DAY,
    full_every=timedelta(days=30),
    rhythm=Rhythm.INCREMENTAL,
    retention=Retention(),
    consistent=False,
    overdue=timedelta(hours=36),
    verify_days=30,
    mib_s=0,
)
SINCE = datetime(2026, 11, 3, 12, tzinfo=UTC)


def acme(known: Known | None = None, **rules: object) -> Candidate:
    return Candidate("acme", "kvm1", replace(RULES, **rules), known or Known(SINCE))  # type: ignore[arg-type]


def berlin(*when: int) -> datetime:
    return datetime(*when, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc, arg-type]


def runs(one: Candidate, begin: datetime, days: int, step: timedelta = 10 * MINUTE) -> list[datetime]:
    """Return when backups begin over so many days, each being good at once."""
    found, now = [], begin
    while now < begin + timedelta(days=days):
        if is_due(one, now):
            found.append(now)
            one = replace(one, known=replace(one.known, good=now))
        now += step
    return found


def test_a_backup_begins_in_the_window_and_once_in_it() -> None:
    begun = runs(acme(), SINCE, 10)
    assert len(begun) == 10
    assert all(opened(acme(), at) for at in begun)
    assert len({opened(acme(), at) for at in begun}) == 10


@pytest.mark.parametrize("day", [(2026, 3, 27), (2026, 10, 23)], ids=["clocks go forward", "clocks go back"])
@pytest.mark.parametrize("hours", ["22:00-05:00", "02:15-02:45", "00:00-00:00", "02:00-04:00"])
def test_a_change_of_clocks_costs_no_night_and_doubles_none(day: tuple[int, ...], hours: str) -> None:
    begin = berlin(*day, 12)
    one = acme(Known(begin), hours=hours, jitter=timedelta(), overdue=timedelta(days=9))
    begun = runs(one, begin, 5, 5 * MINUTE)
    assert len(begun) in ({5, 6} if hours == "00:00-00:00" else {5})


def test_a_time_that_clocks_skip_comes_an_hour_later() -> None:
    window = window_of(replace(RULES, hours="02:30-05:00"), berlin(2026, 3, 29, 12).date())
    assert window.begins.astimezone(BERLIN).hour == 3


def test_what_an_outage_cost_waits_for_the_next_window_unless_it_is_overdue() -> None:
    at_noon = berlin(2026, 11, 5, 12)
    missed_one = acme(Known(SINCE, good=at_noon - timedelta(hours=35)))
    missed_two = acme(Known(SINCE, good=at_noon - timedelta(hours=37)))
    assert (is_due(missed_one, at_noon), is_overdue(missed_one, at_noon)) == (False, False)
    assert (is_due(missed_two, at_noon), is_overdue(missed_two, at_noon)) == (True, True)


def test_after_a_failure_an_hour_passes() -> None:
    night = berlin(2026, 11, 4, 0)
    one = acme(Known(SINCE, tried=night))
    assert not is_due(one, night + AGAIN - MINUTE)
    assert is_due(one, night + AGAIN)


def test_while_an_order_goes_on_no_other_is_given() -> None:
    night = berlin(2026, 11, 4, 0)
    assert not is_due(replace(acme(), at_work=True), night)
    assert not is_due(acme(target=""), night)


def test_on_a_host_no_more_than_so_many_at_once_those_who_wait_longest_first() -> None:
    night = berlin(2026, 11, 4, 0)
    waiting = [
        Candidate(name, host, RULES, Known(SINCE, good=night - timedelta(hours=hours)), name == "busy")
        for name, host, hours in (("new", "kvm1", 20), ("old", "kvm1", 30), ("busy", "kvm1", 99), ("far", "kvm2", 20))
    ]
    assert [one.tenant for one in due(waiting, night, 2)] == ["old", "far"]


def test_what_is_kept_is_tended_once_a_window_after_its_backup() -> None:
    night = berlin(2026, 11, 4, 2)
    good = Known(SINCE, good=night)
    assert wants_tending(acme(good), night + MINUTE)
    assert not wants_tending(acme(replace(good, tended=night)), night + HOUR)
    assert not wants_tending(acme(), night)
    assert not wants_tending(acme(good), night + timedelta(hours=6))


CLOCKS = st.times().map(lambda clock: f"{clock:%H:%M}")
HOURS = st.tuples(CLOCKS, CLOCKS).map("-".join)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"])
NOW = st.datetimes(datetime(2011, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 (made aware)
NAMES = st.from_regex(r"[a-z]{2,12}", fullmatch=True)


@given(HOURS, ZONES, NOW, NAMES)
def test_the_next_window_lets_everybody_in_within_two_days(hours: str, zone: str, now: datetime, name: str) -> None:
    one = replace(acme(hours=hours, zone=ZoneInfo(zone)), tenant=name)
    begin = next_begin(one, now)
    assert begin
    assert now < begin <= now + timedelta(days=3)
    window = window_of(
        one.rules, (begin - spread(one, window_of(one.rules, begin.date()))).astimezone(one.rules.zone).date()
    )
    assert window.length <= timedelta(hours=26)


@given(HOURS, ZONES, NOW, NAMES)
def test_an_open_window_holds_now_and_gives_half_of_it_at_least(
    hours: str, zone: str, now: datetime, name: str
) -> None:
    one = replace(acme(hours=hours, zone=ZoneInfo(zone)), tenant=name)
    if window := opened(one, now):
        assert window.begins <= now < window.ends
        assert spread(one, window) <= window.length / 2


@given(NOW, st.timedeltas(timedelta(), timedelta(days=4)))
def test_whoever_is_due_stays_due_while_the_window_is_open(now: datetime, age: timedelta) -> None:
    one = acme(Known(now - age, good=now - age))
    if is_due(one, now) and opened(one, now + MINUTE):
        assert is_due(one, now + MINUTE)


def test_hours_are_read() -> None:
    assert [f"{clock:%H:%M}" for clock in hours_of("22:00-05:00")] == ["22:00", "05:00"]
