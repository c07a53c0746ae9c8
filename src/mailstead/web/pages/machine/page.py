"""A tenant's machine: what it uses right now, and another size for it."""

from typing import Any

from starlette.responses import Response

from mailstead.ground.errors import Denied, MailsteadError, NotFound
from mailstead.hypervisors.model import MachineStatistics
from mailstead.hypervisors.operating import Checkpoint
from mailstead.tenants.model import Allowance
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit

from .caring import CARE
from .charts import Sample, line, packed, samples_of

SIZES = ("vcpus", "memory_mib", "disk_gib")


def machine(visit: Visit, tenant: str) -> Response:
    shown = frame(visit, tenant) | _usage(visit, tenant)
    here = shown["entry"].host
    others = [(host.name, host.name) for host in visit.running.platform.hosts if host.name != here]
    return visit.show("pages/machine/page.html", **shown, **_checkpoints(visit, tenant), others=others)


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


def _checkpoints(visit: Visit, name: str) -> dict[str, Any]:
    """Return the machine's checkpoints, the latest first; why there can be none where its host has not such."""
    found: tuple[Checkpoint, ...] = ()
    try:
        found = visit.access.machines.checkpoints(name)
    except Denied:
        raise
    except MailsteadError as error:
        return {"checkpoints": found, "without": error}
    return {"checkpoints": sorted(found, key=lambda one: one.created, reverse=True), "without": None}


def _usage(visit: Visit, name: str) -> dict[str, Any]:
    usage, silence = None, None
    try:
        usage = visit.access.machines.usage(name)
    except NotFound:
        usage = None
    except Denied:
        raise
    except MailsteadError as error:
        silence = error
    allowance = visit.access.tenants.get(name).tenant.allowance
    busy = _busy(visit, usage, allowance.vcpus) if usage else None
    return {"usage": usage, "busy": busy, "silence": silence} | _lines(visit, usage, busy, allowance)


def _lines(visit: Visit, usage: MachineStatistics | None, busy: float | None, allowance: Allowance) -> dict[str, Any]:
    """Return the last minutes as lines, and as what the next look is to bring along."""
    samples = samples_of(visit.query("past"))
    if usage and busy is not None:
        samples = (*samples, Sample(round(busy * 100), round(usage.memory_used_mib * 100 / allowance.memory_mib)))
    lines = {"busy_line": line([one.busy for one in samples]), "memory_line": line([one.memory for one in samples])}
    return {"past": packed(samples), **lines}


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
    *(Page("POST", f"{_AT}/{path}", verb, form=machine) for path, verb in CARE.items()),
)
