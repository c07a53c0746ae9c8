"""One execution of an order: steps under a lease, with every write fenced. The same over every engine."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from mailstead.ground.clock import Clock
from mailstead.ground.errors import LostLease, Unreachable, awaited, worth_retrying
from mailstead.state.database import StateFull

from . import parking, plan
from .desk import POLL_S, as_json
from .failures import as_failure
from .model import KEEP_ALL, EventTimeout, Json, Lease, OrderView, Retries, Status, Stopped, UnknownStep
from .port import Leases, Ledger, Workflow

T = TypeVar("T")


class Motor(Protocol):
    """What an engine gives to a run: checkpoints and patience."""

    def record(self, name: str, act: Callable[[], Json]) -> Json:
        """Return or raise what *act* did when it first came to its end; run it if it never did. Raises UnknownStep."""

    def patch(self, name: str) -> bool: ...

    def pause(self, seconds: float) -> None:
        """Let time pass; raise Stopped when the engine closes."""

    def doze(self, seconds: float) -> None:
        """Let time pass, less than *seconds* where there may be news of the order; raise Stopped likewise."""


class Floor(Protocol):
    """Where a run stands: the engine's ledger, leases and clock, and the leases it keeps renewed."""

    @property
    def ledger(self) -> Ledger: ...

    @property
    def leases(self) -> Leases: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def again_s(self) -> float:
        """How often a parked order is tried again."""

    def workflow(self, kind: str) -> Workflow:
        """Raises UnknownKind."""

    def demand_room(self, kind: str) -> None:
        """Raise DiskNearlyFull when an order of *kind* must not write to our own databases for now."""

    def take(self, resource: str, holder: str) -> Lease | None:
        """Take a lease and keep it renewed."""

    def release(self, lease: Lease) -> None: ...


def execute(order: OrderView, floor: Floor, motor: Motor, holder: str) -> None:
    """Carry out *order*; raise what the workflow raised, or Stopped when this execution does not count.

    *holder* names this very execution: a second one of the same order waits for the first one's lease.
    """
    if order.status is Status.DONE:  # the crash came between our last word and the engine's
        return
    lease = sure(lambda: _await_lease(order, floor, motor, holder))
    try:
        begun = sure(lambda: floor.ledger.change(order.id, plan.begun(lease.token, floor.clock.now())))
        run = Run(begun, lease, floor, motor)
        try:
            floor.workflow(begun.kind)(run, begun.inputs)
        except Exception as error:
            run.fail(error)
            raise
        run.finish()
    finally:
        floor.release(lease)


def sure(ask: Callable[[], T]) -> T:
    """Return what our own database says. While it is full or away this execution ends as by a kill, to be resumed."""
    try:
        return ask()
    except (StateFull, Unreachable) as error:
        raise Stopped from error


def _await_lease(order: OrderView, floor: Floor, motor: Motor, holder: str) -> Lease:
    resource = f"tenant:{order.tenant}"
    told = ""
    while not (lease := floor.take(resource, holder)):
        now_held = floor.leases.holder(resource).partition("/")[0]
        if told != now_held:
            floor.ledger.change(order.id, plan.waiting_for(f"order {now_held} to let go of {resource}"))
            told = now_held
        motor.pause(POLL_S)
        if not floor.ledger.get(order.id).status.is_open:
            raise Stopped
    return lease


