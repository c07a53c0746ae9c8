"""Stepping up: the second factor again, then on with what needed it, or back to where it was asked for."""

from dataclasses import replace

from starlette.responses import Response

from mailstead.people.session import Admission, Stage
from mailstead.web import cookies
from mailstead.web.again import Again
from mailstead.web.page import Page
from mailstead.web.pages.sign_in.page import admitted, second_challenge
from mailstead.web.returning import safe_path
from mailstead.web.visit import Visit


def step_up(visit: Visit) -> Response:
    return visit.show("pages/step_up/page.html", next=_next(visit), again=Again.read(visit.form))


def by_code(visit: Visit) -> Response:
    code = visit.form.get("code", "").strip()
    return _on(visit, visit.people.sign_in.second_by_code(visit.session_cookie, code, visit.visitor))


def by_passkey(visit: Visit) -> Response:
    answer = visit.form.get("answer", "")
    return _on(visit, visit.people.sign_in.second_by_passkey(visit.session_cookie, answer, visit.visitor))


def _on(visit: Visit, admission: Admission) -> Response:
    """Let the browser send again what it could not do before: its session, and so the proof in forms, has changed."""
    again = Again.read(visit.form)
    if not again.path or admission.stage is not Stage.FULL:
        return admitted(visit, admission)
    session = admission.cookie.reveal_text()
    response = replace(visit, cookie=session).show("pages/step_up/again.html", again=again, next=_next(visit))
    cookies.give(response, cookies.SESSION, session)
    return response


def _next(visit: Visit) -> str:
    return safe_path(visit.form.get("next") or visit.query("next"))


PAGES = (
    Page("GET", "/step-up", step_up),
    Page("POST", "/step-up", by_code, form=step_up),
    Page("POST", "/step-up/challenge", second_challenge),
    Page("POST", "/step-up/passkey", by_passkey, form=step_up),
)
