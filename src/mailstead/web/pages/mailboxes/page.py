"""A tenant's mailboxes, one by one."""

from zoneinfo import available_timezones

from starlette.responses import Response

from mailstead.access.mailboxes import Given
from mailstead.tenants.model import Mailbox
from mailstead.web.confirming import demand_typed
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit, at

from .importing import IMPORTS

MOST = 100


def mailboxes(visit: Visit, tenant: str) -> Response:
    search, after = visit.query("search"), visit.query("after")
    found = visit.access.mailboxes.page(tenant, after=after, limit=MOST + 1, search=search)
    boxes = found[:MOST]
    more = at(f"/tenants/{tenant}/mailboxes", search=search, after=boxes[-1].address) if found[MOST:] else ""
    return visit.show(
        "pages/mailboxes/page.html",
        **frame(visit, tenant),
        boxes=boxes,
        search=search,
        more=more,
        policies=policies(visit),
    )


def policies(visit: Visit) -> list[tuple[str, str]]:
    """Return where users may be let forward mail, with words for it."""
    return [
        ("own-domains", visit.text("to this tenant's domains only")),
        ("anywhere", visit.text("anywhere")),
        ("off", visit.text("not at all")),
    ]


def add(visit: Visit, tenant: str) -> Response:
    fields = {name: visit.form.get(name, "").strip() for name in ("address", "name", "quota_mib")}
    mailbox = Mailbox.parse(fields)
    return _with_password(visit, tenant, mailbox.address, visit.access.mailboxes.add(tenant, mailbox))


def mailbox(visit: Visit, tenant: str) -> Response:
    return _mailbox(visit, tenant, visit.query("address") or visit.form.get("address", ""))


def change(visit: Visit, tenant: str) -> Response:
    form, address = visit.form, visit.form.get("address", "")
    before = visit.access.mailboxes.get(tenant, address)
    wanted = {"name": form.get("name", ""), "quota_mib": form.get("quota_mib", ""), "enabled": "enabled" in form}
    after = Mailbox.parse({"address": before.address, **wanted})
    order = visit.access.mailboxes.change(
        tenant, address, name=after.name, quota_mib=after.quota_mib, enabled=after.enabled
    )
    return visit.done(
        at(f"/tenants/{tenant}/mailbox", address=before.address),
        visit.text("%(address)s is being changed.", address=before.address),
        link=f"/orders/{order.id}",
        undo=(f"/tenants/{tenant}/mailbox", _fields(before)),
    )


def new_password(visit: Visit, tenant: str) -> Response:
    address = visit.form.get("address", "")
    return _with_password(visit, tenant, address, visit.access.mailboxes.set_password(tenant, address))


def remove(visit: Visit, tenant: str) -> Response:
    address = visit.access.mailboxes.get(tenant, visit.form.get("address", "")).address
    demand_typed(visit, address)
    order = visit.access.mailboxes.remove(tenant, address, allow_loss=[f"mailbox {address}"])
    text = visit.text("%(address)s is being destroyed.", address=address)
    return visit.done(f"/tenants/{tenant}/mailboxes", text, link=f"/orders/{order.id}")


def _with_password(visit: Visit, tenant: str, address: str, given: Given) -> Response:
    """Show the password now, in this answer: it is kept nowhere, and in no cookie."""
    password = given.passwords.get(address)
    return _mailbox(visit, tenant, address, password.reveal_text() if password else "", given.order.id)


def _mailbox(visit: Visit, tenant: str, address: str, password: str = "", order: str = "") -> Response:
    box = visit.access.mailboxes.get(tenant, address)
    shown = frame(visit, tenant)
    aliases = [alias for alias in shown["tenant"].aliases if box.address in alias.targets]
    zones = sorted(available_timezones())
    template = "pages/mailboxes/mailbox.html"
    return visit.show(template, **shown, box=box, aliases=aliases, password=password, order=order, zones=zones)


def _fields(box: Mailbox) -> dict[str, str]:
    fields = {"address": box.address, "name": box.name, "quota_mib": str(box.quota_mib)}
    return fields | ({"enabled": "yes"} if box.enabled else {})


_AT = "/tenants/{tenant}"
PAGES = (
    Page("GET", f"{_AT}/mailboxes", mailboxes),
    Page("POST", f"{_AT}/mailboxes", add, form=mailboxes),
    *IMPORTS,
    Page("GET", f"{_AT}/mailbox", mailbox),
    Page("POST", f"{_AT}/mailbox", change, form=mailbox),
    Page("POST", f"{_AT}/mailbox/password", new_password, form=mailbox),
    Page("POST", f"{_AT}/mailbox/remove", remove, form=mailbox),
)
