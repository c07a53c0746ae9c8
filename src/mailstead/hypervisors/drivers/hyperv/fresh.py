"""Machines as a call has just read them, so that the next verb need not ask again. Decision 0157."""

from mailstead.ground.clock import Clock
from mailstead.hypervisors.model import Power

from .looking import Sight

FRESH_S = 30.0


class Fresh:
    """Sights of machines that are off: each is good once, for half a minute, and in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Sight]] = {}

    def keep(self, tenant: str, sight: Sight | None) -> None:
        """Remember the machine if it is off; forget what was remembered of it otherwise."""
        self._kept.pop(tenant, None)
        if sight and sight.vm.power is Power.OFF:
            self._kept[tenant] = (self._clock.monotonic(), sight)

    def take(self, tenant: str) -> Sight | None:
        """Return the machine as it was just read, once; None where it is to be looked at."""
        since, sight = self._kept.pop(tenant, (0.0, None))
        return sight if self._clock.monotonic() - since < FRESH_S else None

    def forget(self) -> None:
        """Forget all: somebody looks anew, and may have seen what is newer."""
        self._kept.clear()
