"""A tenant's distribution lists. Keeping one that is there changes it; removing one can be undone."""

from starlette.responses import Response

from mailstead.ground.errors import NotFound
from mailstead.tenants.model import MailList
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit, at

MOST = 100


def lists(visit: Visit, tenant: str) -> Response:
    search, after = visit.query("search"), visit.query("after")
    found = visit.access.lists.page(tenant, after=after, limit=MOST + 1, search=search)
    more = at(_path(tenant), search=search, after=found[MOST - 1].address) if found[MOST:] else ""
    return visit.show("pages/lists/page.html", **frame(visit, tenant), lists=found[:MOST], search=search, more=more)


def keep(visit: Visit, tenant: str) -> Response:
    given = {"address": visit.form.get("address", "").strip(), "posting": visit.form.get("posting", "")}
    wanted = MailList.parse({**given, "members": visit.lines("members")})
    access = visit.access.lists
    try:
        before = access.get(tenant, wanted.address)
    except NotFound:
        order, undo = access.add(tenant, wanted), (_path(tenant, "/remove"), {"address": wanted.address})
    else:
        order = access.change(tenant, wanted.address, members=wanted.members, posting=wanted.posting)
        undo = (_path(tenant), _fields(before))
    text = visit.text("%(address)s is kept.", address=wanted.address)
    return visit.done(_path(tenant), text, link=f"/orders/{order.id}", undo=undo)


def remove(visit: Visit, tenant: str) -> Response:
    gone = visit.access.lists.get(tenant, visit.form.get("address", ""))
    order = visit.access.lists.remove(tenant, gone.address)
    text = visit.text("%(address)s is removed.", address=gone.address)
    return visit.done(_path(tenant), text, link=f"/orders/{order.id}", undo=(_path(tenant), _fields(gone)))


def _fields(one: MailList) -> dict[str, str]:
    return {"address": one.address, "members": "\n".join(one.members), "posting": one.posting}


def _path(tenant: str, more: str = "") -> str:
    return f"/tenants/{tenant}/lists{more}"


_AT = "/tenants/{tenant}/lists"
PAGES = (
    Page("GET", _AT, lists),
    Page("POST", _AT, keep, form=lists),
    Page("POST", f"{_AT}/remove", remove, form=lists),
)
