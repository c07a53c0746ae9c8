"""The desk over any ledger: what a command line or an API needs, without a worker in the process."""

import builtins
import json
from collections.abc import Callable, Iterator

from mailstead.ground.clock import Clock, Deadline

from . import plan
from .model import Inputs, Json, NotJson, OrderView, Selection, Status
from .port import Ledger

POLL_S = 0.1


class LedgerDesk:
    """Takes orders into the ledger and reads them from there; the worker finds them by itself."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def start(self, kind: str, *, key: str, tenant: str, host: str | None, inputs: Inputs) -> str:
        self.admit(kind)
        order = OrderView(
            id=plan.order_id(key),
            key=key,
            kind=kind,
            tenant=tenant,
            host=host,
            inputs=as_json(dict(inputs), "inputs"),
            sequence=0,
            created=self._clock.now(),
        )
        there = self._ledger.add(order)
        plan.refuse_reuse(order, there)
        self._poke()
        return there.id

    def admit(self, kind: str) -> None:
        """Raise DiskNearlyFull when no order of *kind* can be taken now: an engine knows, a mere desk does not."""

    def cancel(self, order: str) -> OrderView:
        return self._change(order, plan.cancelled(self._clock.now()))

    def retry(self, order: str) -> OrderView:
        return self._change(order, plan.retried(self._ledger.next_number(), self._clock.now()))

    def send(self, order: str, event: str, value: Json = None) -> None:
        self._change(order, plan.sent(event, as_json(value, event)))

    def show(self, order: str) -> OrderView:
        return self._ledger.get(order)

    def list(self, tenant: str | None = None, status: Status | None = None, limit: int = 100) -> list[OrderView]:
        return self._ledger.list(tenant, status, limit)

    def select(self, selection: Selection) -> builtins.list[OrderView]:
        return self._ledger.select(selection)

    def wait(self, order: str, timeout_s: float) -> OrderView:
        deadline = Deadline(self._clock, timeout_s)
        view = self.show(order)
        while view.status.is_open and deadline.remaining_s > 0:
            if not self._idle(min(POLL_S, deadline.remaining_s)):
                break
            view = self.show(order)
        return self.show(order)

    def watch(self, order: str) -> Iterator[OrderView]:
        last = self.show(order)
        yield last
        while last.status.is_open and self._idle(POLL_S):
            view = self.show(order)
            if view != last:
                yield view
            last = view

    def _change(self, order: str, transition: Callable[[OrderView], OrderView]) -> OrderView:
        view = self._ledger.change(order, transition)
        self._poke()
        return view

    def _poke(self) -> None:
        """Tell a worker in this process, if there is one, that there is something to do."""

    def _idle(self, seconds: float) -> bool:
        """Let time pass; false: nothing more will happen by itself."""
        self._clock.sleep(seconds)
        return True


def as_json(value: object, what: str) -> Json:
    """Return *value* as it will be read again; raise NotJson naming *what* it was."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise NotJson(
            f"{what}: {type(value).__name__} cannot be kept as JSON",
            field=what,
            remedy="return plain texts, numbers, lists and mappings",
        ) from error
