"""A deterministic engine: one seed replays a whole history, hours cost nothing, a crash can be ordered."""

import builtins
import random
from datetime import datetime
from math import inf

from mailstead.ground.clock import Clock, VirtualClock
from mailstead.orders import plan
from mailstead.orders.desk import LedgerDesk
from mailstead.orders.model import AGAIN_S, Lease, Limits, OrderView
from mailstead.orders.port import Workflow
from mailstead.orders.run import execute

from .course import Course, Crashed, Moment
from .journal import Journal

WORKER = "memory"


class MemoryEngine(LedgerDesk):
    """An `Engine` whose time passes only in `wait`, `watch` and `settle`, one execution moving at a time.

    A new engine on the same *journal* goes on where an earlier one was left or crashed.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        journal: Journal | None = None,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        seed: int = 0,
        again_s: float = AGAIN_S,
    ) -> None:
        self.clock = clock or VirtualClock()
        self.journal = journal or Journal()
        self.ledger = self.journal.ledger
        self.leases = self.journal.leases
        super().__init__(self.ledger, self.clock)
        self.again_s = again_s
        self._limits = limits
        self._chance = random.Random(seed)  # noqa: S311  # a scheduler's dice, no secret
        self._workflows: dict[str, Workflow] = {}
        self._courses: builtins.list[Course] = []
        self._crash: tuple[str, Moment] | None = None
        self._open = False

    def register(self, kind: str, workflow: Workflow, *, gives_room: bool = False) -> None:
        self._workflows[kind] = workflow

    def demand_room(self, kind: str) -> None:
        pass  # no disk, no limit

    def launch(self) -> None:
        self._open = True
        self.leases.release_all(WORKER)
        for order in self.ledger.active():
            self.ledger.change(order.id, plan.taken_back)

    def close(self) -> None:
        self._open = False
        for course in self._courses:
            course.stop()
        self._courses.clear()

    def crash_at(self, step: str, moment: Moment) -> None:
        """Die, once, when *step* reaches *moment*: whoever lets time pass then gets Crashed."""
        self._crash = (step, moment)

    def settle(self) -> None:
        """Let time pass until nothing more happens by itself; parked orders try again when somebody turns the clock."""
        while self._advance():
            pass

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass, with all that is due in it; what is in hand then goes on later."""
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end and self._advance(until=end):
            pass
        self.clock.sleep(end - self.clock.monotonic())

    def workflow(self, kind: str) -> Workflow:
        if kind not in self._workflows:
            raise plan.unknown_kind(kind)
        return self._workflows[kind]

    def take(self, resource: str, holder: str) -> Lease | None:
        return self.leases.take(resource, holder, WORKER)

    def release(self, lease: Lease) -> None:
        self.leases.release(lease)

    def prune(self, before: datetime) -> int:
        ended = self.ledger.ended(before, 10**9)
        for order in ended:
            self.journal.steps.pop(order, None)
        self.ledger.forget(ended)
        return len(ended)

    def _poke(self) -> None:
        for course in self._courses:
            course.wake()

    def _idle(self, seconds: float) -> bool:  # time here passes in events
        return self._advance()

    def _advance(self, until: float = inf) -> bool:
        """Let one execution move to its next pause, or turn the clock, not beyond *until*; false: all is still."""
        if not self._open:
            return False
        self._dispatch()
        ready = [course for course in self._courses if course.wakes <= self.clock.monotonic()]
        if not ready:
            return self._doze(until)
        course = self._chance.choice(ready)
        course.move()
        if course.crashed:
            self.close()
            raise Crashed
        if course.over:
            self._courses.remove(course)
        return True

    def _doze(self, until: float) -> bool:
        if not self._courses:
            return False
        next_wake = min(until, *(course.wakes for course in self._courses))
        self.clock.sleep(next_wake - self.clock.monotonic())
        return True

    def _dispatch(self) -> None:
        self._take_back()
        active = self.ledger.active()
        handed = [order for order in active if order.handed and order.status.is_open]
        waiting = plan.due([order for order in active if order.status.is_open], self.clock.now())
        for order in plan.fitting(waiting, handed, self._limits):
            self._forget_failure(order)
            self._courses.append(self._course(self.ledger.change(order.id, plan.handed_over)))

    def _take_back(self) -> None:
        """Take back what no execution carries out; one that was left open is not begun anew at once."""
        moving = {course.order for course in self._courses}
        for order in self.ledger.active():
            if order.handed and not (order.status.is_open and order.id in moving):
                self.ledger.change(order.id, plan.taken_back)
                if order.status.is_open:
                    self.clock.sleep(self.again_s)

    def _forget_failure(self, order: OrderView) -> None:
        """Drop the checkpoints from the failed step on, so that it runs again."""
        if order.resume_at is not None:
            del self.journal.steps.get(order.id, [])[order.resume_at - 1 :]

    def _course(self, order: OrderView) -> Course:
        steps = self.journal.steps.setdefault(order.id, [])
        holder = f"{order.id}/{self.ledger.next_number()}"
        return Course(order.id, self.clock, steps, self._crash_here, lambda own: execute(order, self, own, holder))

    def _crash_here(self, step: str, moment: Moment) -> None:
        if self._crash == (step, moment):
            self._crash = None
            raise Crashed
