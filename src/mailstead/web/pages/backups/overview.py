"""Backups of all tenants that one may see: whoever is in trouble first, then all by name; and where backups lie."""

from starlette.responses import Response

from mailstead.people.model import Right
from mailstead.web.page import Page
from mailstead.web.visit import Visit, at

from .seen import Line, line

MOST = 50
AHEAD = 20  # of those in trouble, told above the list


def overview(visit: Visit) -> Response:
    search, after = visit.query("search"), visit.query("after")
    found = visit.access.backups.page(after=after, limit=MOST + 1, search=search)
    last = found[MOST - 1].tenant if found[MOST:] else ""
    return visit.show(
        "pages/backups/overview.html",
        lines=[line(view) for view in found[:MOST]],
        troubled=[] if search or after else troubled(visit, AHEAD),
        search=search,
        more=at("/backups", search=search, after=last) if last else "",
    )


def troubled(visit: Visit, most: int) -> list[Line]:
    """Return who needs attention, whoever waits longest first; of whom one may see nothing: nobody."""
    if not visit.may(Right.MACHINES_READ):
        return []
    return [line(view) for view in visit.access.backups.troubled(most)]


def targets(visit: Visit) -> Response:
    return visit.show("pages/backups/targets.html", targets=visit.access.platform.backup_targets())


OVERVIEW = (
    Page("GET", "/backups", overview),
    Page("GET", "/backups/targets", targets),
)
