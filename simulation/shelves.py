"""What must be true of backups, whatever goes wrong: what was confirmed is kept, and is what lay on the disks.

The witness stands between a host and its faults, and remembers every moment that was held there. No store is asked
for that: what a snapshot is to be comes from the disks, what is to be there from the orders that ended well.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from mailstead.backup.drivers.memory_disks import MemoryDisks
from mailstead.backup.model import Quiet, Snapshot, Taken
from mailstead.backup.store.names import Names
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.blocks import Blocks
from mailstead.lifecycle.workflow import PURGE
from mailstead.orders.model import OrderView, Status
from mailstead.protection.workflow import PRUNE, RESTORE, RUN, TEND

GIVEN_UP = (PRUNE, TEND)
MAIL = 1 << 20  # bytes of a disk that guests write
Held: TypeAlias = tuple[str, str, str, str]  # tenant, disk, point, when


@dataclass(slots=True)
class Moments:
    """Every disk as it was at every moment that a host held."""

    seen: dict[Held, Blocks] = field(default_factory=dict)

    def note(self, tenant: str, taken: Taken) -> None:
        for source in taken.sources:
            self.seen[tenant, source.name, source.point, taken.at.isoformat()] = source.blocks

    def differing(self, store: TenantStore, snapshot: Snapshot) -> Iterator[str]:
        """Yield the disks of a snapshot that are not what lay there at its moment."""
        with store.reading(snapshot.number, "judge") as reading:
            for disk in snapshot.disks:
                was = self.seen.get((snapshot.tenant, disk.name, disk.point, snapshot.taken.isoformat()))
                if was is None or not alike(was, reading.disk(disk.name)):
                    yield disk.name

    def at(self, tenant: str, disk: str, when: str) -> Blocks | None:
        """Return a disk as it was then."""
        return next((was for (*of, _, at), was in self.seen.items() if (of, at) == ([tenant, disk], when)), None)


class Witness:
    """The changed blocks of one host, whose moments are noted."""

    def __init__(self, inner: MemoryDisks, moments: Moments) -> None:
        self._inner, self._moments = inner, moments

    @contextmanager
    def moment(self, machine: str, bases: Mapping[str, str], quiet: Quiet) -> Iterator[Taken]:
        with self._inner.moment(machine, bases, quiet) as taken:
            self._moments.note(machine, taken)
            yield taken

    def keep(self, machine: str, points: Collection[str]) -> None:
        self._inner.keep(machine, points)


@dataclass(slots=True)
class Promises:
    """What was said to be kept: snapshots by orders that ended well, and holds that were granted."""

    made: set[tuple[str, int, int]] = field(default_factory=set)  # tenant, number, and the order's own
    held: set[tuple[str, int]] = field(default_factory=set)

    def hear(self, order: OrderView) -> None:
        """Note what an order that ended well promises."""
        if order.status is Status.DONE and order.kind in {RUN, RESTORE}:
            found = order.report.get("snapshot" if order.kind == RUN else "before")
            if isinstance(found, int):
                self.made.add((order.tenant, found, order.sequence))

    def broken(self, there: Collection[str], orders: Sequence[OrderView]) -> Iterator[str]:
        """Yield what was promised and is not among the objects that are *there*; *orders*: all, the newest first."""
        given_up = {(order.tenant, number) for order in orders for number in _given_up(order)}
        purged = {order.tenant: order.sequence for order in reversed(orders) if order.kind == PURGE}
        made = {(tenant, number) for tenant, number, made in self.made if made > purged.get(tenant, 0)}
        for tenant, number in sorted(self.held | (made - given_up)):
            if Names(tenant).snapshot(number) not in there:
                yield f"snapshot {number} of {tenant}"


def alike(one: Blocks, other: Blocks) -> bool:
    """Say whether two disks are of one size and hold the same where mail lies."""
    return one.size == other.size and one.read(0, MAIL) == other.read(0, MAIL)


def _given_up(order: OrderView) -> Collection[int]:
    found = order.inputs.get("snapshots", []) if order.kind in GIVEN_UP else []
    return [number for number in found if isinstance(number, int)] if isinstance(found, list) else []
