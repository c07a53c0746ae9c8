"""Orders that wait for what may come by itself: with no place in the engine and no lease, tried again in a while."""

from dataclasses import replace
from datetime import datetime

from .model import OrderView, Outcome, Status
from .plan import Transition


def parked(waits_for: str, error: dict[str, str], resume_at: int, again: datetime) -> Transition:
    """Let the order wait, until *again* or a retry, before it goes on at position *resume_at*.

    Its step counts no attempt for that, and nobody may write the order meanwhile under a token given before.
    """
    sentence = f"{waits_for}: {error['message']}"

    def change(order: OrderView) -> OrderView:
        steps = tuple(
            replace(step, outcome=Outcome.RUNNING, ended=None, error=error, waits_for=sentence)
            if step.position == resume_at
            else step
            for step in order.steps
        )
        waiting = replace(order, status=Status.WAITING, waits_for=sentence, steps=steps)
        return replace(waiting, handed=False, token=0, resume_at=resume_at, again=again)

    return change


def overdue(now: datetime) -> Transition:
    """Let an order say that a call of its step is not answered; the answer, should it come, takes that back."""

    def change(order: OrderView) -> OrderView:
        step = order.steps[-1] if order.steps else None
        late = step and step.outcome is Outcome.RUNNING and step.due and step.due < now
        if not (step and late) or order.status is not Status.RUNNING:
            return order
        sentence = f"the answer to {step.name!r}, which should have come by {step.due:%Y-%m-%d %H:%M:%S} UTC"
        return replace(order, status=Status.WAITING, waits_for=sentence)

    return change
