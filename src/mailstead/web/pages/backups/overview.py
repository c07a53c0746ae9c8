"""Backups of all tenants that one may see: whoever is in trouble first, then all by name; and where backups lie."""

from starlette.responses import Response

from mailstead.web.page import Page
from mailstead.web.visit import Visit, at

from .seen import Line, line

MOST = 50
AHEAD = 20  # of those in trouble, told above the list
FIRST = 8  # of them, told on the first page


def overview(visit: Visit) -> Response:
    search, after = visit.query("search"), visit.query("after")
    found = visit.access.backups.page(after=after, limit=MOST + 1, search=search)
    last = found[MOST - 1].tenant if found[MOST:] else ""
    return visit.show(
        "pages/backups/overview.html",
        lines=[line(view) for view in found[:MOST]],
        troubled=[] if search or after else _troubled(visit, AHEAD),
        search=search,
        more=at("/backups", search=search, after=last) if last else "",
    )


def troubled(visit: Visit) -> Response:
    """Answer with a part of the first page: who needs attention."""
    return visit.show("pages/backups/troubled.html", troubled=_troubled(visit, FIRST))


def targets(visit: Visit) -> Response:
    return visit.show("pages/backups/targets.html", targets=visit.access.platform.backup_targets())


def _troubled(visit: Visit, most: int) -> list[Line]:
    return [line(view) for view in visit.access.backups.troubled(most)]


OVERVIEW = (
    Page("GET", "/backups", overview),
    Page("GET", "/backups/targets", targets),
    Page("GET", "/backups/troubled", troubled),
)
