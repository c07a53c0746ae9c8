"""A tenant's network as a picture: who reaches its machine, and over what."""

from starlette.responses import Response

from mailstead.ground.errors import NotFound
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit


def network(visit: Visit, tenant: str) -> Response:
    shown = frame(visit, tenant)
    try:
        segment = visit.access.segments.get(tenant).segment
    except NotFound:
        segment = None
    return visit.show("pages/network/page.html", **shown, segment=segment)


PAGES = (Page("GET", "/tenants/{tenant}/network", network),)
