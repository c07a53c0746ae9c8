"""One's own account. What changes how one proves oneself asks for the second factor first."""

from starlette.responses import Response

from mailstead.people.model import GRAVE, Right
from mailstead.people.person import NewToken, Profile
from mailstead.people.session import Admission
from mailstead.security.model import Secret
from mailstead.web import cookies
from mailstead.web.page import Page
from mailstead.web.visit import Visit


def account(visit: Visit) -> Response:
    return _show(visit)


def rename(visit: Visit) -> Response:
    person = visit.people.sign_in.session(visit.session_cookie, visit.visitor).person
    given = {"name": visit.form.get("name", ""), "language": person.language, "time_zone": person.time_zone}
    visit.people.account.change_profile(visit.session_cookie, Profile.parse(given), visit.visitor)
    return visit.done("/account", visit.text("Your name is kept."))


def change_password(visit: Visit) -> Response:
    before, after = Secret.of(visit.form.get("before", "")), Secret.of(visit.form.get("password", ""))
    admission = visit.people.account.change_password(visit.session_cookie, before, after, visit.visitor)
    return renewed(visit, admission, visit.text("Your password is changed; your other sessions have ended."))


def remove_factor(visit: Visit) -> Response:
    admission = visit.people.account.remove_factor(visit.session_cookie, visit.form.get("factor", ""), visit.visitor)
    return renewed(visit, admission, visit.text("The factor is removed; your other sessions have ended."))


def end_session(visit: Visit) -> Response:
    visit.people.account.end_session(visit.session_cookie, visit.form.get("session", ""), visit.visitor)
    return visit.done("/account", visit.text("That session has ended."))


def add_token(visit: Visit) -> Response:
    form = visit.form
    rights = [right for right in Right if f"right:{right}" in form]
    given = {"name": form.get("name", "").strip(), "rights": rights, "days": form.get("days", "")}
    wanted = NewToken.parse({**given, "tenants": visit.lines("tenants")})
    token, secret = visit.people.account.add_token(visit.session_cookie, wanted, visit.visitor)
    return _show(visit, made=token.name, secret=secret.reveal_text())


def revoke_token(visit: Visit) -> Response:
    visit.people.account.revoke_token(visit.session_cookie, visit.form.get("token", ""), visit.visitor)
    return visit.done("/account", visit.text("The token is revoked."))


def _show(visit: Visit, made: str = "", secret: str = "") -> Response:
    people, cookie, visitor = visit.people, visit.session_cookie, visit.visitor
    return visit.show(
        "pages/account/page.html",
        session=people.sign_in.session(cookie, visitor),
        factors=people.account.factors(cookie, visitor),
        sessions=people.account.sessions(cookie, visitor),
        tokens=people.account.tokens(cookie, visitor),
        ways=people.elsewhere.ways(),
        linked=people.elsewhere.linked(cookie, visitor),
        rights=sorted(visit.who.rights - GRAVE),
        made=made,
        secret=secret,
    )


def renewed(visit: Visit, admission: Admission, text: str) -> Response:
    """Go on at the account's page, in a session whose cookie is new."""
    response = visit.done("/account", text)
    cookies.give(response, cookies.SESSION, admission.cookie.reveal_text())
    return response


PAGES = (
    Page("GET", "/account", account),
    Page("POST", "/account", rename, form=account),
    Page("POST", "/account/password", change_password, form=account),
    Page("POST", "/account/factors/remove", remove_factor, form=account),
    Page("POST", "/account/sessions/end", end_session, form=account),
    Page("POST", "/account/tokens", add_token, form=account),
    Page("POST", "/account/tokens/revoke", revoke_token, form=account),
)
