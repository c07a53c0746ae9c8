"""To a provider of sign-ins and back. A form leads there by a page: our policy lets no form lead off this host."""

from urllib.parse import quote, unquote

from starlette.responses import Response

from mailstead.people.elsewhere import RETURN_PATH
from mailstead.people.provider import Answer, Departure, Errand, Ticket
from mailstead.people.session import INVITATION_PATH
from mailstead.web import cookies
from mailstead.web.page import Page
from mailstead.web.pages.account.page import account, renewed
from mailstead.web.pages.invitation.page import invitation
from mailstead.web.pages.sign_in.page import admitted, sign_in
from mailstead.web.returning import safe_path
from mailstead.web.visit import Visit

AWAY_S = 600


def to_sign_in(visit: Visit, way: str) -> Response:
    departure = visit.people.elsewhere.to_sign_in(way, visit.visitor)
    return _onward(visit, way, departure, safe_path(visit.form.get("next", "")))


def to_accept(visit: Visit, secret: str, way: str) -> Response:
    return _onward(visit, way, visit.people.elsewhere.to_accept(way, secret, visit.visitor), "/")


def to_link(visit: Visit) -> Response:
    way = visit.form.get("way", "")
    departure = visit.people.elsewhere.to_link(way, visit.session_cookie, visit.visitor)
    return _onward(visit, way, departure, "/account")


def back(visit: Visit, way: str) -> Response:
    """Take the browser back: the one GET that changes something, once, in the browser that holds the ticket."""
    ticket, wanted = _kept(visit)
    given = {name: visit.query(name) for name in ("state", "code", "error")}
    answer = Answer(issuer=visit.query("iss"), **given)
    admission = visit.people.elsewhere.back(way, ticket, answer, visit.session_cookie, visit.visitor)
    linked = _errand(ticket) is Errand.LINK
    text = visit.text("It is linked; your other sessions have ended.")
    response = renewed(visit, admission, text) if linked else admitted(visit, admission, wanted)
    cookies.take(response, cookies.AWAY)
    return response


def unlink(visit: Visit) -> Response:
    admission = visit.people.elsewhere.unlink(visit.session_cookie, visit.form.get("identity", ""), visit.visitor)
    return renewed(visit, admission, visit.text("It is unlinked; your other sessions have ended."))


def _refused(visit: Visit, way: str) -> Response:
    """Show the sign-in again to who came to sign in, and to others why it did not work."""
    del way
    if visit.refusal and _errand(_kept(visit)[0]) is not Errand.SIGN_IN:
        raise visit.refusal
    return sign_in(visit)


def _invited_again(visit: Visit, secret: str, way: str) -> Response:
    del way
    return invitation(visit, secret)


def _sign_in_again(visit: Visit, way: str) -> Response:
    del way
    return sign_in(visit)


def _onward(visit: Visit, way: str, departure: Departure, wanted: str) -> Response:
    """Lead the browser off, with its ticket, and with where it wanted to go."""
    label = next(one.label for one in visit.people.elsewhere.ways() if one.name == way)
    response = visit.show("pages/elsewhere/onward.html", label=label, url=departure.url)
    response.headers["refresh"] = f"0; url={departure.url}"
    kept = f"{departure.ticket.reveal_text()}~{quote(wanted, safe='')}"
    cookies.give(response, cookies.AWAY, kept, lasts_s=AWAY_S)
    return response


def _kept(visit: Visit) -> tuple[str, str]:
    """Return the ticket, and where the browser wanted to go."""
    ticket, _, wanted = visit.request.cookies.get(cookies.AWAY, "").partition("~")
    return ticket, safe_path(unquote(wanted))


def _errand(ticket: str) -> Errand:
    kept = Ticket.unpacked(ticket)
    return kept.errand if kept else Errand.SIGN_IN


PAGES = (
    Page("POST", "/sign-in/with/{way}", to_sign_in, form=_sign_in_again, public=True),
    Page("GET", RETURN_PATH, back, form=_refused, public=True),
    Page("POST", INVITATION_PATH + "{secret}/with/{way}", to_accept, form=_invited_again, public=True),
    Page("POST", "/account/sign-ins", to_link, form=account),
    Page("POST", "/account/sign-ins/remove", unlink, form=account),
)
