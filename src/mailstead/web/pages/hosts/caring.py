"""One host: what it told of itself, and its maintenance. What emptying it means is shown before it is done."""

from collections.abc import Sequence

from starlette.responses import Response

from mailstead.hypervisors.operating import HostEvent
from mailstead.lifecycle.draining import DrainPlan
from mailstead.lifecycle.errors import NotOfDriver
from mailstead.web.page import Page
from mailstead.web.visit import Visit

from .seen import shown


def host(visit: Visit, host: str) -> Response:
    return _show(visit, host, None)


def plan(visit: Visit, host: str) -> Response:
    return _show(visit, host, visit.access.hosts.drain_plan(host))


def drain(visit: Visit, host: str) -> Response:
    orders = visit.access.hosts.drain(host, visit.form.get("reason", "").strip()[:200])
    text = visit.text("%(host)s takes no new tenants; %(number)s machines are being moved.")
    told = text % {"host": host, "number": len(orders)}
    return visit.done(f"/hosts/{host}", told, link="/orders", undo=(f"/hosts/{host}/resume", {}))


def resume(visit: Visit, host: str) -> Response:
    visit.access.hosts.resume(host)
    return visit.done(f"/hosts/{host}", visit.text("%(host)s takes tenants again.", host=host))


def _show(visit: Visit, name: str, plan: DrainPlan | None) -> Response:
    seen = shown(visit.access.hosts.get(name))
    return visit.show("pages/hosts/host.html", host=seen, plan=plan, events=_events(visit, seen.name, seen.state))


def _events(visit: Visit, name: str, state: str) -> Sequence[HostEvent] | None:
    """Return the latest events, the newest first; None where the host has no such log, or is silent."""
    if state == "silent":
        return None
    try:
        return visit.access.hosts.events(name)[::-1][:50]
    except NotOfDriver:
        return None


_AT = "/hosts/{host}"
CARE = (
    Page("GET", _AT, host),
    Page("GET", f"{_AT}/drain", plan),
    Page("POST", f"{_AT}/drain", drain, form=host),
    Page("POST", f"{_AT}/resume", resume, form=host),
)
