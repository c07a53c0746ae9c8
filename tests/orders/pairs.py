"""Two meddlings with one order, at any point of any step, and a recorder that sees every effect begin and end."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from threading import Lock

from mailstead.ground.errors import OutcomeUnknown
from mailstead.orders.model import Inputs, NotRetryable, Retries
from mailstead.orders.port import Desk, Engine, Order

STEPS = ("one", "two", "three", "four")
QUICK = Retries(first_s=0.01)


class Point(StrEnum):
    """Where in a step its execution stands still."""

    BEFORE = "before the effect"
    WITHIN = "within the effect"
    AFTER = "after the effect, before the checkpoint"


class Meddling(StrEnum):
    CANCEL = "cancel"
    TIMEOUT = "timeout"
    RETRY = "retry"
    REMOVE = "remove"
    RESTART = "restart"


@dataclass
class Recorder:
    """The one thing that belongs to a tenant: who acted upon it under which token, and who at the same time."""

    acting: int = 0
    overlaps: int = 0
    tokens: list[int] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    seen: set[tuple[str, Point]] = field(default_factory=set)
    answers_lost: int = 0
    usurped: int = 0
    owns: Callable[[Order], bool] = lambda _: True
    lock: Lock = field(default_factory=Lock)

    def act(self, order: Order, step: str, linger: Callable[[], None]) -> str:
        """Act as a driver does: ask whether the order is still ours, take time, answer or lose the answer."""
        self._stand(step, Point.BEFORE, linger)
        order.still_mine()
        with self.lock:
            self.usurped += not self.owns(order)
            self.overlaps += self.acting > 0
            self.acting += 1
            self.tokens.append(order.token)
        try:
            self._stand(step, Point.WITHIN, linger)
            self.done.append(step)
        finally:
            with self.lock:
                self.acting -= 1
        self._stand(step, Point.AFTER, linger)
        if self.answers_lost:
            self.answers_lost -= 1
            raise OutcomeUnknown("no answer in time")
        return step

    def _stand(self, step: str, point: Point, linger: Callable[[], None]) -> None:
        self.seen.add((step, point))
        linger()

    def faults(self) -> list[str]:
        """Return what must never be: two effects at once, one without a right to it, an old token after a new."""
        counts = {"overlaps": self.overlaps, "effects without a right": self.usurped}
        late = [f"token {after} after {before}" for before, after in pairwise(self.tokens) if after < before]
        return [f"{number} {what}" for what, number in counts.items() if number] + late


@dataclass(frozen=True)
class Case:
    """First and second meddling with the order of a tenant, which stands at a point of a step."""

    step: str
    point: Point
    first: Meddling
    second: Meddling
    gap: int = 0


def build(recorder_of: Callable[[str], Recorder], linger: Callable[[], None]) -> Callable[[Order, Inputs], None]:
    """Return a workflow of four effects upon the tenant's one thing."""

    def workflow(order: Order, _: Inputs) -> None:
        for name in STEPS:
            recorder = recorder_of(order.tenant)
            order.step(name, lambda step=name, seen=recorder: seen.act(order, step, linger), retries=QUICK)

    return workflow


def remove(recorder_of: Callable[[str], Recorder], linger: Callable[[], None]) -> Callable[[Order, Inputs], None]:
    """Return the workflow of a second order, which acts upon the same thing."""
    return lambda order, _: order.step("remove", recorder_of(order.tenant).act, order, "remove", linger, retries=QUICK)


def meddle(desk: Desk, order: str, tenant: str, what: Meddling, recorder: Recorder) -> None:
    """Do one thing to an order; RESTART is the caller's."""
    match what:
        case Meddling.CANCEL:
            desk.cancel(order)
        case Meddling.RETRY:
            with suppress(NotRetryable):
                desk.retry(order)
        case Meddling.TIMEOUT:
            recorder.answers_lost += 1
        case Meddling.REMOVE:
            key = f"remove/{tenant}/{len(desk.list(tenant))}"
            desk.start("remove", key=key, tenant=tenant, host=None, inputs={})
        case Meddling.RESTART:
            raise ValueError(what)


def ended(engine: Engine, tenant: str) -> bool:
    return not any(order.status.is_open for order in engine.list(tenant))
