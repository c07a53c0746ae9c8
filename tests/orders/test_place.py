"""What a DBOS engine makes of its place: one worker, lasting files, no pickle, no noise."""

import base64
import logging
import pickle
import sqlite3
from pathlib import Path

import pytest
from dbos import DBOS
from dbos._dbos import _get_dbos_instance

from mailstead.ground.clock import SystemClock
from mailstead.orders.desk import LedgerDesk
from mailstead.orders.drivers.dbos.place import WorkerLock, host_id
from mailstead.orders.drivers.dbos.plain import JsonSerializer
from mailstead.orders.model import StateInUse, Status
from mailstead.orders.store import OrderLedger
from mailstead.state.database import Database

from .dbos_state import State, sqlite_state
from .scene import finish, nothing, start, until_waiting
from .worker import worker


@pytest.fixture
def state(tmp_path: Path) -> State:
    return sqlite_state(tmp_path)


def test_a_second_worker_on_the_same_state_is_refused(state: State) -> None:
    with state.engine() as engine:
        engine.launch()
        with worker(state, "elsewhere", refused=True) as elsewhere:
            elsewhere.join(20)
            assert elsewhere.exitcode == 3
        with state.engine() as second, pytest.raises(StateInUse) as refused:
            second.launch()
        assert refused.value.remedy


def test_workers_of_one_postgres_need_ids_of_their_own(tmp_path: Path) -> None:
    url = "postgresql+psycopg://h/db"
    one, same, other = (WorkerLock(tmp_path, url, worker) for worker in ("a", "a", "b"))
    one.acquire()
    other.acquire()
    with pytest.raises(StateInUse):
        same.acquire()
    one.release()
    same.acquire()
    for lock in (same, other):
        lock.release()


def test_a_desk_elsewhere_gives_orders_to_the_running_worker(state: State) -> None:
    database = Database(state.database_url)
    desk = LedgerDesk(OrderLedger(database), SystemClock())
    with state.engine(act=nothing, ask=lambda order, _: order.wait_for("go", 60)) as engine:
        engine.launch()
        assert finish(engine, start(desk, "act", key="a")).status is Status.DONE
        asked = start(desk, "ask", key="b")
        until_waiting(engine, asked)
        desk.send(asked, "go")
        assert desk.wait(asked, 10).status is Status.DONE
    database.close()


def test_an_engine_that_is_not_launched_is_a_desk(state: State) -> None:
    with state.engine() as engine:
        order = start(engine, "act")
        assert engine.show(order).status is Status.QUEUED
    with state.engine(act=nothing) as engine:
        engine.launch()
        assert finish(engine, order).status is Status.DONE


def test_the_engines_file_is_private_and_in_wal_mode(state: State, tmp_path: Path) -> None:
    with state.engine() as engine:
        engine.launch()
        path = tmp_path / "engine.db"
        assert path.stat().st_mode & 0o777 == 0o600
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()
        with _get_dbos_instance()._sys_db.engine.connect() as used:  # the very pool that DBOS uses
            assert used.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_the_host_keeps_its_id(tmp_path: Path) -> None:
    first = host_id(tmp_path)
    assert host_id(tmp_path) == first
    assert len(first) == 36
    assert [path.name for path in tmp_path.iterdir()] == ["host-id"]


class Bomb:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.marker,))


def test_a_tampered_row_is_not_executed(state: State, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    payload = base64.b64encode(pickle.dumps({"args": [Bomb(marker)], "kwargs": {}})).decode()
    with state.engine(act=lambda order, _: order.step("act", lambda: 1)) as engine:
        engine.launch()
        order = start(engine, "act")
        finish(engine, order)
    with sqlite3.connect(tmp_path / "engine.db") as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        changed = 0
        for table in tables:
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            for column in columns & {"serialization", "inputs", "output", "error"}:
                value = "py_pickle" if column == "serialization" else payload
                changed += connection.execute(f"UPDATE {table} SET {column} = ?", (value,)).rowcount  # noqa: S608
        connection.execute("UPDATE workflow_status SET status = 'PENDING'")
    connection.close()
    assert changed >= 4
    with state.engine(act=nothing) as engine:
        engine.launch()
        SystemClock().sleep(1)  # recovery tries to run it again
        assert isinstance(DBOS.list_workflows()[0].output, str)
        DBOS.list_workflow_steps(order)
    assert not marker.exists()
    pickle.loads(base64.b64decode(payload))  # noqa: S301  # the bomb itself would have worked
    assert marker.exists()


def test_nothing_is_kept_that_is_not_json(state: State, tmp_path: Path) -> None:
    with state.engine(act=lambda order, _: order.step("act", lambda: ["text"])) as engine:
        engine.launch()
        finish(engine, start(engine, "act"))
    with sqlite3.connect(tmp_path / "engine.db") as connection:
        found = connection.execute("SELECT DISTINCT serialization FROM operation_outputs").fetchall()
    connection.close()
    assert found == [(JsonSerializer().name(),)]


def test_dbos_says_nothing_by_itself(state: State, capfd: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise RuntimeError("a defect")

    with state.engine(act=lambda order, _: order.step("act", refuse)) as engine:
        engine.launch()
        assert finish(engine, start(engine, "act")).status is Status.FAILED
    assert capfd.readouterr() == ("", "")
    assert not [h for h in logging.getLogger("dbos").handlers if type(h) is logging.StreamHandler]
