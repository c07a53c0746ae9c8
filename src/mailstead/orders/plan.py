"""What follows from what: every change of an order as a pure function, and whose turn it is."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

from mailstead.ground.errors import Cancelled, LostLease

from .model import (
    KeyReused,
    Limits,
    NotRetryable,
    OrderView,
    Outcome,
    Status,
    StepView,
    Stopped,
    UnknownKind,
    UnknownStep,
)

Transition: TypeAlias = Callable[[OrderView], OrderView]


def order_id(key: str) -> str:
    """Return the id of the order that *key* names.

    >>> order_id("onboard:acme:1")
    'o6051ce0da5cc'
    """
    return "o" + sha256(key.encode()).hexdigest()[:12]


def refuse_reuse(asked: OrderView, there: OrderView) -> None:
    """Raise KeyReused if the order *there* is another one than the one *asked* for."""
    if (asked.kind, asked.tenant) != (there.kind, there.tenant):
        raise KeyReused(
            f"the key {asked.key!r} belongs to order {there.id} ({there.kind} {there.tenant})",
            field="key",
            value=asked.key,
            remedy="give a key of its own to each order",
        )


def due(open_orders: Iterable[OrderView], now: datetime) -> list[OrderView]:
    """Return the orders to hand over now: the heads of their tenants' lines, lowest number first."""
    heads: dict[str, OrderView] = {}
    for order in sorted(open_orders, key=lambda order: order.sequence):
        heads.setdefault(order.tenant, order)
    return [order for order in heads.values() if not order.handed and (order.again is None or order.again <= now)]


def fitting(orders: Iterable[OrderView], handed: Iterable[OrderView], limits: Limits) -> list[OrderView]:
    """Return those of *orders* for which there is a place beside the orders *handed* over already."""
    used: dict[str, int] = {}
    for order in handed:
        used[Limits.line(order.host)] = used.get(Limits.line(order.host), 0) + 1
    chosen = []
    for order in orders:
        line = Limits.line(order.host)
        if used.get(line, 0) < limits.of(order.host):
            used[line] = used.get(line, 0) + 1
            chosen.append(order)
    return chosen


def unknown_kind(kind: str) -> UnknownKind:
    return UnknownKind(
        f"nothing is known about orders of kind {kind!r}",
        field="kind",
        value=kind,
        remedy="carry it out with the release of mailstead that ordered it",
    )


def unknown_step(position: int, recorded: str, expected: str) -> UnknownStep:
    return UnknownStep(
        f"step {position} was {recorded!r} when this order began, and is {expected!r} in this release",
        field="step",
        value=recorded,
        remedy="let the release that began it finish it, or cancel it and order anew",
    )


def cancelled(now: datetime) -> Transition:
    """Cancel an order that is open; one that has ended stays as it is."""

    def change(order: OrderView) -> OrderView:
        if not order.status.is_open:
            return order
        error = Cancelled("the order was cancelled", remedy=f"mailstead order retry {order.id}").as_dict()
        return replace(order, status=Status.CANCELLED, ended=now, waits_for="", error=error)

    return change


def retried(number: int, now: datetime) -> Transition:
    """Put a failed or cancelled order at the end of its line, let a parked one try now; else raise NotRetryable."""

    def change(order: OrderView) -> OrderView:
        if order.is_parked:
            return replace(order, again=now)
        if order.status not in {Status.FAILED, Status.CANCELLED}:
            raise NotRetryable(
                f"order {order.id} is {order.status}",
                field="order",
                value=order.id,
                remedy="only an order that failed, was cancelled or waits for room can be retried",
            )
        queued = replace(order, status=Status.QUEUED, sequence=number, ended=None, error=None)
        return replace(queued, handed=False, token=0, again=None)

    return change


def sent(event: str, value: object) -> Transition:
    return lambda order: replace(order, events={**order.events, event: value})


def handed_over(order: OrderView) -> OrderView:
    return replace(order, handed=True)


