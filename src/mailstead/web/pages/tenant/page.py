"""One tenant's overview, its drift, and the verbs that change its standing."""

from typing import Any

from starlette.responses import Response

from mailstead.ground.errors import NotFound
from mailstead.lifecycle.model import TenantPlan
from mailstead.networks.model import Numbers
from mailstead.orders.model import OrderView
from mailstead.tenants.model import Status
from mailstead.web.confirming import demand_typed
from mailstead.web.page import Page
from mailstead.web.returning import safe_path
from mailstead.web.visit import Visit


def tenant(visit: Visit, tenant: str) -> Response:
    return _show(visit, tenant, None)


def drift(visit: Visit, tenant: str) -> Response:
    return _show(visit, tenant, visit.access.plans.of(tenant))


def heal(visit: Visit, tenant: str) -> Response:
    order = visit.access.plans.apply(tenant)
    path = safe_path(visit.form.get("next") or f"/orders/{order.id}")
    return visit.done(path, visit.text("It is being brought to what is wanted."), link=f"/orders/{order.id}")


def suspend(visit: Visit, tenant: str) -> Response:
    order = visit.access.tenants.suspend(tenant)
    return ordered(visit, tenant, order, visit.text("It is being suspended."), undo=f"/tenants/{tenant}/resume")


def resume(visit: Visit, tenant: str) -> Response:
    was_suspended = visit.access.tenants.get(tenant).tenant.status is Status.SUSPENDED
    undo = f"/tenants/{tenant}/suspend" if was_suspended else ""
    order = visit.access.tenants.resume(tenant)
    return ordered(visit, tenant, order, visit.text("It is being brought back."), undo=undo)


def remove(visit: Visit, tenant: str) -> Response:
    demand_typed(visit, tenant)
    order = visit.access.tenants.remove(tenant)
    return ordered(
        visit, tenant, order, visit.text("It is being taken out of service."), undo=f"/tenants/{tenant}/resume"
    )


def purge(visit: Visit, tenant: str) -> Response:
    confirm, early = visit.form.get("confirm", ""), visit.form.get("early") == "yes"
    order = visit.access.tenants.purge(tenant, confirm=confirm, early=early)
    return visit.done(f"/orders/{order.id}", visit.text("Its data is being destroyed."))


def ordered(visit: Visit, name: str, order: OrderView, text: str, *, undo: str = "") -> Response:
    """Lead back to the tenant, telling of the order."""
    return visit.done(f"/tenants/{name}", text, link=f"/orders/{order.id}", undo=(undo, {}) if undo else None)


def frame(visit: Visit, name: str) -> dict[str, Any]:
    """Return what every page of a tenant shows. Raises NotFound."""
    entry = visit.access.tenants.get(name)
    return {"entry": entry, "tenant": entry.tenant}


def _show(visit: Visit, name: str, plan: TenantPlan | None) -> Response:
    return visit.show(
        "pages/tenant/page.html",
        **frame(visit, name),
        numbers=_numbers(visit, name),
        orders=visit.access.orders.page(tenant=name, limit=5) if visit.may("orders:read") else [],
        grace_days=visit.running.platform.grace_days,
        plan=plan,
    )


def _numbers(visit: Visit, name: str) -> Numbers | None:
    try:
        return visit.access.segments.get(name).numbers
    except NotFound:
        return None


_AT = "/tenants/{tenant}"
PAGES = (
    Page("GET", _AT, tenant),
    Page("GET", f"{_AT}/drift", drift),
    Page("POST", f"{_AT}/heal", heal, form=tenant),
    Page("POST", f"{_AT}/suspend", suspend, form=tenant),
    Page("POST", f"{_AT}/resume", resume, form=tenant),
    Page("POST", f"{_AT}/remove", remove, form=tenant),
    Page("POST", f"{_AT}/purge", purge, form=tenant),
)
