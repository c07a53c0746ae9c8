"""How often somebody may ask: a bucket of tokens for each, that fills with time."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from mailstead.ground.clock import Clock

KNOWN_MOST = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """Lets each name through *burst* times at once, and *per_minute* times a minute. Of this process alone."""

    def __init__(self, clock: Clock, *, per_minute: int, burst: int) -> None:
        self._clock = clock
        self._rate = per_minute / 60
        self._burst = burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, name: str) -> float:
        """Return 0 and take a token of *name*, or after how many seconds there will be one."""
        with self._lock:
            bucket = self._filled(name)
            if bucket.tokens < 1:
                return (1 - bucket.tokens) / self._rate
            bucket.tokens -= 1
            return 0.0

    def is_empty(self, name: str) -> bool:
        """Say whether *name* would be refused; take nothing."""
        with self._lock:
            return self._filled(name).tokens < 1

    def _filled(self, name: str) -> _Bucket:
        now = self._clock.monotonic()
        bucket = self._buckets.setdefault(name, _Bucket(self._burst, now))
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets.move_to_end(name)
        if len(self._buckets) > KNOWN_MOST:  # whoever was longest away has a full bucket anyhow
            self._buckets.popitem(last=False)
        return bucket
