"""A tenant's domains: policies, and how they are seen from outside."""

from starlette.responses import Response

from mailstead.monitoring.model import Report, Verdict
from mailstead.tenants.model import MailDomain
from mailstead.web.confirming import demand_typed
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit

WRONG = (Verdict.FAILED, Verdict.WARNING)


def domains(visit: Visit, tenant: str) -> Response:
    return _show(visit, tenant, None)


def check(visit: Visit, tenant: str) -> Response:
    return _show(visit, tenant, visit.access.checks.run(tenant))


def add(visit: Visit, tenant: str) -> Response:
    wanted = MailDomain.parse({"name": visit.form.get("domain", "").strip()})
    order = visit.access.domains.add(tenant, wanted)
    text = visit.text("%(domain)s is being added.", domain=wanted.name)
    return visit.done(_path(tenant), text, link=f"/orders/{order.id}")


def keep(visit: Visit, tenant: str) -> Response:
    form, name = visit.form, visit.form.get("domain", "")
    before = visit.access.domains.get(tenant, name)
    wanted = {"dmarc": form.get("dmarc", ""), "mta_sts": form.get("mta_sts", "")}
    catch_all = form.get("catch_all", "").strip() or None
    after = MailDomain.parse({"name": before.name, "catch_all": catch_all, **wanted})
    order = visit.access.domains.change(
        tenant, name, dmarc=after.dmarc, mta_sts=after.mta_sts, catch_all=after.catch_all or ""
    )
    text = visit.text("%(domain)s is being changed.", domain=before.name)
    undo = (f"{_path(tenant)}/policies", _fields(before))
    return visit.done(_path(tenant), text, link=f"/orders/{order.id}", undo=undo)


def remove(visit: Visit, tenant: str) -> Response:
    name = visit.access.domains.get(tenant, visit.form.get("domain", "")).name
    demand_typed(visit, name)
    order = visit.access.domains.remove(tenant, name)
    text = visit.text("%(domain)s is no longer served.", domain=name)
    return visit.done(_path(tenant), text, link=f"/orders/{order.id}", undo=(_path(tenant), {"domain": name}))


def _show(visit: Visit, name: str, report: Report | None) -> Response:
    domains = visit.access.domains.all(name)
    wrong = [finding for finding in report.findings if finding.verdict in WRONG] if report else []
    return visit.show("pages/domains/page.html", **frame(visit, name), domains=domains, report=report, wrong=wrong)


def _fields(domain: MailDomain) -> dict[str, str]:
    fields = {"domain": domain.name, "dmarc": domain.dmarc, "mta_sts": domain.mta_sts}
    return fields | {"catch_all": domain.catch_all or ""}


def _path(tenant: str) -> str:
    return f"/tenants/{tenant}/domains"


_AT = "/tenants/{tenant}/domains"
PAGES = (
    Page("GET", _AT, domains),
    Page("GET", f"{_AT}/check", check),
    Page("POST", _AT, add, form=domains),
    Page("POST", f"{_AT}/policies", keep, form=domains),
    Page("POST", f"{_AT}/remove", remove, form=domains),
)
