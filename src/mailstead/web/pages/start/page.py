"""The first page: what failed, what waits, which host is not well; then how much there is."""

from dataclasses import dataclass

from starlette.responses import Response

from mailstead.orders.model import OrderView, Status
from mailstead.tenants.model import Status as Standing
from mailstead.web.page import Page
from mailstead.web.pages.hosts.page import shown_hosts
from mailstead.web.pages.hosts.seen import Shown
from mailstead.web.visit import Visit, at

MOST = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that leads to what it counts."""

    value: int
    text: str
    link: str


def start(visit: Visit) -> Response:
    if visit.who.mailbox:
        return visit.done("/mailbox")
    latest = _orders(visit)
    return visit.show(
        "pages/start/page.html",
        failed=_unmended(visit),
        waiting=_orders(visit, Status.WAITING),
        hosts=_unwell(visit),
        latest=latest,
        quarantined=visit.may("platform:read") and visit.access.platform.get().quarantine,
        figures=_figures(visit),
        nothing_yet=not latest and not _tenants(visit),
    )


def _orders(visit: Visit, status: Status | None = None) -> list[OrderView]:
    return visit.access.orders.page(status=status, limit=MOST) if visit.may("orders:read") else []


def _unmended(visit: Visit) -> list[OrderView]:
    """Return failed orders that no later order for the same tenant has made up for."""
    return [
        order
        for order in _orders(visit, Status.FAILED)
        if not any(
            later.sequence > order.sequence and later.status is Status.DONE
            for later in visit.access.orders.page(tenant=order.tenant, limit=5)
        )
    ]


def _unwell(visit: Visit) -> list[Shown]:
    return [host for host in shown_hosts(visit) if host.state != "on"] if visit.may("hosts:read") else []


def _tenants(visit: Visit) -> bool:
    return bool(visit.access.tenants.overview(limit=1)) if visit.may("tenants:read") else False


def _figures(visit: Visit) -> list[Figure]:
    if not visit.may("tenants:read"):
        return []
    texts = {
        Standing.ACTIVE: visit.text("tenants in service"),
        Standing.SUSPENDED: visit.text("suspended"),
        Standing.REMOVED: visit.text("removed, data kept"),
    }
    counts = visit.access.tenants.counts()
    return [Figure(counts.get(status, 0), text, at("/tenants", status=status)) for status, text in texts.items()]


PAGES = (Page("GET", "/", start, whose="all"),)
