"""The audit trail worn over the desk: whoever gives, cancels, retries or answers an order is written down first."""

import builtins
import os
import pwd
from collections.abc import Callable, Iterator
from typing import TypeVar

from mailstead.ground.errors import MailsteadError
from mailstead.orders.desk import as_json
from mailstead.orders.model import Inputs, Json, OrderView, Selection, Status
from mailstead.orders.plan import order_id
from mailstead.orders.port import Desk
from mailstead.security.audit import Act
from mailstead.security.audit_store import AuditTrail

T = TypeVar("T")


class AuditedDesk:
    """A Desk that tells the trail before it does what it is asked, and again when that was refused."""

    def __init__(self, inner: Desk, trail: AuditTrail) -> None:
        self._inner = inner
        self._trail = trail

    def start(self, kind: str, *, key: str, tenant: str, host: str | None, inputs: Inputs) -> str:
        details = {"kind": kind, "key": key, "host": host, "inputs": as_json(dict(inputs), "inputs")}
        act = Act("order.start", tenant, order_id(key), details)
        return self._told(act, lambda: self._inner.start(kind, key=key, tenant=tenant, host=host, inputs=inputs))

    def admit(self, kind: str) -> None:
        self._inner.admit(kind)

    def cancel(self, order: str) -> OrderView:
        return self._told(self._act("order.cancel", order), lambda: self._inner.cancel(order))

    def retry(self, order: str) -> OrderView:
        return self._told(self._act("order.retry", order), lambda: self._inner.retry(order))

    def send(self, order: str, event: str, value: Json = None) -> None:
        act = self._act("order.send", order, event=event)  # not the value: it may be anything
        return self._told(act, lambda: self._inner.send(order, event, value))

    def show(self, order: str) -> OrderView:
        return self._inner.show(order)

    def list(
        self, tenant: str | None = None, status: Status | None = None, limit: int = 100
    ) -> builtins.list[OrderView]:
        return self._inner.list(tenant, status, limit)

    def select(self, selection: Selection) -> builtins.list[OrderView]:
        return self._inner.select(selection)

    def wait(self, order: str, timeout_s: float) -> OrderView:
        return self._inner.wait(order, timeout_s)

    def watch(self, order: str) -> Iterator[OrderView]:
        return self._inner.watch(order)

    def _act(self, action: str, order: str, **details: Json) -> Act:
        view = self._inner.show(order)
        return Act(action, view.tenant, order, {"kind": view.kind, **details})

    def _told(self, act: Act, do: Callable[[], T]) -> T:
        self._trail.note(act)
        try:
            return do()
        except MailsteadError as error:
            self._trail.note(Act(f"{act.action}.refused", act.tenant, act.subject, {"code": error.code}))
            raise


def this_user() -> str:
    """Return the operating system's user behind this process, as the trail names it."""
    try:
        return f"os:{pwd.getpwuid(os.geteuid()).pw_name}"
    except KeyError:
        return f"os:{os.geteuid()}"
