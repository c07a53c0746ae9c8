"""A tenant's network as a picture: who reaches its machine, and over what; and the rules that say so."""

from starlette.responses import Response

from mailstead.ground.errors import NotFound
from mailstead.tenants.model import AccessRule, Service, Tenant
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit


def network(visit: Visit, tenant: str) -> Response:
    shown = frame(visit, tenant)
    try:
        segment = visit.access.segments.get(tenant).segment
    except NotFound:
        segment = None
    return visit.show("pages/network/page.html", **shown, segment=segment, sources=_sources(shown["tenant"]))


def protect(visit: Visit, tenant: str) -> Response:
    before = visit.access.tenants.get(tenant).tenant
    given = {service: visit.lines(f"sources:{service}") for service in Service}
    rules = [
        AccessRule.parse({"service": service, "sources": sources}) for service, sources in given.items() if sources
    ]
    order = visit.access.tenants.protect(tenant, rules)
    undo = (f"/tenants/{tenant}/network", {f"sources:{service}": text for service, text in _sources(before).items()})
    text = visit.text("The access rules are being changed.")
    return visit.done(f"/tenants/{tenant}/network", text, link=f"/orders/{order.id}", undo=undo)


def _sources(tenant: Tenant) -> dict[Service, str]:
    """Return from where each kind of traffic may come, a network a line; nothing where it may from everywhere."""
    named = {service: [rule.sources for rule in tenant.firewall if rule.service is service] for service in Service}
    return {service: "\n".join(str(one) for rule in rules for one in rule) for service, rules in named.items()}


_AT = "/tenants/{tenant}/network"
PAGES = (
    Page("GET", _AT, network),
    Page("POST", _AT, protect, form=network),
)
