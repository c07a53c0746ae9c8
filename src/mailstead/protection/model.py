"""What holds for one tenant's backups, and what is known of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailstead.backup.plan import Retention
from mailstead.ground.rhythms import Rhythm
from mailstead.tenants.model import Backup


@dataclass(frozen=True, slots=True)
class Rules:
    """The platform's rules with what the tenant has of its own. `target` empty: nothing is kept.

    `full_every` of no length: only the first one is full. `mib_s` 0: no limit.
    """

    target: str
    hours: str
    zone: ZoneInfo
    jitter: timedelta
    every: timedelta
    full_every: timedelta
    rhythm: Rhythm
    retention: Retention
    consistent: bool
    overdue: timedelta
    verify_days: int
    mib_s: int

    @property
    def on(self) -> bool:
        return bool(self.target)


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a tenant's backups: `since` is when they were first wanted, `good` when the last good one
    was taken, `tried` and `failure` tell of the one after it that failed; `damage` names what the last check found.
    """

    since: datetime
    good: datetime | None = None
    snapshot: int = 0
    tried: datetime | None = None
    failure: str = ""
    tended: datetime | None = None
    damage: str = ""
    drilled: datetime | None = None

    @property
    def last(self) -> datetime:
        """Return from when on the next one is counted."""
        return self.good or self.since


@dataclass(frozen=True, slots=True)
class Placed:
    """A tenant with the host that it lives on, its own rules, and what is known of its backups: None before a round."""

    tenant: str
    host: str
    own: Backup
    known: Known | None


@dataclass(frozen=True, slots=True)
class Sieve:
    """What every tenant has that may be due or want tending now, and most of the others have not.

    Its last good one is not after `rested`, or it has none, and the last failure not after `tried`; or it was tended
    `tended` or before, or never. And either it lives on one of `hosts`, whose window is open, or it has hours of its
    own, or it is without a good one since `overdue`. Whoever lives on a `full` host and has no fresh good one waits.
    """

    rested: datetime
    tried: datetime
    tended: datetime
    overdue: datetime
    hosts: frozenset[str]
    full: frozenset[str] = frozenset()
