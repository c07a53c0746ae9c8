"""A new tenant: what would be done is shown first, and only then done."""

from typing import Any

from starlette.responses import Response

from mailstead.lifecycle.model import TenantPlan
from mailstead.people.model import Right
from mailstead.tenants.model import Tenant
from mailstead.web.page import Page
from mailstead.web.visit import Visit

SIZES = ("vcpus", "memory_mib", "disk_gib")
FIELDS = ("name", "domains", *SIZES, "host")


def ask(visit: Visit) -> Response:
    return _show(visit, None)


def plan(visit: Visit) -> Response:
    return _show(visit, visit.access.plans.preview(_tenant(visit)))


def add(visit: Visit) -> Response:
    tenant = _tenant(visit)
    order = visit.access.tenants.add(tenant)
    text = visit.text("%(name)s is being brought into service.", name=tenant.name)
    return visit.done(f"/orders/{order.id}", text)


def _tenant(visit: Visit) -> Tenant:
    form = visit.form
    sizes = {name: form[name] for name in SIZES if form.get(name)}
    given: dict[str, Any] = {
        "name": form.get("name", "").strip(),
        "domains": [{"name": domain} for domain in visit.lines("domains")],
        "allowance": sizes,
        "host": form.get("host") or None,
    }
    return Tenant.parse(given)


def _show(visit: Visit, plan: TenantPlan | None) -> Response:
    visit.who.demand(Right.TENANTS_WRITE)
    hosts = [(host.name, host.name) for host in visit.running.platform.hosts]
    given = {name: visit.form[name] for name in FIELDS if name in visit.form}
    return visit.show("pages/onboarding/page.html", plan=plan, given=given, hosts=hosts)


PAGES = (
    Page("GET", "/onboarding", ask),
    Page("POST", "/onboarding/plan", plan, form=ask),
    Page("POST", "/onboarding", add, form=ask),
)
