"""One mail of a backup, as plain text. The trail is told that it was opened."""

from collections.abc import Iterator

from starlette.responses import Response

from mailstead.ground.errors import NotFound
from mailstead.salvage.model import Choice
from mailstead.salvage.packing import Form
from mailstead.web.pages.backups.asked import number_of
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit

from .letter import RAW_MOST, letter_of


def letter(visit: Visit, tenant: str) -> Response:
    shown = frame(visit, tenant)
    number, address, guid = number_of(visit.query("snapshot")), visit.query("address"), visit.query("id")
    if not guid:
        raise NotFound("no mail is named", field="id", value="", remedy="choose one of a list")
    pieces = visit.access.salvage.download(tenant, Choice(number, address, guids=(guid,)), Form.EML)
    raw, whole = _beginning(pieces)
    template = "pages/backed_mail/letter.html"
    return visit.show(template, **shown, letter=letter_of(raw, whole=whole), number=number, address=address, guid=guid)


def _beginning(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Return the first bytes of a mail, and whether that is all of it."""
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > RAW_MOST:
            return bytes(content[:RAW_MOST]), False
    return bytes(content), True
