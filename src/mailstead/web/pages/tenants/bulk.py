"""Many tenants at once: what would be done is shown first; each then gets an order of its own, or a word why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from mailstead.ground.errors import InvalidInput, MailsteadError
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.tenants.model import Status, Tenant
from mailstead.web.page import Page
from mailstead.web.visit import Visit

MARK = "tenant:"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one tenant: an order, or an error."""

    name: str
    order: OrderView | None = None
    error: MailsteadError | None = None


def look(visit: Visit) -> Response:
    """Show whom it would touch, and whom not; nothing is done."""
    visit.who.demand(Right.TENANTS_WRITE)
    act = _act(visit)
    chosen = [visit.access.tenants.get(name).tenant for name in _names(visit)]
    touched, left = [one for one in chosen if _fits(one, act)], [one for one in chosen if not _fits(one, act)]
    return visit.show("pages/tenants/bulk.html", act=act, touched=touched, left=left, outcomes=None)


def do(visit: Visit) -> Response:
    visit.who.demand(Right.TENANTS_WRITE)
    act = _act(visit)
    outcomes = [_done(visit, act, name) for name in _names(visit)]
    return visit.show("pages/tenants/bulk.html", act=act, touched=[], left=[], outcomes=outcomes)


def _done(visit: Visit, act: str, name: str) -> Outcome:
    verbs: Mapping[str, Callable[[str], OrderView]] = {
        "suspend": visit.access.tenants.suspend,
        "resume": visit.access.tenants.resume,
    }
    try:
        return Outcome(name, order=verbs[act](name))
    except MailsteadError as error:
        return Outcome(name, error=error)


def _act(visit: Visit) -> str:
    act = visit.form.get("act", "")
    if act not in {"suspend", "resume"}:
        raise InvalidInput("there is no such act", field="act", value=act, remedy="suspend, or resume")
    return act


def _names(visit: Visit) -> list[str]:
    names = sorted(field.removeprefix(MARK) for field in visit.form if field.startswith(MARK))
    if not names:
        raise InvalidInput("no tenant is chosen", field="tenant", remedy="tick some tenants first")
    return names


def _fits(tenant: Tenant, act: str) -> bool:
    return tenant.status is (Status.ACTIVE if act == "suspend" else Status.SUSPENDED)


BULK = (
    Page("POST", "/bulk", look),
    Page("POST", "/bulk/do", do),
)
