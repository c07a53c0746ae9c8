"""The way in, step by step. What was wrong is never told apart: see `people/port.py`."""

from starlette.responses import Response

from mailstead.people.session import Admission, Stage
from mailstead.security.model import Secret
from mailstead.web import cookies
from mailstead.web.page import Page
from mailstead.web.returning import safe_path
from mailstead.web.visit import Visit, at

NEXT = {Stage.SECOND: "/sign-in/second", Stage.ENROL: "/account/enrol"}


def sign_in(visit: Visit) -> Response:
    return visit.show("pages/sign_in/page.html", next=_next(visit), ways=visit.people.elsewhere.ways())


def by_password(visit: Visit) -> Response:
    given = visit.form
    password = Secret.of(given.get("password", ""))
    return admitted(visit, visit.people.sign_in.by_password(given.get("address", "").strip(), password, visit.visitor))


def challenge(visit: Visit) -> Response:
    return _json(visit.people.sign_in.passkey_challenge(visit.visitor))


def by_passkey(visit: Visit) -> Response:
    return admitted(visit, visit.people.sign_in.by_passkey(visit.form.get("answer", ""), visit.visitor))


def second(visit: Visit) -> Response:
    session = visit.people.sign_in.session(visit.session_cookie, visit.visitor)
    return visit.show("pages/sign_in/second.html", next=_next(visit), address=session.person.address)


def second_challenge(visit: Visit) -> Response:
    return _json(visit.people.sign_in.second_challenge(visit.session_cookie, visit.visitor))


def second_by_code(visit: Visit) -> Response:
    code = visit.form.get("code", "").strip()
    return admitted(visit, visit.people.sign_in.second_by_code(visit.session_cookie, code, visit.visitor))


def second_by_passkey(visit: Visit) -> Response:
    answer = visit.form.get("answer", "")
    return admitted(visit, visit.people.sign_in.second_by_passkey(visit.session_cookie, answer, visit.visitor))


def sign_out(visit: Visit) -> Response:
    visit.people.sign_in.end(visit.session_cookie, visit.visitor)
    response = visit.done("/sign-in", visit.text("You are signed out."))
    cookies.take(response, cookies.SESSION)
    return response


def admitted(visit: Visit, admission: Admission, wanted: str = "") -> Response:
    """Give the browser its new session, and lead on: to the next step, or to where they wanted to go."""
    path, wanted = NEXT.get(admission.stage), wanted or _next(visit)
    response = visit.done(at(path, next=wanted) if path else wanted)
    cookies.give(response, cookies.SESSION, admission.cookie.reveal_text())
    if admission.stage is Stage.FULL:
        cookies.give(response, cookies.LOOK, str(_own_look(visit, admission)), lasts_s=cookies.YEAR_S)
    return response


def _own_look(visit: Visit, admission: Admission) -> object:
    """Return the language and time zone that the person chose; without a zone, the browser's."""
    person = visit.people.sign_in.session(admission.cookie.reveal_text(), visit.visitor).person
    zone = person.time_zone if person.time_zone != "UTC" else visit.form.get("zone", "")
    return visit.look.changed(language=person.language, zone=zone)


def _next(visit: Visit) -> str:
    return safe_path(visit.form.get("next") or visit.query("next"))


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")


PAGES = (
    Page("GET", "/sign-in", sign_in, public=True),
    Page("POST", "/sign-in", by_password, form=sign_in, public=True),
    Page("POST", "/sign-in/challenge", challenge, public=True),
    Page("POST", "/sign-in/passkey", by_passkey, form=sign_in, public=True),
    Page("GET", "/sign-in/second", second, public=True),
    Page("POST", "/sign-in/second", second_by_code, form=second, public=True),
    Page("POST", "/sign-in/second/challenge", second_challenge, public=True),
    Page("POST", "/sign-in/second/passkey", second_by_passkey, form=second, public=True),
    Page("POST", "/sign-out", sign_out, public=True),
)
