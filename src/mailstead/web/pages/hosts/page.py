"""The platform's hosts: what each has, and whether there is anything the matter with it."""

from starlette.responses import Response

from mailstead.web.page import Page
from mailstead.web.visit import Visit

from .caring import CARE
from .seen import Shown, shown


def hosts(visit: Visit) -> Response:
    return visit.show("pages/hosts/page.html", hosts=shown_hosts(visit))


def shown_hosts(visit: Visit) -> list[Shown]:
    """Return all hosts as they stand. Raises Forbidden."""
    return [shown(host) for host in visit.access.hosts.all()]


PAGES = (Page("GET", "/hosts", hosts), *CARE)
