"""People and their factors, for those who look after them. Nobody chooses another's password: they send a link."""

from starlette.responses import Response

from mailstead.people.model import Role
from mailstead.people.person import Factors, NewPerson, PersonChange
from mailstead.people.session import Link
from mailstead.web.confirming import demand_typed
from mailstead.web.page import Page
from mailstead.web.pictures import qr_code
from mailstead.web.visit import Visit, at

MOST = 50


def people(visit: Visit) -> Response:
    search, after = visit.query("search"), visit.query("after")
    found = visit.access.people.page(after=after, limit=MOST + 1, search=search)
    more = at("/people", search=search, after=found[MOST - 1].address) if found[MOST:] else ""
    return visit.show("pages/people/page.html", people=found[:MOST], search=search, more=more, roles=list(Role))


def invite(visit: Visit) -> Response:
    form = visit.form
    given = {name: form.get(name, "").strip() for name in ("address", "name", "role", "language")}
    wanted = NewPerson.parse({**given, "tenants": visit.lines("tenants"), "time_zone": visit.look.zone})
    return _handed(visit, visit.access.people.invite(wanted))


def person(visit: Visit, person: str) -> Response:
    """Show somebody; how they prove themselves only to those who see everybody."""
    people = visit.access.people
    known, whole = people.get(person), visit.who.scope.tenants is None
    return visit.show(
        "pages/people/person.html",
        person=known,
        whole=whole,
        factors=people.factors(person) if whole else Factors(),
        linked=people.linked(person) if whole else [],
        sessions=people.sessions(person) if whole else [],
        tokens=people.tokens(person) if whole else [],
        roles=list(Role),
    )


def change(visit: Visit, person: str) -> Response:
    wanted = PersonChange.parse({"role": visit.form.get("role", ""), "tenants": visit.lines("tenants")})
    return _done(visit, visit.access.people.change(person, wanted).id, visit.text("The role is changed."))


def disable(visit: Visit, person: str) -> Response:
    visit.access.people.disable(person)
    text = visit.text("They are let in no more; their sessions have ended.")
    return visit.done(f"/people/{person}", text, undo=(f"/people/{person}/enable", {}))


def enable(visit: Visit, person: str) -> Response:
    visit.access.people.enable(person)
    return _done(visit, person, visit.text("They are let in again."))


def reset(visit: Visit, person: str) -> Response:
    return _handed(visit, visit.access.people.reset(person))


def remove(visit: Visit, person: str) -> Response:
    known = visit.access.people.get(person)
    demand_typed(visit, known.address)
    visit.access.people.remove(person)
    return visit.done("/people", visit.text("%(address)s is removed.", address=known.address))


def remove_factor(visit: Visit, person: str) -> Response:
    visit.access.people.remove_factor(person, visit.form.get("factor", ""))
    return _done(visit, person, visit.text("The factor is removed."))


def unlink(visit: Visit, person: str) -> Response:
    visit.access.people.unlink(person, visit.form.get("identity", ""))
    return _done(visit, person, visit.text("The sign-in is unlinked."))


def end_sessions(visit: Visit, person: str) -> Response:
    visit.access.people.end_sessions(person)
    return _done(visit, person, visit.text("Their sessions have ended."))


def revoke_token(visit: Visit, person: str) -> Response:
    visit.access.people.revoke_token(person, visit.form.get("token", ""))
    return _done(visit, person, visit.text("The token is revoked."))


def _handed(visit: Visit, link: Link) -> Response:
    """Show the one-time link now: it is kept nowhere."""
    url = link.url.reveal_text()
    return visit.show("pages/people/link.html", link=link, url=url, code=qr_code(url))


def _done(visit: Visit, person: str, text: str) -> Response:
    return visit.done(f"/people/{person}", text)


_AT = "/people/{person}"
PAGES = (
    Page("GET", "/people", people),
    Page("POST", "/people", invite, form=people),
    Page("GET", _AT, person),
    Page("POST", _AT, change, form=person),
    Page("POST", f"{_AT}/disable", disable, form=person),
    Page("POST", f"{_AT}/enable", enable, form=person),
    Page("POST", f"{_AT}/reset", reset, form=person),
    Page("POST", f"{_AT}/remove", remove, form=person),
    Page("POST", f"{_AT}/factors/remove", remove_factor, form=person),
    Page("POST", f"{_AT}/sign-ins/remove", unlink, form=person),
    Page("POST", f"{_AT}/sessions/end", end_sessions, form=person),
    Page("POST", f"{_AT}/tokens/revoke", revoke_token, form=person),
)
