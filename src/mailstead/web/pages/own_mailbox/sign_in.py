"""The way in for mailbox users: a door of its own (decision 0193)."""

from starlette.responses import Response

from mailstead.people.session import Admission
from mailstead.security.model import Secret
from mailstead.web import cookies
from mailstead.web.page import Page
from mailstead.web.returning import safe_path
from mailstead.web.visit import Visit

HOME = "/mailbox"


def sign_in(visit: Visit) -> Response:
    return visit.show("pages/own_mailbox/sign_in.html", next=_next(visit))


def by_password(visit: Visit) -> Response:
    address, password = visit.form.get("address", "").strip(), Secret.of(visit.form.get("password", ""))
    return admitted(visit, visit.people.mailboxes.by_password(address, password, visit.visitor))


def sign_out(visit: Visit) -> Response:
    visit.people.mailboxes.end(visit.session_cookie, visit.visitor)
    response = visit.done("/mailbox/sign-in", visit.text("You are signed out."))
    cookies.take(response, cookies.SESSION)
    return response


def admitted(visit: Visit, admission: Admission, text: str = "") -> Response:
    """Give the browser its new session, with the browser's time zone where none was chosen."""
    response = visit.done(_next(visit), text)
    cookies.give(response, cookies.SESSION, admission.cookie.reveal_text())
    if visit.look.zone == "UTC":
        look = visit.look.changed(zone=visit.form.get("zone", ""))
        cookies.give(response, cookies.LOOK, str(look), lasts_s=cookies.YEAR_S)
    return response


def _next(visit: Visit) -> str:
    wanted = safe_path(visit.form.get("next") or visit.query("next"))
    return wanted if wanted.startswith(f"{HOME}/") else HOME


PAGES = (
    Page("GET", "/mailbox/sign-in", sign_in, public=True),
    Page("POST", "/mailbox/sign-in", by_password, form=sign_in, public=True),
    Page("POST", "/mailbox/sign-out", sign_out, public=True),
)
