"""How a tenant's protection is told. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailstead.access.backups import BackupView, ProtectionView
from mailstead.orders.model import OrderView, Status
from mailstead.protection.workflow import RESTORE, UNDO

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """A tenant in a list: `state` is one word, `why` what somebody should know of it."""

    view: ProtectionView
    state: str
    why: str


def line(view: ProtectionView) -> Line:
    """Return how a tenant stands; the worst is told."""
    state, why = _state(view)
    return Line(view, state, why)


def size_mib(view: BackupView) -> float:
    """Return how large the disks of a backup are together."""
    return sum(disk.size for disk in view.snapshot.disks) / MIB


def unfinished(orders: Sequence[OrderView]) -> list[OrderView]:
    """Return restores that came to no end and were not taken back: the disks from before are still kept."""
    undone = {order.inputs.get("order") for order in orders if order.kind == UNDO and order.status is not Status.FAILED}
    broken = {Status.FAILED, Status.CANCELLED}
    return [order for order in orders if order.kind == RESTORE and order.status in broken and order.id not in undone]


def _state(view: ProtectionView) -> tuple[str, str]:
    known = view.known
    if not view.on:
        return "unprotected", ""
    if known and known.damage:
        return "damaged", known.damage
    if view.overdue:
        return "overdue", known.failure if known else ""
    if known and known.failure:
        return "failing", known.failure
    return ("protected" if known and known.good else "awaited"), ""
