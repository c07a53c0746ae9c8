"""Orders: a list, one of them, and how it goes."""

from starlette.responses import Response

from mailstead.orders.model import Status
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit, at

from .live import follow

MOST = 50


def orders(visit: Visit) -> Response:
    status, after = visit.query("status"), visit.query("after")
    known = Status(status) if status in list(Status) else None
    found = visit.access.orders.page(status=known, after=after, limit=MOST + 1)
    more = at("/orders", status=status, after=found[MOST - 1].id) if found[MOST:] else ""
    return visit.show("pages/orders/page.html", orders=found[:MOST], status=status, more=more)


def of_tenant(visit: Visit, tenant: str) -> Response:
    found = visit.access.orders.page(tenant=tenant, limit=MOST)
    return visit.show("pages/orders/of_tenant.html", **frame(visit, tenant), orders=found)


def order(visit: Visit, order: str) -> Response:
    return visit.show("pages/orders/order.html", order=visit.access.orders.get(order))


def retry(visit: Visit, order: str) -> Response:
    visit.access.orders.retry(order)
    return visit.done(f"/orders/{order}", visit.text("It goes on from where it stopped."))


def cancel(visit: Visit, order: str) -> Response:
    visit.access.orders.cancel(order)
    return visit.done(f"/orders/{order}", visit.text("It is cancelled; the step in hand runs out first."))


PAGES = (
    Page("GET", "/orders", orders),
    Page("GET", "/tenants/{tenant}/orders", of_tenant),
    Page("GET", "/orders/{order}", order),
    Page("GET", "/orders/{order}/live", follow),
    Page("POST", "/orders/{order}/retry", retry, form=order),
    Page("POST", "/orders/{order}/cancel", cancel, form=order),
)
