"""What a mailbox does with its mail, read out of forms: for its user, and for administrators."""

from starlette.responses import Response

from mailstead.orders.model import OrderView
from mailstead.tenants.self_service import Forwarding, SelfService, Vacation
from mailstead.web.page import Page
from mailstead.web.visit import Visit, at

from .page import mailbox, mailboxes

_FIELDS = ("subject", "begins", "ends", "time_zone")


def vacation_of(visit: Visit) -> Vacation:
    """Return the vacation reply that a form says; raise InvalidInput."""
    given = {name: text for name in _FIELDS if (text := visit.form.get(name, "").strip())}
    return Vacation.parse({**given, "text": visit.form.get("text", "")})


def forwarding_of(visit: Visit) -> Forwarding:
    """Return the forwarding that a form says; raise InvalidInput."""
    return Forwarding.parse({"targets": visit.lines("targets"), "keep": "keep" in visit.form})


def answer(visit: Visit, tenant: str) -> Response:
    address = visit.form.get("address", "")
    return _changed(visit, tenant, visit.access.mailboxes.answer(tenant, address, vacation_of(visit)))


def back(visit: Visit, tenant: str) -> Response:
    return _changed(visit, tenant, visit.access.mailboxes.answer(tenant, visit.form.get("address", ""), None))


def forward(visit: Visit, tenant: str) -> Response:
    address = visit.form.get("address", "")
    return _changed(visit, tenant, visit.access.mailboxes.forward(tenant, address, forwarding_of(visit)))


def keep(visit: Visit, tenant: str) -> Response:
    return _changed(visit, tenant, visit.access.mailboxes.forward(tenant, visit.form.get("address", ""), None))


def rule(visit: Visit, tenant: str) -> Response:
    wanted = SelfService.parse({name: visit.form.get(name, "").strip() for name in ("aliases", "forwarding")})
    order = visit.access.mailboxes.rule(tenant, aliases=wanted.aliases, forwarding=wanted.forwarding)
    text = visit.text("From now on users may do just that.")
    return visit.done(f"/tenants/{tenant}/mailboxes", text, link=f"/orders/{order.id}")


def _changed(visit: Visit, tenant: str, order: OrderView) -> Response:
    address = visit.form.get("address", "")
    text = visit.text("%(address)s is being changed.", address=address)
    return visit.done(at(f"/tenants/{tenant}/mailbox", address=address), text, link=f"/orders/{order.id}")


_AT = "/tenants/{tenant}/mailbox"
RULES = (
    Page("POST", "/tenants/{tenant}/self-service", rule, form=mailboxes),
    Page("POST", f"{_AT}/vacation", answer, form=mailbox),
    Page("POST", f"{_AT}/vacation/end", back, form=mailbox),
    Page("POST", f"{_AT}/forwarding", forward, form=mailbox),
    Page("POST", f"{_AT}/forwarding/end", keep, form=mailbox),
)
