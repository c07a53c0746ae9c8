"""Workers that die: SIGKILL at any point of any step, another worker's take-over, Ctrl-C."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.orders.desk import LedgerDesk
from mailstead.orders.model import OrderView, Status
from mailstead.orders.store import OrderLedger
from mailstead.state.database import Database

from .dbos_state import State, postgres_state, sqlite_state
from .worker import worker

POINTS = [f"{step} {moment}" for step in ("one", "two", "three") for moment in ("before", "after")]


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> State:
    return sqlite_state(tmp_path_factory.mktemp("killed"))


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    yield from postgres_state(tmp_path_factory.mktemp("killed"))


def test_kill_the_worker_anywhere_on_sqlite(sqlite: State, tmp_path: Path) -> None:
    survives_kills(sqlite, tmp_path)


@pytest.mark.postgres
def test_kill_the_worker_anywhere_on_postgres(postgres: State, tmp_path: Path) -> None:
    survives_kills(postgres, tmp_path)


@pytest.mark.postgres
def test_a_living_worker_takes_over_from_a_dead_one(postgres: State, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with desk_on(postgres) as desk, worker(postgres, "first") as first:
        order = give(desk, "over", log, dwell_s=2)
        wait_for_lines(log, 1)
        with worker(postgres, "second"):
            first.kill()
            view = desk.wait(order, 40)
    assert view.status is Status.DONE
    lines = log.read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["one", "one", "two", "three"]
    assert len({line.split()[0] for line in lines}) == 2


def test_ctrl_c_leaves_the_order_to_the_next_worker(sqlite: State, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with desk_on(sqlite) as desk:
        with worker(sqlite) as process:
            order = give(desk, "ctrl-c", log, dwell_s=0.5)
            wait_for_lines(log, 1)
            os.kill(process.pid or 0, signal.SIGINT)
            process.join(20)
            assert process.exitcode == 0
        assert desk.show(order).status.is_open
        with worker(sqlite):
            assert desk.wait(order, 20).status is Status.DONE
    assert [line.split()[1] for line in log.read_text().splitlines()] == ["one", "two", "three"]


def survives_kills(state: State, tmp_path: Path) -> None:
    """Each worker finishes the order that killed the one before, then dies of its own."""
    log = {point: tmp_path / point.replace(" ", "-") for point in POINTS}
    last = None
    with desk_on(state) as desk:
        for point in POINTS:
            with worker(state) as process:
                if last:
                    check(desk.wait(last, 20), log)
                last = give(desk, point, log[point], kill=point)
                process.join(20)
                assert process.exitcode == -signal.SIGKILL
        with worker(state):
            check(desk.wait(last or "", 20), log)


def check(order: OrderView, log: dict[str, Path]) -> None:
    """A step that died after its effect has it twice; all others once."""
    step, moment = order.key.split()
    done = [line.split()[1] for line in log[order.key].read_text().splitlines()]
    assert order.status is Status.DONE, order
    assert sorted(done) == sorted(["one", "two", "three", *([step] if moment == "after" else [])])
    assert [seen.name for seen in order.steps] == ["one", "two", "three"]


def give(desk: LedgerDesk, key: str, log: Path, **inputs: object) -> str:
    tenant = key.replace(" ", "-")
    return desk.start("build", key=key, tenant=tenant, host="h1", inputs={"log": str(log), **inputs})


@contextmanager
def desk_on(state: State) -> Iterator[LedgerDesk]:
    database = Database(state.database_url)
    yield LedgerDesk(OrderLedger(database), SystemClock())
    database.close()


def wait_for_lines(log: Path, number: int) -> None:
    clock = SystemClock()
    for _ in range(200):
        if log.exists() and len(log.read_text().splitlines()) >= number:
            return
        clock.sleep(0.1)
    raise AssertionError(f"{log} did not grow")
