"""What a memory engine remembers, and what outlives its crash."""

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from mailstead.ground.errors import NotFound
from mailstead.orders.model import Lease, OrderView, Selection, Status
from mailstead.orders.plan import Transition


class MemoryLedger:
    """The `Ledger` in a dictionary."""

    def __init__(self) -> None:
        self._orders: dict[str, OrderView] = {}
        self._number = 0
        self._lock = RLock()

    def add(self, order: OrderView) -> OrderView:
        with self._lock:
            if order.id not in self._orders:
                self._orders[order.id] = replace(order, sequence=self.next_number())
            return self._orders[order.id]

    def get(self, order: str) -> OrderView:
        with self._lock:
            if order not in self._orders:
                remedy = "see mailstead order list"
                raise NotFound(f"there is no order {order}", field="order", value=order, remedy=remedy)
            return self._orders[order]

    def change(self, order: str, transition: Transition) -> OrderView:
        with self._lock:
            self._orders[order] = transition(self.get(order))
            return self._orders[order]

    def next_number(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def active(self) -> builtins.list[OrderView]:
        return [order for order in self._sorted() if order.status.is_open or order.handed]

    def list(self, tenant: str | None, status: Status | None, limit: int) -> builtins.list[OrderView]:
        found = [
            order
            for order in reversed(self._sorted())
            if tenant in {None, order.tenant} and status in {None, order.status}
        ]
        return found[:limit]

    def select(self, selection: Selection) -> builtins.list[OrderView]:
        return [order for order in reversed(self._sorted()) if selection.admits(order)][: selection.limit]

    def ended(self, before: datetime, limit: int) -> Sequence[str]:
        gone = [order.id for order in self._sorted() if order.ended and order.ended < before]
        return [order for order in gone if not (self._orders[order].status.is_open or self._orders[order].handed)][
            :limit
        ]

    def forget(self, ended: Sequence[str]) -> None:
        with self._lock:
            for order in ended:
                if not self._orders[order].status.is_open:
                    del self._orders[order]

    def _sorted(self) -> builtins.list[OrderView]:
        with self._lock:
            return sorted(self._orders.values(), key=lambda order: order.sequence)


class MemoryLeases:
    """The `Leases` in a dictionary; they do not expire, as no other process could miss them."""

    ttl_s = float("inf")

    def __init__(self) -> None:
        self._tokens: dict[str, int] = {}
        self._held: dict[str, Lease] = {}

    def take(self, resource: str, holder: str, worker: str) -> Lease | None:
        if resource in self._held:
            return None
        self._tokens[resource] = self._tokens.get(resource, 0) + 1
        self._held[resource] = Lease(resource, holder, worker, self._tokens[resource])
        return self._held[resource]

    def holder(self, resource: str) -> str:
        lease = self._held.get(resource)
        return lease.holder if lease else ""

    def all(self) -> builtins.list[Lease]:
        return list(self._held.values())

    def renew(self, lease: Lease) -> bool:
        return self.held(lease)

    def held(self, lease: Lease) -> bool:
        return self._held.get(lease.resource) == lease

    def release(self, lease: Lease) -> None:
        if self.held(lease):
            del self._held[lease.resource]

    def release_all(self, worker: str) -> None:
        self._held = {name: lease for name, lease in self._held.items() if lease.worker != worker}


@dataclass(slots=True)
class Journal:
    """What outlives a crash. `steps` holds, for each order, the JSON of what every checkpoint kept."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    leases: MemoryLeases = field(default_factory=MemoryLeases)
    steps: dict[str, builtins.list[tuple[str, str]]] = field(default_factory=dict)
