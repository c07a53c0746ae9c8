"""The audit trail: of all that one may see, or of one tenant."""

from starlette.responses import Response

from mailstead.security.audit import AuditEntry
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit, at

MOST = 100


def audit(visit: Visit) -> Response:
    entries, more = _page(visit, "/audit", None)
    return visit.show("pages/audit/page.html", entries=entries, more=more)


def of_tenant(visit: Visit, tenant: str) -> Response:
    entries, more = _page(visit, f"/tenants/{tenant}/audit", tenant)
    return visit.show("pages/audit/of_tenant.html", **frame(visit, tenant), entries=entries, more=more)


def _page(visit: Visit, path: str, tenant: str | None) -> tuple[list[AuditEntry], str]:
    """Return a page of entries, and where the older ones are."""
    before = visit.query("before")
    known = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    found = visit.access.audit.page(tenant=tenant, before=known, limit=MOST + 1)
    more = at(path, before=found[MOST - 1].sequence) if found[MOST:] else ""
    return found[:MOST], more


PAGES = (
    Page("GET", "/audit", audit),
    Page("GET", "/tenants/{tenant}/audit", of_tenant),
)
