"""What the house sees of durable work: a desk where orders are given, an engine that carries them out."""

import builtins
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from .model import Inputs, Json, Lease, OrderView, Retries, Selection, Status
from .plan import Transition


class Order(Protocol):
    """What a workflow gets. It has no clock, no chance and no I/O of its own: all of that is in steps."""

    @property
    def id(self) -> str: ...

    @property
    def tenant(self) -> str: ...

    @property
    def token(self) -> int:
        """The fencing token under which this execution acts; a later execution's is higher."""

    @property
    def total_steps(self) -> int | None:
        """How many steps are expected, for progress bars."""

    @total_steps.setter
    def total_steps(self, number: int) -> None: ...

    def step(self, name: str, function: Callable[..., Json], *args: object, retries: Retries = ...) -> Json:
        """Call *function* and keep its JSON-able result: a step that is done is never called again.

        At least once: a crash after the effect and before the checkpoint repeats it. An error worth
        retrying is retried with back-off; any other, or the last one, is kept and raised, also on replay.
        Raises NotJson, and LostLease when the lease was lost meanwhile: such a step never counts as done.
        """

    def sleep(self, seconds: float) -> None:
        """Wait; a restart does not begin the wait anew."""

    def wait_for(self, event: str, timeout_s: float) -> Json:
        """Wait until somebody sends *event* and return its value; raise EventTimeout."""

    def now(self) -> datetime:
        """Return the time (UTC), the same again on replay."""

    def patch(self, name: str) -> bool:
        """Say whether the changed code is to run: false for orders that passed this point before it came."""

    def still_mine(self) -> None:
        """Raise LostLease or Cancelled if this execution must not act any more; for each effect anew."""


Workflow: TypeAlias = Callable[[Order, Inputs], None]


class Desk(Protocol):
    """Where orders are given and watched; works in any process, with or without a worker."""

    def start(self, kind: str, *, key: str, tenant: str, host: str | None, inputs: Inputs) -> str:
        """Queue an order and return its id; the same key, the same id. Raises KeyReused, NotJson, DiskNearlyFull."""

    def admit(self, kind: str) -> None:
        """Raise DiskNearlyFull if no order of *kind* is taken now, for whoever has things to do before `start`."""

    def cancel(self, order: str) -> OrderView:
        """Cancel an open order; a step in hand ends before another touches the tenant. Raises NotFound."""

    def retry(self, order: str) -> OrderView:
        """Go on from the step at which the order failed or was cancelled; let one that waits for room try now.

        Raises NotFound, NotRetryable.
        """

    def send(self, order: str, event: str, value: Json = None) -> None:
        """Tell an order that *event* has happened; the last value counts. Raises NotFound, NotJson."""

    def show(self, order: str) -> OrderView:
        """Return one order with its steps. Raises NotFound."""

    def list(self, tenant: str | None = None, status: Status | None = None, limit: int = 100) -> list[OrderView]:
        """Return orders, the newest first."""

    def select(self, selection: Selection) -> builtins.list[OrderView]:
        """Return the orders of a selection, the newest first."""

    def wait(self, order: str, timeout_s: float) -> OrderView:
        """Return the order when it has ended, or as it stands after *timeout_s*; a failure is not raised."""

    def watch(self, order: str) -> Iterator[OrderView]:
        """Yield the order whenever it has changed, for the last time when it has ended."""


class Engine(Desk, Protocol):
    """A desk with a worker behind it."""

    def register(self, kind: str, workflow: Workflow, *, gives_room: bool = False) -> None:
        """Say what an order of *kind* does; before `launch`. One that gives room back runs on a full disk too."""

    def launch(self) -> None:
        """Begin to work, first on what a crash left open. Raises StateInUse."""

    def close(self) -> None:
        """Stop at the next step and let go; open orders are resumed by the next launch. May be repeated."""

    def prune(self, before: datetime) -> int:
        """Forget the orders that ended before then, and their keys; return how many. For the worker, after `launch`."""


class Ledger(Protocol):
    """All orders. Every verb is atomic and lasting when it returns."""

    def add(self, order: OrderView) -> OrderView:
        """Keep a new order under the next number and return it; for a known id, the one that is there."""

    def get(self, order: str) -> OrderView:
        """Raises NotFound."""

    def change(self, order: str, transition: Transition) -> OrderView:
        """Replace an order by what *transition* makes of it; what that raises leaves the order as it was."""

    def next_number(self) -> int:
        """Return a number higher than any before."""

    def active(self) -> list[OrderView]:
        """Return the orders that are open or with the engine still, in the order of their numbers."""

    def list(self, tenant: str | None, status: Status | None, limit: int) -> list[OrderView]:
        """Return orders, the highest number first."""

    def select(self, selection: Selection) -> builtins.list[OrderView]:
        """Return the orders of a selection, the highest number first."""

    def ended(self, before: datetime, limit: int) -> Sequence[str]:
        """Return the ids of orders that ended before then and that the engine does not have, lowest number first."""

    def forget(self, ended: Sequence[str]) -> None:
        """Drop ended orders and their keys; open ones stay."""


class Leases(Protocol):
    """Who may act on what. An expired lease can be taken; a token once given is never given again."""

    @property
    def ttl_s(self) -> float:
        """How long a lease lasts unless it is renewed."""

    def take(self, resource: str, holder: str, worker: str) -> Lease | None:
        """Return a lease, or None while somebody else holds the resource."""

    def holder(self, resource: str) -> str:
        """Return who holds the resource, or an empty text."""

    def all(self) -> list[Lease]:
        """Return the leases that were neither released nor taken by others; expired ones, too."""

    def renew(self, lease: Lease) -> bool:
        """Put off the expiry; false: the lease is lost."""

    def held(self, lease: Lease) -> bool:
        """Say whether nobody has taken the resource since."""

    def release(self, lease: Lease) -> None:
        """Give the resource back; a lost lease is no error."""

    def release_all(self, worker: str) -> None:
        """Free what *worker* holds: for a worker that is known to be dead."""


class Heartbeats(Protocol):
    """Which workers live."""

    def beat(self, worker: str) -> None: ...

    def silent(self, for_s: float) -> list[str]:
        """Return the workers that were not seen for so many seconds."""

    def all(self) -> dict[str, datetime]:
        """Return when each worker was last seen."""

    def forget(self, worker: str) -> None: ...
