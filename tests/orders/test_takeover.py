"""Three worker processes on one PostgreSQL: one dies or stands still in the middle of a step, the others go on."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock, VirtualClock
from mailstead.orders.desk import LedgerDesk
from mailstead.orders.model import LEASE_S, Status
from mailstead.orders.store import HeartbeatStore, LeaseStore, OrderLedger
from mailstead.state.database import Database

from .dbos_state import State, postgres_state
from .worker import worker

pytestmark = pytest.mark.postgres
PROMISE_S = 30.0
ORDERS = 3


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    yield from postgres_state(tmp_path)


@pytest.fixture
def database(state: State) -> Iterator[Database]:
    database = Database(state.database_url)
    yield database
    database.close()


@dataclass(frozen=True)
class Line:
    """One effect, as the process that had it noted it."""

    time_s: float
    pid: int
    tenant: str
    token: int
    step: str
    part: str


def lines(log: Path) -> list[Line]:
    found = log.read_text().splitlines() if log.exists() else []
    return [
        Line(float(time_s), int(pid), tenant, int(token), step, part)
        for time_s, pid, tenant, token, step, part in map(str.split, found)
    ]


def give(desk: LedgerDesk, log: Path, dwell_s: float, number: int = ORDERS) -> list[str]:
    inputs = {"log": str(log), "dwell_s": dwell_s}
    return [desk.start("witnessed", key=f"k{n}", tenant=f"t{n}", host=None, inputs=inputs) for n in range(number)]


def until(ready: Callable[[], bool], timeout_s: float = 60.0) -> None:
    clock = SystemClock()
    end = clock.monotonic() + timeout_s
    while not ready():
        assert clock.monotonic() < end, "it did not come"
        clock.sleep(0.1)


def faults(seen: list[Line]) -> list[str]:
    """Return what must never be: an effect twice under one token, an old token's effect after a newer one's."""
    twice = [
        f"{about} {times} times"
        for about, times in Counter((e.tenant, e.token, e.step, e.part) for e in seen).items()
        if times > 1
    ]
    late = []
    for tenant in {line.tenant for line in seen}:
        mine = sorted((line for line in seen if line.tenant == tenant), key=lambda line: line.time_s)
        late += [f"{after} after {before}" for before, after in pairwise(mine) if after.token < before.token]
    return twice + late


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_the_living_take_over_from_a_leader_in_the_middle_of_a_step(
    state: State, database: Database, tmp_path: Path, how: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    log, clock = tmp_path / "log", SystemClock()
    desk = LedgerDesk(OrderLedger(database), clock)
    with ExitStack() as workers:
        first = workers.enter_context(worker(state, "first", lease_s=LEASE_S))
        orders = give(desk, log, dwell_s=2.0)
        until(lambda: len({line.tenant for line in lines(log)}) == ORDERS)
        for role in ("second", "third"):
            workers.enter_context(worker(state, role, lease_s=LEASE_S))
        assert LeaseStore(database, clock).holder("orders:dispatch").endswith("-first")
        os.kill(first.pid or 0, how)
        struck_s = clock.monotonic()
        ends = [desk.wait(order, 90).status for order in orders]
        if how is signal.SIGSTOP:
            os.kill(first.pid or 0, signal.SIGCONT)
            woken_s = clock.monotonic()
            clock.sleep(5.0)
            late = [line for line in lines(log) if line.pid == first.pid and line.time_s > woken_s]
            assert not late, "its late effects are refused"
            assert not [worker for worker in HeartbeatStore(database, clock).silent(5.0) if worker.endswith("-first")]
    seen = lines(log)
    taken_s = [
        min(line.time_s for line in seen if line.tenant == tenant and line.pid != first.pid) - struck_s
        for tenant in sorted({line.tenant for line in seen})
    ]
    with capsys.disabled():
        print(f"\nleader {how.name}: orders taken over after {', '.join(f'{s:.1f} s' for s in taken_s)}")
    assert ends == [Status.DONE] * ORDERS
    assert faults(seen) == []
    assert max(taken_s) < PROMISE_S


def test_nobody_steals_from_a_slow_worker(state: State, database: Database, tmp_path: Path) -> None:
    log = tmp_path / "log"
    desk = LedgerDesk(OrderLedger(database), SystemClock())
    with worker(state, "first"):  # its leases last 1.5 s, its steps 4 s
        orders = give(desk, log, dwell_s=4.0, number=1)
        until(lambda: bool(lines(log)))
        with worker(state, "second"):
            assert desk.wait(orders[0], 60).status is Status.DONE
    seen = lines(log)
    assert {line.token for line in seen} == {seen[0].token}
    assert len(seen) == 6


def test_clocks_of_workers_may_differ(database: Database) -> None:
    right = LeaseStore(database, SystemClock())
    ahead = LeaseStore(database, VirtualClock(datetime.now(UTC) + timedelta(hours=2)))
    behind = LeaseStore(database, VirtualClock(datetime.now(UTC) - timedelta(hours=2)))
    for number, (one, other) in enumerate([(right, ahead), (behind, right), (behind, ahead)]):
        lease = one.take(f"tenant:t{number}", "o1/x", "one")
        assert lease
        assert other.take(lease.resource, "o2/y", "other") is None
    beats = HeartbeatStore(database, VirtualClock(datetime.now(UTC) - timedelta(hours=2)))
    beats.beat("behind")
    assert HeartbeatStore(database, SystemClock()).silent(10.0) == []
