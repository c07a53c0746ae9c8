"""Stepping up: the second factor again, then back to where it was asked for."""

from starlette.responses import Response

from mailstead.web.page import Page
from mailstead.web.pages.sign_in.page import admitted, second_challenge
from mailstead.web.returning import safe_path
from mailstead.web.visit import Visit


def step_up(visit: Visit) -> Response:
    next_path = safe_path(visit.form.get("next") or visit.query("next"))
    return visit.show("pages/step_up/page.html", next=next_path)


def by_code(visit: Visit) -> Response:
    code = visit.form.get("code", "").strip()
    return admitted(visit, visit.people.sign_in.second_by_code(visit.session_cookie, code, visit.visitor))


def by_passkey(visit: Visit) -> Response:
    answer = visit.form.get("answer", "")
    return admitted(visit, visit.people.sign_in.second_by_passkey(visit.session_cookie, answer, visit.visitor))


PAGES = (
    Page("GET", "/step-up", step_up),
    Page("POST", "/step-up", by_code, form=step_up),
    Page("POST", "/step-up/challenge", second_challenge),
    Page("POST", "/step-up/passkey", by_passkey, form=step_up),
)
