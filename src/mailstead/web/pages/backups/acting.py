"""What is done to a tenant's backups; each takes an order, but for holds, which lie at once."""

from collections.abc import Callable, Mapping

from starlette.responses import Response

from mailstead.ground.errors import InvalidInput
from mailstead.ground.rhythms import Rhythm
from mailstead.orders.model import OrderView
from mailstead.web.visit import Visit

from .asked import chosen, named, number_of

GONE = "gone:"


def run(visit: Visit, tenant: str) -> Response:
    kind = visit.form.get("kind", "")
    order = visit.access.backups.run(tenant, Rhythm(kind) if kind in list(Rhythm) else None)
    return _ordered(visit, order, visit.text("A backup is being made."))


def verify(visit: Visit, tenant: str) -> Response:
    order = visit.access.backups.verify(tenant)
    return _ordered(visit, order, visit.text("All that is kept is being read anew."))


def drill(visit: Visit, tenant: str) -> Response:
    order = visit.access.backups.drill(tenant, chosen(visit))
    return _ordered(visit, order, visit.text("A backup is being tried out on a machine that nothing reaches."))


def collect(visit: Visit, tenant: str) -> Response:
    order = visit.access.backups.collect(tenant)
    return _ordered(visit, order, visit.text("The room that no backup needs is being freed."))


def prune(visit: Visit, tenant: str) -> Response:
    """Remove those that the page has shown, and no other."""
    numbers = [number_of(field.removeprefix(GONE)) for field in visit.form if field.startswith(GONE)]
    if not numbers:
        raise InvalidInput("no backup is chosen", field="snapshots", remedy="tick some backups first")
    order = visit.access.backups.prune(tenant, numbers)
    return _ordered(visit, order, visit.text("What the rules give up is being removed."))


def hold(visit: Visit, tenant: str) -> Response:
    reason, number = visit.form.get("reason", "").strip()[:500], named(visit)
    if not reason:
        raise InvalidInput("a hold needs a reason", field="reason", value="", remedy="say why: others read it later")
    visit.access.backups.hold(tenant, number, reason)
    text = visit.text("Backup %(number)s stays until the hold is lifted.", number=number)
    return visit.done(f"/tenants/{tenant}/backups", text)


def release(visit: Visit, tenant: str) -> Response:
    number = named(visit)
    visit.access.backups.release(tenant, number)
    text = visit.text("No hold lies on backup %(number)s any more.", number=number)
    return visit.done(f"/tenants/{tenant}/backups", text)


def undo(visit: Visit, tenant: str) -> Response:
    order = visit.access.backups.undo(tenant, visit.form.get("order", ""))
    return _ordered(visit, order, visit.text("The disks from before are being put back."))


def _ordered(visit: Visit, order: OrderView, text: str) -> Response:
    return visit.done(f"/orders/{order.id}", text)


ACTS: Mapping[str, Callable[[Visit, str], Response]] = {
    "run": run,
    "verify": verify,
    "drill": drill,
    "collect": collect,
    "prune": prune,
    "hold": hold,
    "release": release,
    "undo": undo,
}
