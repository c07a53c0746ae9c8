"""Moments in an order's life, each told from outside: by the ledger, by files of the services, by virsh.

A moment is a question that can be asked again and again; it is there as soon as the answer is yes.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from mailstead.cli.demo.cast import HOME
from mailstead.ground.clock import SystemClock
from mailstead.orders.desk import LedgerDesk
from mailstead.orders.model import OrderView, Outcome, StepView
from mailstead.orders.store import OrderLedger
from mailstead.state.database import Database

from .programs import in_guest, said

Moment = Callable[[], bool]


def open_orders(home: Path = HOME) -> list[OrderView]:
    """Return the orders that are open, as any other process sees them."""
    return [view for view in orders(home) if view.status.is_open]


def orders(home: Path = HOME) -> list[OrderView]:
    """Return the latest orders; none before there is a platform."""
    file = home / "state.sqlite"
    if not file.exists() or not (home / "orders.sqlite").exists():
        return []
    database = Database(f"sqlite:///{file}")
    try:
        return LedgerDesk(OrderLedger(database), SystemClock()).list(limit=20)
    finally:
        database.close()


def step_begun(name: str, tenant: str = "") -> Moment:
    """A step of this name is under way in some order, or in one of this tenant."""

    def begun() -> bool:
        views = [view for view in open_orders() if tenant in ("", view.tenant)]
        return any(step.name == name for step in _steps_in_hand(views))

    return begun


def step_tries_again(code: str) -> Moment:
    """A step failed with this error and is to be tried again."""
    return lambda: any((step.error or {}).get("code") == code for step in _steps_in_hand(open_orders()))


def told(code: str, tenants: Iterable[str]) -> Moment:
    """The latest order of each of these tenants has met this error: it failed of it, or waits for what it lacks."""
    wanted = set(tenants)

    def seen() -> bool:
        latest = {view.tenant: view for view in reversed(orders())}
        return {name for name, view in latest.items() if _met(view, code)} >= wanted

    return seen


def errors() -> list[dict[str, str]]:
    """Return the errors that the latest orders have met, as they tell them."""
    return [error for view in orders() for error in _errors(view)]


def _met(view: OrderView, code: str) -> bool:
    return any(error.get("code") == code for error in _errors(view))


def _errors(view: OrderView) -> list[dict[str, str]]:
    return [error for error in (view.error, *(step.error for step in view.steps)) if error]


def qemu_started(tenant: str) -> Moment:
    """QEMU has begun; libvirt is still at it, and nobody has bound the port."""
    file = Path(f"/run/libvirt/qemu/ms-{tenant}.pid")
    return file.exists


def zone_written(zone: str) -> Moment:
    """The zone's first content is written; the name server does not know it yet."""
    return (HOME / "knot" / "zones" / f"{zone}.zone").exists


def anchors_in_hand_over() -> bool:
    """The resolver's zones are written anew and not loaded yet."""
    return (HOME / "unbound" / "reload.due").exists()


def converging(tenant: str) -> Moment:
    """The configuration has arrived in the machine, whose script is at work on it."""
    begun = step_begun("configure mail server", tenant)  # the other's machine may still be booting
    return lambda: begun() and bool(in_guest(tenant, "/bin/ls", "/var/lib/mailstead/incoming").strip())


def processors_plugged(tenant: str, number: int) -> Moment:
    """The running machine has so many processors."""
    argv = ("virsh", "--connect", "qemu:///system", "vcpucount", f"ms-{tenant}", "--current", "--live")
    return lambda: said(*argv).strip() == str(number)


def paused(tenant: str) -> Moment:
    """QEMU has stopped the machine because of its disk."""
    argv = ("virsh", "--connect", "qemu:///system", "domstate", f"ms-{tenant}", "--reason")
    return lambda: said(*argv).strip() == "paused (I/O error)"


def _steps_in_hand(views: Iterable[OrderView]) -> list[StepView]:
    return [step for view in views for step in view.steps if step.outcome is Outcome.RUNNING]
