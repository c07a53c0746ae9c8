"""How far an order is, and what came of it: told to whoever watches it, a few times a second at most."""

from dataclasses import dataclass, field

from mailstead.ground.clock import Clock
from mailstead.orders.model import PROGRESS, REPORT, Json
from mailstead.orders.port import Desk

EVERY_S = 1.0


@dataclass(slots=True)
class Telling:
    """What one order tells. Called with bytes done, of how many, it tells that once a second and at the end."""

    desk: Desk
    clock: Clock
    order: str
    _last: float = field(default=float("-inf"))

    def __call__(self, done: int, total: int) -> None:
        now = self.clock.monotonic()
        if now - self._last >= EVERY_S or done >= total:
            self._last = now
            self.desk.send(self.order, PROGRESS, {"done": done, "total": total})

    def report(self, **facts: Json) -> None:
        """Add to what came of the order."""
        known = self.desk.show(self.order).events.get(REPORT, {})
        self.desk.send(self.order, REPORT, {**known, **facts})
