"""Orders, as one caller may see and steer them."""

from mailstead.ground.errors import NotFound
from mailstead.orders.model import OrderView, Selection, Status
from mailstead.people.model import Right

from .asking import Asking


class OrderAccess:
    """The orders for tenants in the caller's scope."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def page(
        self,
        *,
        tenant: str | None = None,
        status: Status | None = None,
        after: str = "",
        limit: int = 50,
    ) -> list[OrderView]:
        """Return up to *limit* orders, the newest first, older than the order *after*. Raises NotFound."""
        self._asking.demand(Right.ORDERS_READ)
        if tenant is not None:
            self._asking.tenants.get(tenant)
        before = self._mine(after).sequence if after else None
        selection = Selection(self._asking.caller.scope, tenant, status, before, limit)
        return [self._asking.shown(order) for order in self._asking.running.desk.select(selection)]

    def get(self, order: str) -> OrderView:
        """Return one order with its steps; raise NotFound, also for one out of scope."""
        self._asking.demand(Right.ORDERS_READ)
        return self._asking.shown(self._mine(order))

    def cancel(self, order: str) -> OrderView:
        """Cancel an open order; the step in hand runs out first. Raises NotFound."""
        self._asking.demand(Right.ORDERS_WRITE)
        self._mine(order)
        return self._asking.shown(self._asking.running.desk.cancel(order))

    def retry(self, order: str) -> OrderView:
        """Go on with a failed or cancelled order. Raises NotFound, NotRetryable."""
        self._asking.demand(Right.ORDERS_WRITE)
        self._mine(order)
        return self._asking.shown(self._asking.running.desk.retry(order))

    def _mine(self, order: str) -> OrderView:
        try:
            view = self._asking.running.desk.show(order)
        except NotFound as error:
            raise _missing(order) from error
        if not self._asking.caller.scope.admits(view.tenant):
            raise _missing(order)
        return view


def _missing(order: str) -> NotFound:
    return NotFound(f"there is no order {order}", field="order", value=order, remedy="list those there are")
