"""Who is due for a backup now. Pure: the same answer to the same question, in any zone and over every change of clocks.

A tenant begins somewhat after the window opens, always by the same span, which its name gives. What a window did not
bring waits for the next one; what is overdue is made up at any time. Decision 0210.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from mailstead.ground.rhythms import hours_of

from .model import Known, Rules, Sieve

DAY = timedelta(days=1)
AGAIN = timedelta(hours=1)  # after a failure
TEND = timedelta(hours=20)
_MOST_SLACK = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tenant, where it lives, its rules, what is known, and whether an order for its backups is open."""

    tenant: str
    host: str
    rules: Rules
    known: Known
    at_work: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A night's span, in UTC."""

    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins


def due(candidates: Iterable[Candidate], now: datetime, per_host: int) -> list[Candidate]:
    """Return who is to be backed up now, whoever waits longest first, at most *per_host* at work on any host."""
    all_ = list(candidates)
    busy = Counter(one.host for one in all_ if one.at_work)
    found = []
    for one in sorted((one for one in all_ if is_due(one, now)), key=lambda one: (one.known.last, one.tenant)):
        if busy[one.host] < per_host:
            busy[one.host] += 1
            found.append(one)
    return found


def is_due(one: Candidate, now: datetime) -> bool:
    """Say whether a tenant's next backup is to begin now."""
    known, rules = one.known, one.rules
    if not rules.on or one.at_work or (known.tried is not None and now - known.tried < AGAIN):
        return False
    if is_overdue(one, now):
        return True
    window = opened(one, now)
    return window is not None and (known.good is None or now - known.good >= rules.every - _slack(rules, window))


def is_overdue(one: Candidate, now: datetime) -> bool:
    """Say whether a tenant is for too long without a good backup."""
    return one.rules.on and now - one.known.last >= one.rules.overdue


def wants_tending(one: Candidate, now: datetime) -> bool:
    """Say whether what is kept of a tenant is to be checked and thinned out now: once a window, after its backup."""
    known = one.known
    if not one.rules.on or one.at_work or known.good is None:
        return False
    rested = known.tended is None or now - known.tended >= TEND
    return rested and opened(one, now) is not None and not is_due(one, now)


def opened(one: Candidate, now: datetime) -> Window | None:
    """Return the window in which *now* lies for this tenant; None between two."""
    for window in _around(one.rules, now):
        if window.begins + spread(one, window) <= now < window.ends:
            return window
    return None


def _around(rules: Rules, now: datetime) -> Iterator[Window]:
    """Yield yesterday's window and today's: *now* lies in no other."""
    today = now.astimezone(rules.zone).date()
    yield from (window_of(rules, day) for day in (today - DAY, today))


def _is_open(rules: Rules, now: datetime) -> bool:
    return any(window.begins <= now < window.ends for window in _around(rules, now))


def window_of(rules: Rules, day: date) -> Window:
    """Return the window that opens on *day*."""
    begin, end = hours_of(rules.hours)
    return Window(_at(rules, day, begin), _at(rules, day if begin < end else day + DAY, end))


def spread(one: Candidate, window: Window) -> timedelta:
    """Return by how much this tenant begins after the others: up to the jitter, and half the window."""
    share = int.from_bytes(sha256(one.tenant.encode()).digest()[:8]) / (1 << 64)
    return min(one.rules.jitter, window.length / 2) * share


def sieve(hosts: Mapping[str, Rules], now: datetime, full: Collection[str] = ()) -> Sieve:
    """Return what whoever `is_due` or `wants_tending` has; *hosts* says what is common to the tenants of each.

    On those that are *full* nothing can begin.
    """
    rules = next(iter(hosts.values()))
    early = _MOST_SLACK if rules.every >= DAY else timedelta()
    awake = (name for name, common in hosts.items() if _is_open(common, now))
    return Sieve(
        now - rules.every + early, now - AGAIN, now - TEND, now - rules.overdue, frozenset(awake), frozenset(full)
    )


def next_begin(one: Candidate, now: datetime) -> datetime | None:
    """Return when the next window lets this tenant begin; None: nothing of it is kept."""
    return next(_begins(one, now), None) if one.rules.on else None


def _begins(one: Candidate, now: datetime) -> Iterator[datetime]:
    today = now.astimezone(one.rules.zone).date()
    for ahead in range(3):
        window = window_of(one.rules, today + ahead * DAY)
        if (begin := window.begins + spread(one, window)) > now:
            yield begin


def _slack(rules: Rules, window: Window) -> timedelta:
    """Return how much earlier than a whole period after the last one the next may begin.

    Last night's may have begun late; tonight's is due all the same, but never a second one in one window.
    """
    return min(_MOST_SLACK, max(timedelta(), DAY - window.length)) if rules.every >= DAY else timedelta()


def _at(rules: Rules, day: date, clock: time) -> datetime:
    """Return a time of day as UTC: an hour later where clocks skip it, the first where they repeat it."""
    return datetime.combine(day, clock, rules.zone).astimezone(UTC)
