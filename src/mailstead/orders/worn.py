"""What is worn over a desk: all that its wearer does not do in another way goes to the desk below."""

import builtins
from collections.abc import Iterator

from .model import Inputs, Json, OrderView, Selection, Status
from .port import Desk


class WornDesk:
    """A Desk that hands on whatever it is asked."""

    def __init__(self, inner: Desk) -> None:
        self._inner = inner

    def start(self, kind: str, *, key: str, tenant: str, host: str | None, inputs: Inputs) -> str:
        return self._inner.start(kind, key=key, tenant=tenant, host=host, inputs=inputs)

    def admit(self, kind: str) -> None:
        self._inner.admit(kind)

    def cancel(self, order: str) -> OrderView:
        return self._inner.cancel(order)

    def retry(self, order: str) -> OrderView:
        return self._inner.retry(order)

    def send(self, order: str, event: str, value: Json = None) -> None:
        self._inner.send(order, event, value)

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
