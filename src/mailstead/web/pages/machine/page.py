"""A tenant's machine: what it uses right now, and another size for it."""

from typing import Any

from starlette.responses import Response

from mailstead.ground.errors import Denied, MailsteadError, NotFound
from mailstead.hypervisors.model import MachineStatistics
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit

SIZES = ("vcpus", "memory_mib", "disk_gib")


def machine(visit: Visit, tenant: str) -> Response:
    return visit.show("pages/machine/page.html", **frame(visit, tenant), **_usage(visit, tenant))


def live(visit: Visit, tenant: str) -> Response:
    """Answer with the gauges alone. The query holds what was seen last: nothing is kept here between two looks."""
    return visit.show("pages/machine/live.html", **frame(visit, tenant), **_usage(visit, tenant))


def resize(visit: Visit, tenant: str) -> Response:
    before = visit.access.tenants.get(tenant).tenant.allowance
    after = before.changed(**{name: visit.form.get(name, "") for name in SIZES})
    order = visit.access.tenants.resize(tenant, vcpus=after.vcpus, memory_mib=after.memory_mib, disk_gib=after.disk_gib)
    undo = {name: str(getattr(before, name)) for name in SIZES}
    can_undo = after.disk_gib == before.disk_gib
    path = f"/tenants/{tenant}/machine"
    text = visit.text("The machine is getting its new size.")
    return visit.done(path, text, link=f"/orders/{order.id}", undo=(f"{path}/resize", undo) if can_undo else None)


def _usage(visit: Visit, name: str) -> dict[str, Any]:
    try:
        usage = visit.access.machines.get(name).usage
    except NotFound:
        usage = None
    except Denied:
        raise
    except MailsteadError as error:
        return {"usage": None, "busy": None, "silence": error}
    vcpus = visit.access.tenants.get(name).tenant.allowance.vcpus
    return {"usage": usage, "busy": _busy(visit, usage, vcpus) if usage else None, "silence": None}


def _busy(visit: Visit, usage: MachineStatistics, vcpus: int) -> float | None:
    """Return the share of its processors that was used since the look before; None at the first one."""
    try:
        used, at = float(visit.query("cpu")), float(visit.query("at"))
    except ValueError:
        return None
    passed = visit.now.timestamp() - at
    return min(1.0, max(0.0, (usage.cpu_seconds - used) / (passed * vcpus))) if passed > 0 else None


_AT = "/tenants/{tenant}/machine"
PAGES = (
    Page("GET", _AT, machine),
    Page("GET", f"{_AT}/live", live),
    Page("POST", f"{_AT}/resize", resize, form=machine),
)
