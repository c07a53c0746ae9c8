"""Mailboxes, folders and mails of a backup, or of all of them."""

from dataclasses import dataclass

from starlette.responses import Response

from mailstead.backup.model import Snapshot
from mailstead.ground.errors import MailsteadError
from mailstead.protection.errors import NotProtected
from mailstead.salvage.errors import NoBackupThen, NotInBackup
from mailstead.salvage.model import Hits, Room
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit

from .asked import Asked, asked
from .giving import GIVING
from .reading import letter

MOST = 50


@dataclass(frozen=True, slots=True)
class Look:
    """What a look into backups found: where, the rooms there, and the mails; or why there is nothing to be seen."""

    snapshot: Snapshot | None = None
    rooms: tuple[Room, ...] = ()
    hits: Hits | None = None
    trouble: MailsteadError | None = None


def mails(visit: Visit, tenant: str) -> Response:
    shown, wanted = frame(visit, tenant), asked(visit)
    look = _look(visit, tenant, wanted)
    return visit.show(
        "pages/backed_mail/page.html",
        **shown,
        asked=wanted,
        found=look,
        versions=_versions(visit, tenant),
        more=_more(tenant, wanted, look.hits),
    )


def _versions(visit: Visit, tenant: str) -> list[Snapshot]:
    """Return the backups to choose from, the newest first; none where nothing is kept."""
    try:
        return visit.access.salvage.versions(tenant)[::-1]
    except NotProtected:
        return []


def _look(visit: Visit, tenant: str, wanted: Asked) -> Look:
    look = Look()
    try:
        snapshot, rooms = visit.access.salvage.rooms(tenant, wanted.moment, wanted.address)
        look = Look(snapshot, tuple(rooms))
    except (NoBackupThen, NotInBackup, NotProtected) as error:
        if not wanted.everywhere:
            return Look(trouble=error)
    return Look(look.snapshot, look.rooms, _hits(visit, tenant, wanted)) if wanted.looks else look


def _hits(visit: Visit, tenant: str, wanted: Asked) -> Hits:
    salvage = visit.access.salvage
    if wanted.everywhere:
        return salvage.search_all(tenant, wanted.address, wanted.query, MOST)
    return salvage.search(tenant, wanted.address, wanted.query, wanted.moment, MOST)


def _more(tenant: str, wanted: Asked, hits: Hits | None) -> str:
    """Return where the next page is: from when the last mail arrived on. Of one moment alone there is no other."""
    if hits is None or not hits.more or not wanted.in_order:
        return ""
    first, last = hits.hits[0].message.arrived, hits.hits[-1].message.arrived
    return wanted.path(tenant, behind=last) if last > first else ""


_AT = "/tenants/{tenant}/backups/mail"
PAGES = (
    Page("GET", _AT, mails),
    Page("GET", f"{_AT}/letter", letter),
    *GIVING,
)
