"""A tenant's aliases. Keeping one that is there gives it other targets; removing one can be undone."""

from starlette.responses import Response

from mailstead.ground.errors import NotFound
from mailstead.tenants.model import Alias
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit, at

MOST = 100


def aliases(visit: Visit, tenant: str) -> Response:
    search, after = visit.query("search"), visit.query("after")
    found = visit.access.aliases.page(tenant, after=after, limit=MOST + 1, search=search)
    more = at(_path(tenant), search=search, after=found[MOST - 1].address) if found[MOST:] else ""
    return visit.show("pages/aliases/page.html", **frame(visit, tenant), aliases=found[:MOST], search=search, more=more)


def keep(visit: Visit, tenant: str) -> Response:
    wanted = Alias.parse({"address": visit.form.get("address", "").strip(), "targets": visit.lines("targets")})
    access = visit.access.aliases
    try:
        before = access.get(tenant, wanted.address)
    except NotFound:
        order, undo = access.add(tenant, wanted), (_path(tenant, "/remove"), {"address": wanted.address})
    else:
        order, undo = access.change(tenant, wanted.address, targets=wanted.targets), (_path(tenant), _fields(before))
    text = visit.text("%(address)s is kept.", address=wanted.address)
    return visit.done(_path(tenant), text, link=f"/orders/{order.id}", undo=undo)


def remove(visit: Visit, tenant: str) -> Response:
    gone = visit.access.aliases.get(tenant, visit.form.get("address", ""))
    order = visit.access.aliases.remove(tenant, gone.address)
    text = visit.text("%(address)s is removed.", address=gone.address)
    return visit.done(_path(tenant), text, link=f"/orders/{order.id}", undo=(_path(tenant), _fields(gone)))


def _fields(alias: Alias) -> dict[str, str]:
    return {"address": alias.address, "targets": "\n".join(alias.targets)}


def _path(tenant: str, more: str = "") -> str:
    return f"/tenants/{tenant}/aliases{more}"


_AT = "/tenants/{tenant}/aliases"
PAGES = (
    Page("GET", _AT, aliases),
    Page("POST", _AT, keep, form=aliases),
    Page("POST", f"{_AT}/remove", remove, form=aliases),
)
