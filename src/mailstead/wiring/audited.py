"""The audit trail worn over the desk: whoever gives, cancels, retries or answers an order is written down first."""

import os
import pwd

from mailstead.orders.desk import as_json
from mailstead.orders.model import Inputs, Json, OrderView
from mailstead.orders.plan import order_id
from mailstead.orders.port import Desk
from mailstead.orders.worn import WornDesk
from mailstead.security.audit import Act
from mailstead.security.audit_store import AuditTrail


class AuditedDesk(WornDesk):
    """A Desk that tells the trail before it does what it is asked, and again when that was refused."""

    def __init__(self, inner: Desk, trail: AuditTrail) -> None:
        super().__init__(inner)
        self._trail = trail

    def start(self, kind: str, *, key: str, tenant: str, host: str | None, inputs: Inputs) -> str:
        details = {"kind": kind, "key": key, "host": host, "inputs": as_json(dict(inputs), "inputs")}
        act = Act("order.start", tenant, order_id(key), details)
        return self._trail.telling(
            act, lambda: self._inner.start(kind, key=key, tenant=tenant, host=host, inputs=inputs)
        )

    def cancel(self, order: str) -> OrderView:
        return self._trail.telling(self._act("order.cancel", order), lambda: self._inner.cancel(order))

    def retry(self, order: str) -> OrderView:
        return self._trail.telling(self._act("order.retry", order), lambda: self._inner.retry(order))

    def send(self, order: str, event: str, value: Json = None) -> None:
        act = self._act("order.send", order, event=event)  # not the value: it may be anything
        self._trail.telling(act, lambda: self._inner.send(order, event, value))

    def _act(self, action: str, order: str, **details: Json) -> Act:
        view = self.show(order)
        return Act(action, view.tenant, order, {"kind": view.kind, **details})


def this_user() -> str:
    """Return the operating system's user behind this process, as the trail names it."""
    try:
        return f"os:{pwd.getpwuid(os.geteuid()).pw_name}"
    except KeyError:
        return f"os:{os.geteuid()}"
