"""Many mailboxes from a CSV file: looked at first, with a word on every line that cannot be taken; all or none."""

from functools import partial

from starlette.responses import Response

from mailstead.ground.errors import InvalidInput
from mailstead.lifecycle.imports import parse_mailboxes
from mailstead.people.model import Right
from mailstead.web.page import MIB, Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit

from .previewing import preview_of

MOST_BYTES = 4 * MIB


def ask(visit: Visit, tenant: str) -> Response:
    visit.who.demand(Right.MAIL_WRITE)
    return visit.show("pages/mailboxes/import.html", **frame(visit, tenant), preview=None, made=None, order="")


def look(visit: Visit, tenant: str) -> Response:
    """Show what would be added; nothing is."""
    visit.who.demand(Right.MAIL_WRITE)
    shown = frame(visit, tenant)
    text = _text(visit)
    preview = preview_of(text, shown["tenant"])
    return visit.show("pages/mailboxes/import.html", **shown, preview=preview, csv=text, made=None, order="")


def add_all(visit: Visit, tenant: str) -> Response:
    read = partial(parse_mailboxes, _text(visit).encode(), "mailboxes.csv")
    given = visit.access.mailboxes.import_rows(tenant, read)
    made = {address: password.reveal_text() for address, password in given.passwords.items()}
    if made:
        shown = frame(visit, tenant)
        return visit.show("pages/mailboxes/import.html", **shown, preview=None, made=made, order=given.order.id)
    text = visit.text("The mailboxes are being added.")
    return visit.done(f"/tenants/{tenant}/mailboxes", text, link=f"/orders/{given.order.id}")


def _text(visit: Visit) -> str:
    text = visit.form.get("file", "") or visit.form.get("csv", "")
    if not text.strip():
        raise InvalidInput("there are no lines", field="file", remedy="choose a file, or paste its lines")
    return text


_AT = "/tenants/{tenant}/mailboxes"
IMPORTS = (
    Page("GET", f"{_AT}/import", ask),
    Page("POST", f"{_AT}/preview", look, form=ask, most_bytes=MOST_BYTES),
    Page("POST", f"{_AT}/import", add_all, form=ask, most_bytes=MOST_BYTES),
)
