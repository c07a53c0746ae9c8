"""Orders on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

from fastapi import Response
from pydantic import Field

from mailstead.api.settings import PREFIX
from mailstead.orders.model import OrderView, Outcome, StepView

from .parts import Shown, behind

OrderStatus = Literal["queued", "running", "waiting", "done", "failed", "cancelled"]


class StepOut(Shown):
    """One step of an order."""

    name: str = Field(examples=["start machine"])
    outcome: Outcome
    attempts: int
    started: datetime
    ended: datetime | None
    waits_for: str = Field(description="Empty: for nothing.")
    error: dict[str, str] | None = Field(description="Code, message, and whichever of field, value, remedy are known.")

    @classmethod
    def of(cls, step: StepView) -> Self:
        return cls(
            name=step.name,
            outcome=step.outcome,
            attempts=step.attempts,
            started=step.started,
            ended=step.ended,
            waits_for=step.waits_for,
            error=step.error,
        )


class ProgressOut(Shown):
    """Bytes moved, and of how many."""

    done: int
    total: int


class OrderOut(Shown):
    """A durable piece of work, as it stands."""

    id: str = Field(examples=["o6051ce0da5cc"])
    kind: str = Field(examples=["settle"])
    tenant: str = Field(examples=["acme"])
    host: str | None = Field(description="Told to operators alone.")
    status: OrderStatus
    created: datetime
    started: datetime | None
    ended: datetime | None
    steps_done: int
    total_steps: int | None
    waits_for: str = Field(description="Empty: for nothing.")
    error: dict[str, str] | None = Field(description="What it failed with: code, message, remedy.")
    steps: list[StepOut]
    progress: ProgressOut | None = Field(description="How many bytes the step in hand has moved, if it tells.")
    report: dict[str, Any] = Field(description="What came of it so far, for kinds that tell.")

    @classmethod
    def of(cls, order: OrderView) -> Self:
        return cls(
            progress=ProgressOut(done=order.progress[0], total=order.progress[1]) if order.progress else None,
            report=order.report,
            id=order.id,
            kind=order.kind,
            tenant=order.tenant,
            host=order.host,
            status=order.status.value,
            created=order.created,
            started=order.started,
            ended=order.ended,
            steps_done=order.steps_done,
            total_steps=order.total_steps,
            waits_for=order.waits_for,
            error=order.error,
            steps=[StepOut.of(step) for step in order.steps],
        )


class OrderPage(Shown):
    """Orders, the newest first."""

    items: list[OrderOut]
    next: str | None = Field(description="What to send as `after` for the next page; null: this was the last.")

    @classmethod
    def of(cls, orders: Sequence[OrderView], limit: int) -> Self:
        return cls(items=[OrderOut.of(order) for order in orders], next=behind(orders, limit, lambda order: order.id))


def accepted(response: Response, order: OrderView) -> OrderOut:
    """Say where the order can be followed, and show it."""
    response.headers["Location"] = f"{PREFIX}/orders/{order.id}"
    return OrderOut.of(order)
