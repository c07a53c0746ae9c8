"""The list of tenants, by name and standing."""

from starlette.responses import Response

from mailstead.tenants.model import Status
from mailstead.web.page import Page
from mailstead.web.visit import Visit, at

from .bulk import BULK

MOST = 50


def tenants(visit: Visit) -> Response:
    search, status, after = visit.query("search"), visit.query("status"), visit.query("after")
    known = Status(status) if status in list(Status) else None
    found = visit.access.tenants.overview(after=after, limit=MOST + 1, search=search, status=known)
    shown, more = found[:MOST], len(found) > MOST
    return visit.show(
        "pages/tenants/page.html",
        tenants=shown,
        health=_health(visit, [tenant.name for tenant in shown]),
        search=search,
        status=status,
        after=after,
        first=at("/tenants", search=search, status=status),
        more=at("/tenants", search=search, status=status, after=shown[-1].name) if more else "",
    )


def _health(visit: Visit, names: list[str]) -> dict[str, str]:
    """Return how the latest order of a tenant stands, where that is worth telling."""
    if not visit.may("orders:read"):
        return {}
    latest = {order.tenant: order.status for order in reversed(visit.access.orders.page(limit=200))}
    told = {"failed", "running", "queued", "waiting"}
    return {name: latest[name].value for name in names if name in latest and latest[name].value in told}


PAGES = (Page("GET", "/tenants", tenants), *BULK)