class Run:
    """The `Order` that a workflow gets."""

    def __init__(self, begun: OrderView, lease: Lease, floor: Floor, motor: Motor) -> None:
        self.id = begun.id
        self._kind = begun.kind
        self.tenant = begun.tenant
        self.token = lease.token
        self._total = begun.total_steps
        self._lease = lease
        self._floor = floor
        self._motor = motor
        self._position = 0
        self._raised: dict[int, BaseException] = {}

    @property
    def total_steps(self) -> int | None:
        return self._total

    @total_steps.setter
    def total_steps(self, number: int) -> None:
        self._total = number
        self._change(plan.expecting(number))

    def step(
        self,
        name: str,
        function: Callable[..., Json],
        *args: object,
        retries: Retries = Retries(),  # noqa: B008  # frozen
    ) -> Json:
        return self._record(name, lambda: self._attempts(name, partial(function, *args), retries))

    def sleep(self, seconds: float) -> None:
        name = f"sleep {seconds:g} s"
        self._record(name, lambda: self._until(name, "the time to pass", lambda: self._left(seconds)))

    def wait_for(self, event: str, timeout_s: float) -> Json:
        def left() -> float:
            if event in self._view().events:
                return 0.0
            if (rest := self._left(timeout_s)) > 0:
                return rest
            raise EventTimeout(
                f"{event!r} did not come within {timeout_s:g} s",
                field="event",
                value=event,
                remedy=f"mailstead order retry {self.id}",
            )

        def wait() -> Json:
            self._until(name, event, left)
            return self._view().events[event]

        name = f"wait for {event}"
        return self._record(name, wait)

    def now(self) -> datetime:
        return datetime.fromisoformat(self._record("now", lambda: self._floor.clock.now().isoformat()))

    def patch(self, name: str) -> bool:
        patched = self._motor.patch(name)
        self._position += patched
        return patched

    def still_mine(self) -> None:
        plan.still_owned(self._view(), self.token)
        self._hold()

    def _hold(self) -> None:
        if not sure(lambda: self._floor.leases.held(self._lease)):
            raise LostLease(
                f"order {self.id} lost its hold on {self._lease.resource}",
                field="order",
                value=self.id,
                remedy=f"when no other worker has this tenant: mailstead order retry {self.id}",
            )

    def finish(self) -> None:
        self._change(plan.done(self._floor.clock.now()))

    def fail(self, error: Exception) -> None:
        """Keep the error, and where a retry goes on: at the step that raised it, or else behind all steps.

        The order parks where what is missing may come by itself.
        """
        now, failure = self._floor.clock.now(), as_failure(error)
        if waits_for := awaited(error):
            again = now + timedelta(seconds=self._floor.again_s)
            self._change(parking.parked(waits_for, failure, self._resume_at(error), again))
        else:
            self._change(plan.failed(now, failure, self._resume_at(error)))

    def _resume_at(self, error: Exception) -> int:
        if isinstance(error, UnknownStep):
            return KEEP_ALL
        where = [at for at, raised in self._raised.items() if raised in {error, error.__cause__}]
        return where[0] if where else self._position + 1

    def _record(self, name: str, act: Callable[[], Json]) -> Json:
        self._position += 1
        try:
            return self._motor.record(name, act)
        except Exception as error:
            self._raised[self._position] = error
            raise

    def _attempts(self, name: str, act: Callable[[], Json], retries: Retries) -> Json:
        """Try until it works, or is not worth it any more; each attempt under the lease, before and after."""
        clock, position = self._floor.clock, self._position
        due = clock.now() + timedelta(seconds=retries.deadline_s)
        self._change(plan.step_began(position, name, clock.now(), due=due))
        end = clock.monotonic() + retries.deadline_s
        attempt = 0
        while True:
            attempt += 1
            try:
                result = self._attempt(name, act)
            except Exception as error:
                if awaited(error):
                    raise  # counts no attempt: the order parks
                failure = as_failure(error)
                wait_s = retries.wait_s(attempt)
                spent = attempt >= retries.attempts or clock.monotonic() + wait_s > end
                if spent or not worth_retrying(error):
                    self._change(plan.step_failed(position, clock.now(), failure))
                    raise
                self._change(plan.step_tried(position, attempt, failure))
                self._rest(wait_s)
            else:
                self._change(plan.step_done(position, clock.now()))
                return result

    def _attempt(self, name: str, act: Callable[[], Json]) -> Json:
        self._fence()
        self._hold()
        self._floor.demand_room(self._kind)
        result = act()
        self._hold()  # whether the order is still ours is asked by the very write that calls the step done
        return as_json(result, name)

    def _rest(self, seconds: float) -> None:
        """Let time pass; leave at once when the order is cancelled."""
        end = self._floor.clock.monotonic() + seconds
        while (rest := end - self._floor.clock.monotonic()) > 0:
            self._motor.doze(rest)
            self._fence()

    def _until(self, name: str, reason: str, left: Callable[[], float]) -> None:
        """Wait while *left* gives seconds to wait; what it raises fails the step."""
        position, clock = self._position, self._floor.clock
        self._change(plan.step_began(position, name, clock.now(), waits_for=reason))
        try:
            while (rest := left()) > 0:
                self._motor.doze(rest)
                self._fence()
        except Exception as error:
            self._change(plan.step_failed(position, clock.now(), as_failure(error)))
            raise
        self._change(plan.step_done(position, clock.now()))

    def _left(self, seconds: float) -> float:
        """Return what is left of *seconds* since the step in hand began, a restart or two ago perhaps."""
        return seconds - (self._floor.clock.now() - self._view().steps[-1].started).total_seconds()

    def _view(self) -> OrderView:
        return sure(lambda: self._floor.ledger.get(self.id))

    def _fence(self) -> None:
        plan.fenced(self.token)(self._view())

    def _change(self, transition: plan.Transition) -> None:
        sure(lambda: self._floor.ledger.change(self.id, plan.fenced(self.token, transition)))
