"""Time is handed in, never taken: a clock that a test can turn."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the time of day (UTC, aware), a monotonic count of seconds, and sleep."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class VirtualClock:
    """A clock that stands still until somebody sleeps; hours cost nothing."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        self._elapsed += max(0.0, seconds)


class Deadline:
    """A time by which something must have happened.

    >>> deadline = Deadline(VirtualClock(), 2.0, interval_s=1.0)
    >>> [deadline.wait() for _ in range(3)]
    [True, True, False]
    """

    def __init__(self, clock: Clock, seconds: float, interval_s: float = 0.5) -> None:
        self._clock = clock
        self._interval_s = interval_s
        self._end = clock.monotonic() + seconds

    @property
    def remaining_s(self) -> float:
        return max(0.0, self._end - self._clock.monotonic())

    def wait(self) -> bool:
        """Sleep one interval, or the rest; return False at once when the time is up."""
        rest = self.remaining_s
        if rest <= 0:
            return False
        self._clock.sleep(min(self._interval_s, rest))
        return True
