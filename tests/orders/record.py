"""Record half-run orders as this release leaves them: `python -m tests.orders.record FOLDER` (say, histories/0.2).

Orders of every runbook are held at each of their steps at once, together with one that waits, one that sleeps, one that
failed, one that was cancelled and one in line; then both databases are written down as SQL, as a kill at this moment
would leave them. `test_histories` lets every later release finish them.
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import cast

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import Rejected
from mailstead.lifecycle.steps import Steps
from mailstead.lifecycle.workflow import PURGE, REMOVE, SETTLE, Runbooks
from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.orders.model import Inputs, Limits, Status
from mailstead.orders.port import Order
from mailstead.state.database import Database

from .dbos_state import sqlite_state

HOST_ID = "00000000-0000-4000-8000-000000000001"
STEPS = {SETTLE: 12, REMOVE: 4, PURGE: 7}
LIMITS = Limits(platform=64)
FILES = ("state", "engine")


class Halting:
    """Stands in for all steps of a tenant's life: they do nothing, but hold or fail where the tenant's name says."""

    def __init__(self) -> None:
        self.done: dict[str, list[str]] = {}
        self.go_on = Event()

    def __getattr__(self, verb: str) -> Callable[..., list[str]]:
        return partial(self._act, verb)

    def _act(self, verb: str, tenant: str, mine: Callable[[], None], *_allowed: object) -> list[str]:
        mine()
        verbs = self.done.setdefault(tenant, [])
        verbs.append(verb)
        _, what, at, *_ = f"{tenant}--".split("-")
        if what == "fails" and at == str(len(verbs)) and not self.go_on.is_set():
            raise Rejected("the host said no", remedy="ask the host")
        if what == "holds" and at == str(len(verbs)):
            self.go_on.wait()
        return [verb]

    def register(self, engine: DbosEngine) -> None:
        """Register today's runbooks over these steps, and the two kinds of waits."""
        Runbooks(cast("Steps", self)).register(engine)
        engine.register("ask", ask)
        engine.register("doze", doze)


def ask(order: Order, _: Inputs) -> None:
    order.now()
    order.step("before", list)
    order.wait_for("answer", 10**10)
    order.step("after", list)


def doze(order: Order, _: Inputs) -> None:
    order.step("before", list)
    order.sleep(20.0)  # long over when a later release wakes up
    order.step("after", list)


def orders() -> Iterator[tuple[str, str]]:
    """Yield kind and tenant of every order that is recorded."""
    for kind, steps in STEPS.items():
        yield from ((kind, f"{kind}-holds-{at}") for at in range(1, steps + 1))
    yield from ((SETTLE, "settle-fails-4"), ("ask", "ask"), ("ask", "cancelled"), ("doze", "doze"), (REMOVE, "doze"))


def record(folder: Path) -> None:
    """Write `state.sql` and `engine.sql` into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / "host-id").write_text(f"{HOST_ID}\n")
        state = sqlite_state(home)
        database = Database(state.database_url)
        engine, steps = state.engine_on(database, limits=LIMITS), Halting()
        steps.register(engine)
        engine.launch()
        for kind, tenant in orders():
            engine.start(kind, key=f"{kind}/{tenant}", tenant=tenant, host=None, inputs={})
        _until_all_hold(engine)
        for name in FILES:
            (folder / f"{name}.sql").write_text(_dump(home / f"{name}.db"))
        steps.go_on.set()
        engine.close()
        database.close()


def _until_all_hold(engine: DbosEngine) -> None:
    clock = SystemClock()
    steps: dict[str, tuple[Status, int]] = {}
    for _ in range(600):
        views = engine.list(limit=200)
        before, steps = steps, {view.id: (view.status, len(view.steps)) for view in views}
        for view in views:
            if view.tenant == "cancelled" and view.status is Status.WAITING:
                engine.cancel(view.id)
        clock.sleep(1.0)
        queued = [view.tenant for view in views if view.status is Status.QUEUED]
        if queued == ["doze"] and steps == before:
            return
    raise TimeoutError(steps)


def _dump(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        text = "\n".join(connection.iterdump())
    connection.close()
    return text + "\n"


def restored(folder: Path, home: Path) -> None:
    """Bring databases and host back from what was recorded in *folder*."""
    (home / "host-id").write_text(f"{HOST_ID}\n")
    for name in FILES:
        with sqlite3.connect(home / f"{name}.db") as connection:
            connection.executescript((folder / f"{name}.sql").read_text())
        connection.close()


if __name__ == "__main__":
    record(Path(sys.argv[1]))
