"""A tenant's backups: which there are, when the next is due, and what is done to them."""

from typing import Any

from starlette.responses import Response

from mailstead.access.backups import BackupView
from mailstead.ground.errors import Denied, MailsteadError
from mailstead.orders.model import OrderView
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit

from .acting import ACTS
from .overview import OVERVIEW
from .restoring import RESTORING
from .seen import line, size_mib, unfinished

LATEST = 50  # orders, among which a restore that came to no end is looked for


def backups(visit: Visit, tenant: str) -> Response:
    shown = frame(visit, tenant)
    view = visit.access.backups.get(tenant)
    return visit.show(
        "pages/backups/page.html",
        **shown,
        **_kept(visit, tenant),
        line=line(view),
        view=view,
        size_mib=size_mib,
        unfinished=_unfinished(visit, tenant),
        second=_second(visit, view.target),
    )


def _kept(visit: Visit, tenant: str) -> dict[str, Any]:
    """Return what is kept, the newest first; why that cannot be told where the target is silent, or there is none."""
    found: list[BackupView] = []
    try:
        found = visit.access.backups.all(tenant)
    except Denied:
        raise
    except MailsteadError as error:
        return {"kept": found, "without": error}
    return {"kept": found[::-1], "without": None}


def _unfinished(visit: Visit, tenant: str) -> list[OrderView]:
    return unfinished(visit.access.orders.page(tenant=tenant, limit=LATEST)) if visit.may("orders:read") else []


def _second(visit: Visit, target: str) -> str:
    """Return the target of the second copy, where one is told of targets."""
    known = {one.name: one.second for one in visit.running.platform.backup_target}
    return known.get(target) or ""


_AT = "/tenants/{tenant}/backups"
PAGES = (
    *OVERVIEW,
    Page("GET", _AT, backups),
    *(Page("POST", f"{_AT}/{path}", act, form=backups) for path, act in ACTS.items()),
    *RESTORING,
)
