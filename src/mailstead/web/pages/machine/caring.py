"""What is done to a machine beside its size: checkpoints, a move to another host, a copy."""

from collections.abc import Callable, Mapping

from starlette.responses import Response

from mailstead.orders.model import OrderView
from mailstead.web.confirming import demand_typed
from mailstead.web.visit import Visit


def take(visit: Visit, tenant: str) -> Response:
    label = visit.form.get("label", "").strip()
    order = visit.access.machines.take(tenant, label)
    return _ordered(visit, tenant, order, visit.text("Checkpoint %(label)s is being made.", label=label))


def bring_back(visit: Visit, tenant: str) -> Response:
    """Bring the machine back; what came since is given up by typing the tenant's name."""
    demand_typed(visit, tenant)
    label = visit.form.get("label", "")
    order = visit.access.machines.bring_back(tenant, label, allow_loss=[f"machine {tenant}"])
    text = visit.text("The machine is being brought back to %(label)s.", label=label)
    return visit.done(f"/orders/{order.id}", text)


def drop(visit: Visit, tenant: str) -> Response:
    label = visit.form.get("label", "")
    order = visit.access.machines.drop(tenant, label)
    return _ordered(visit, tenant, order, visit.text("Checkpoint %(label)s is being forgotten.", label=label))


def move(visit: Visit, tenant: str) -> Response:
    order = visit.access.machines.move(tenant, visit.form.get("node", ""))
    return visit.done(f"/orders/{order.id}", visit.text("The machine is being moved while it runs."))


def export(visit: Visit, tenant: str) -> Response:
    order, place = visit.access.machines.export(tenant, visit.form.get("to", "").strip())
    text = visit.text("A copy is being made in %(folder)s.", folder=place.folder if place else "?")
    return _ordered(visit, tenant, order, text)


def _ordered(visit: Visit, tenant: str, order: OrderView, text: str) -> Response:
    return visit.done(f"/tenants/{tenant}/machine", text, link=f"/orders/{order.id}")


CARE: Mapping[str, Callable[[Visit, str], Response]] = {
    "checkpoints": take,
    "checkpoints/restore": bring_back,
    "checkpoints/remove": drop,
    "move": move,
    "export": export,
}
