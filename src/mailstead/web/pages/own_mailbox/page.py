"""One's own mailbox: away, forwarding, addresses, password, sessions. What is sent is checked by `access/` alone."""

from zoneinfo import available_timezones

from starlette.responses import Response

from mailstead.security.model import Secret
from mailstead.tenants.self_service import Forwarding, Vacation
from mailstead.web.page import Page
from mailstead.web.visit import Visit

from .sign_in import HOME, admitted


def mailbox(visit: Visit) -> Response:
    own = visit.access.own_mailbox.get()
    sessions, cookie = visit.people.mailboxes, visit.session_cookie
    return visit.show(
        "pages/own_mailbox/page.html",
        own=own,
        box=own.mailbox,
        sessions=sessions.sessions(cookie, visit.visitor),
        here=sessions.session(cookie, visit.visitor).id,
        zones=sorted(available_timezones()),
    )


def answer(visit: Visit) -> Response:
    given = {name: visit.form.get(name, "").strip() for name in ("subject", "text", "begins", "ends", "time_zone")}
    wanted = Vacation.parse({name: value for name, value in given.items() if value} | {"text": given["text"]})
    visit.access.own_mailbox.answer(wanted)
    return visit.done(HOME, visit.text("Whoever writes to you is answered within these days."))


def back(visit: Visit) -> Response:
    visit.access.own_mailbox.answer(None)
    return visit.done(HOME, visit.text("Nobody is answered any more."))


def forward(visit: Visit) -> Response:
    wanted = Forwarding.parse({"targets": visit.lines("targets"), "keep": "keep" in visit.form})
    visit.access.own_mailbox.forward(wanted)
    return visit.done(HOME, visit.text("Your mail is sent on from now on."))


def keep(visit: Visit) -> Response:
    visit.access.own_mailbox.forward(None)
    return visit.done(HOME, visit.text("Your mail is not sent on any more."))


def add_alias(visit: Visit) -> Response:
    name, domain = (visit.form.get(field, "").strip() for field in ("name", "domain"))
    visit.access.own_mailbox.add_alias(f"{name}@{domain}")
    return visit.done(HOME, visit.text("You can be reached by %(address)s soon.", address=f"{name}@{domain}"))


def remove_alias(visit: Visit) -> Response:
    address = visit.form.get("address", "")
    visit.access.own_mailbox.remove_alias(address)
    return visit.done(HOME, visit.text("%(address)s is yours no more.", address=address))


def change_password(visit: Visit) -> Response:
    """Change it, which ends all sessions, and begin a new one with it."""
    before, after = Secret.of(visit.form.get("before", "")), Secret.of(visit.form.get("password", ""))
    visit.access.own_mailbox.set_password(before, after, visit.visitor.agent)
    admission = visit.people.mailboxes.by_password(visit.who.mailbox, after, visit.visitor)
    text = visit.text("Your password is changed. Your mail programs will ask for the new one; other sessions ended.")
    return admitted(visit, admission, text)


def end_session(visit: Visit) -> Response:
    visit.people.mailboxes.end_session(visit.session_cookie, visit.form.get("session", ""), visit.visitor)
    return visit.done(HOME, visit.text("That session has ended."))


PAGES = (
    Page("GET", "/mailbox", mailbox, whose="mailboxes"),
    Page("POST", "/mailbox/vacation", answer, form=mailbox, whose="mailboxes"),
    Page("POST", "/mailbox/vacation/end", back, form=mailbox, whose="mailboxes"),
    Page("POST", "/mailbox/forwarding", forward, form=mailbox, whose="mailboxes"),
    Page("POST", "/mailbox/forwarding/end", keep, form=mailbox, whose="mailboxes"),
    Page("POST", "/mailbox/aliases", add_alias, form=mailbox, whose="mailboxes"),
    Page("POST", "/mailbox/aliases/remove", remove_alias, form=mailbox, whose="mailboxes"),
    Page("POST", "/mailbox/password", change_password, form=mailbox, whose="mailboxes"),
    Page("POST", "/mailbox/sessions/end", end_session, form=mailbox, whose="mailboxes"),
)
