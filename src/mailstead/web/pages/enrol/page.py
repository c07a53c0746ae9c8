"""Second factors are added here, at the first sign-in as later on. Recovery codes are shown once."""

from starlette.responses import Response

from mailstead.people.session import Enrolled, Stage
from mailstead.web import cookies
from mailstead.web.page import Page
from mailstead.web.pictures import qr_code
from mailstead.web.visit import Visit


def enrol(visit: Visit) -> Response:
    session = visit.people.sign_in.session(visit.session_cookie, visit.visitor)
    return visit.show("pages/enrol/page.html", first=session.stage is Stage.ENROL)


def app(visit: Visit) -> Response:
    """Offer a secret for an app; one that is just being tried stays the same."""
    uri, letters = visit.form.get("uri", ""), visit.form.get("letters", "")
    if not uri:
        offer = visit.people.account.offer_totp(visit.session_cookie, visit.visitor)
        uri, letters = offer.uri.reveal_text(), offer.letters.reveal_text()
    return visit.show("pages/enrol/app.html", uri=uri, letters=letters, code=qr_code(uri))


def add_app(visit: Visit) -> Response:
    code, name = visit.form.get("code", "").replace(" ", ""), visit.form.get("name", "") or visit.text("Phone")
    return _added(visit, visit.people.account.add_totp(visit.session_cookie, code, name, visit.visitor))


def challenge(visit: Visit) -> Response:
    made = visit.people.account.offer_passkey(visit.session_cookie, visit.visitor)
    return Response(made, media_type="application/json")


def add_passkey(visit: Visit) -> Response:
    answer, name = visit.form.get("answer", ""), visit.form.get("name", "") or visit.text("Passkey")
    return _added(visit, visit.people.account.add_passkey(visit.session_cookie, answer, name, visit.visitor))


def new_codes(visit: Visit) -> Response:
    return _added(visit, visit.people.account.new_recovery_codes(visit.session_cookie, visit.visitor))


def _added(visit: Visit, enrolled: Enrolled) -> Response:
    if enrolled.recovery_codes:
        response = visit.show("pages/enrol/codes.html", codes=enrolled.recovery_codes)
    else:
        response = visit.done("/account", visit.text("Your second factor is added."))
    cookies.give(response, cookies.SESSION, enrolled.admission.cookie.reveal_text())
    return response


PAGES = (
    Page("GET", "/account/enrol", enrol, public=True),
    Page("GET", "/account/enrol/app", app, public=True),
    Page("POST", "/account/enrol/app", add_app, form=app, public=True),
    Page("POST", "/account/enrol/passkey/challenge", challenge, public=True),
    Page("POST", "/account/enrol/passkey", add_passkey, form=enrol, public=True),
    Page("POST", "/account/enrol/codes", new_codes, public=True),
)