def taken_back(order: OrderView) -> OrderView:
    return replace(order, handed=False)


def waiting_for(reason: str) -> Transition:
    """Say what an order waits for before it can begin; raise Stopped if it was cancelled meanwhile."""

    def change(order: OrderView) -> OrderView:
        if not order.status.is_open:
            raise Stopped
        return replace(order, status=Status.WAITING, waits_for=reason)

    return change


def begun(token: int, now: datetime) -> Transition:
    """Make the holder of *token* the one that may write this order; raise Stopped if it is not open."""

    def change(order: OrderView) -> OrderView:
        if not order.status.is_open or token < order.token:
            raise Stopped
        started = order.started or now
        running = replace(order, status=Status.RUNNING, handed=True, waits_for="")
        return replace(running, token=token, started=started, resume_at=None, again=None)

    return change


def fenced(token: int, change: Transition = lambda order: order) -> Transition:
    """Wear the fence over *change*: raise Stopped if another execution owns the order or it has ended."""

    def guarded(order: OrderView) -> OrderView:
        if order.token != token or not order.status.is_open:
            raise Stopped
        return change(order)

    return guarded


def still_owned(order: OrderView, token: int) -> None:
    """Raise Cancelled or LostLease if the execution with *token* must not act any more."""
    if order.status is Status.CANCELLED:
        raise Cancelled(f"order {order.id} was cancelled", remedy=f"mailstead order retry {order.id}")
    if order.token != token or not order.status.is_open:
        raise LostLease(f"order {order.id} is being carried out elsewhere", field="order", value=order.id)


def expecting(number: int) -> Transition:
    return lambda order: replace(order, total_steps=number)


def done(now: datetime) -> Transition:
    return lambda order: replace(order, status=Status.DONE, ended=now, waits_for="", handed=False)


def failed(now: datetime, error: dict[str, str], resume_at: int) -> Transition:
    """End the order with *error*; a retry goes back to position *resume_at*."""

    def change(order: OrderView) -> OrderView:
        ended = replace(order, status=Status.FAILED, ended=now, waits_for="", handed=False)
        return replace(ended, error=error, resume_at=resume_at)

    return change


def settled(seen: OrderView, end: Transition) -> Transition:
    """Apply *end* unless the order has changed since it was *seen*."""
    return lambda order: end(order) if order == seen else order


def step_began(
    position: int, name: str, now: datetime, *, waits_for: str = "", due: datetime | None = None
) -> Transition:
    """Note a step's beginning. One that a crash interrupted keeps its time; later ones of an older run go."""

    def change(order: OrderView) -> OrderView:
        before = tuple(step for step in order.steps if step.position < position)
        same = [step for step in order.steps if (step.position, step.name) == (position, name)]
        fresh = StepView(position, name, now, waits_for=waits_for, due=due)
        if same and same[0].outcome is Outcome.RUNNING:
            fresh = replace(same[0], waits_for=waits_for, due=due)
        status = Status.WAITING if waits_for else Status.RUNNING
        return replace(order, steps=(*before, fresh), status=status, waits_for=waits_for)

    return change


def step_tried(position: int, attempts: int, error: dict[str, str]) -> Transition:
    """Note that an attempt failed and that another one will follow."""
    return _step(position, lambda step: replace(step, attempts=attempts + 1, error=error))


def step_done(position: int, now: datetime) -> Transition:
    return _step(position, lambda step: replace(step, outcome=Outcome.DONE, ended=now, error=None, waits_for=""))


def step_failed(position: int, now: datetime, error: dict[str, str]) -> Transition:
    return _step(position, lambda step: replace(step, outcome=Outcome.FAILED, ended=now, error=error, waits_for=""))


def _step(position: int, change: Callable[[StepView], StepView]) -> Transition:
    def changed(order: OrderView) -> OrderView:
        steps = tuple(change(step) if step.position == position else step for step in order.steps)
        return replace(order, steps=steps, status=Status.RUNNING, waits_for="")

    return changed
