"""Our own time to bring one tenant into service, step by step: memory drivers, so that no far side is waited for.

python -m benchmarks.onboard [TENANTS]
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mailstead.ground.clock import SystemClock
from mailstead.lifecycle.steps import Steps
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.lifecycle.workflow import Runbooks
from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.orders.port import Desk
from mailstead.orders.store import HeartbeatStore, LeaseStore, OrderLedger
from mailstead.wiring import Running, memory_platform

from .crowd import crowd_platform, crowd_tenant

BUDGET_S = 0.300


class Timed:
    """The steps, each with a stop watch."""

    def __init__(self, inner: Steps) -> None:
        self._inner = inner
        self.spent: dict[str, list[float]] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._watched(name, found) if callable(found) else found

    def _watched(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            began = time.perf_counter()
            try:
                return step(*args)
            finally:
                self.spent.setdefault(name, []).append(time.perf_counter() - began)

        return call


def main(tenants: int = 10) -> int:
    """Measure both engines, print, and return 0 when the budget holds for both."""
    return int(not all([_measure("MemoryEngine", tenants), _measure("DbosEngine on SQLite", tenants)]))


def _measure(name: str, tenants: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="mailstead-bench-") as folder:
        running, memory = memory_platform(Path(folder), crowd_platform(1))
        timed = Timed(running.steps)
        engine: Any = memory if name == "MemoryEngine" else _dbos(Path(folder), running)
        if engine is not memory:
            memory.close()
        Runbooks(timed).register(engine)  # type: ignore[arg-type]  # a stop watch over the steps
        if engine is not memory:
            engine.launch()
        cpu, walls = time.process_time(), [_onboard(running, engine, number) for number in range(tenants)]
        cpu = (time.process_time() - cpu) / tenants
        engine.close()
    wall = statistics.median(walls)
    print(f"{name}: {wall * 1000:.0f} ms a tenant (median of {tenants}), {cpu * 1000:.0f} ms CPU each")
    for step, seconds in timed.spent.items():
        print(f"    {step:<16} {statistics.median(seconds) * 1000:7.1f} ms")
    print(f"    budget {BUDGET_S * 1000:.0f} ms: {'held' if wall < BUDGET_S else 'BROKEN'}")
    return wall < BUDGET_S


def _dbos(folder: Path, running: Running) -> DbosEngine:
    database, clock = running.world.tenants._database, SystemClock()  # noqa: SLF001
    ledger, leases, beats = OrderLedger(database), LeaseStore(database, clock), HeartbeatStore(database, clock)
    return DbosEngine(ledger, leases, beats, system_url=f"sqlite:///{folder}/orders.sqlite", folder=folder, clock=clock)


def _onboard(running: Running, desk: Desk, number: int) -> float:
    lifecycle = Lifecycle(running.steps, desk)
    began = time.perf_counter()
    view = desk.wait(lifecycle.add(crowd_tenant(number)), 60.0)
    if view.error:
        raise SystemExit(str(view.error))
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
