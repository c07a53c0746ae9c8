"""What the worker sets right by itself, and faults that DBOS once had: none of them strands or doubles an order."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from mailstead.ground.clock import SystemClock
from mailstead.orders.desk import LedgerDesk
from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.orders.model import Inputs, Limits, OrderView, Retries, Status
from mailstead.orders.port import Order, Workflow
from mailstead.orders.store import OrderLedger
from mailstead.state.database import Database

from .dbos_state import State, postgres_state, sqlite_state
from .pairs import Recorder
from .scene import finish, start, until_waiting

Opened = Callable[..., DbosEngine]
clock = SystemClock()


@pytest.fixture
def state(tmp_path: Path) -> State:
    return sqlite_state(tmp_path)


@pytest.fixture
def opened(state: State) -> Iterator[Opened]:
    """Open engines, one after another, that look after things every quarter of a second."""
    with ExitStack() as stack:

        def open_one(limits: Limits = Limits(platform=8), **workflows: Workflow) -> DbosEngine:  # noqa: B008  # frozen
            database = Database(state.database_url)
            stack.callback(database.close)
            engine = state.engine_on(database, limits=limits, lease_s=1.5)
            stack.callback(engine.close)
            for kind, workflow in workflows.items():
                engine.register(kind, workflow)
            engine.launch()
            return engine

        yield open_one


class Built:
    """A workflow of three steps that waits before its second, and what it did."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def __call__(self, order: Order, _: Inputs) -> None:
        order.step("one", self.done.append, "one")
        order.wait_for("go", 600)
        order.step("two", self.done.append, "two")
        order.step("three", self.done.append, "three")


def engine_sql(state: State, *statements: str) -> None:
    with sqlite3.connect(state.folder / "engine.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def until(engine: DbosEngine, order: str, ready: Callable[[OrderView], bool]) -> OrderView:
    for _ in range(400):
        view = engine.show(order)
        if ready(view):
            return view
        clock.sleep(0.05)
    raise AssertionError(view)


def left_waiting(opened: Opened, build: Workflow) -> str:
    engine = opened(build=build)
    order = start(engine, "build")
    until_waiting(engine, order)
    engine.close()
    return order


def test_a_workflow_that_failed_without_a_word_to_the_ledger_fails_the_order_which_can_be_retried(
    state: State, opened: Opened
) -> None:
    build = Built()
    order = left_waiting(opened, build)
    engine_sql(state, "UPDATE workflow_status SET status = 'ERROR'")
    engine = opened(build=build)
    view = until(engine, order, lambda view: not view.status.is_open)
    assert view.status is Status.FAILED
    engine.send(order, "go")
    engine.retry(order)
    assert finish(engine, order).status is Status.DONE
    assert build.done == ["one", "two", "three"]


def test_a_workflow_that_is_missing_is_begun_anew(state: State, opened: Opened) -> None:
    build = Built()
    order = left_waiting(opened, build)
    engine_sql(state, "DELETE FROM operation_outputs", "DELETE FROM workflow_status")
    engine = opened(build=build)
    engine.send(order, "go")
    assert finish(engine, order).status is Status.DONE
    assert build.done == ["one", "one", "two", "three"]


def test_after_a_restore_of_the_engines_database_the_order_goes_on_from_there(state: State, opened: Opened) -> None:
    build = Built()
    order = left_waiting(opened, build)
    shutil.copy(state.folder / "engine.db", state.folder / "engine.bak")
    engine = opened(build=build)
    engine.send(order, "go")
    until(engine, order, lambda view: view.steps_done >= 3)
    engine.close()
    for path in state.folder.glob("engine.db*"):
        path.unlink()
    shutil.copy(state.folder / "engine.bak", state.folder / "engine.db")
    engine = opened(build=build)
    assert finish(engine, order).status is Status.DONE
    other = start(engine, "build", key="another")
    engine.send(other, "go")
    assert finish(engine, other).status is Status.DONE


def test_an_answer_that_is_late_is_told_and_its_coming_takes_that_back(opened: Opened) -> None:
    answered: list[bool] = []

    def hang() -> None:
        while not answered:
            clock.sleep(0.05)

    quick = Retries(deadline_s=0.3)
    engine = opened(ask=lambda order, _: [order.step("ask", hang, retries=quick), order.wait_for("go", 60)])
    order = start(engine, "ask")
    view = until(engine, order, lambda view: view.status is Status.WAITING)
    assert view.waits_for.startswith("the answer to 'ask', which should have come by")
    assert engine.leases.holder("tenant:acme").startswith(order), "what may still take effect keeps its lease"
    answered.append(True)
    assert until(engine, order, lambda view: view.steps_done == 1).waits_for in {"", "go"}
    engine.send(order, "go")
    assert finish(engine, order).status is Status.DONE


def test_old_orders_are_forgotten_by_ledger_and_engine(state: State, opened: Opened) -> None:
    engine = opened(build=Built(), act=lambda order, _: order.step("act", list))
    open_one = start(engine, "build", key="open", tenant="globex")
    ended = [start(engine, "act", key=f"{n}") for n in range(5)]
    for order in ended:
        finish(engine, order)
    until_waiting(engine, open_one)
    clock.sleep(0.5)
    assert engine.prune(engine.show(ended[0]).created) == 0
    assert engine.prune(clock.now()) == 5
    assert [view.id for view in engine.list()] == [open_one]
    with sqlite3.connect(state.folder / "engine.db") as connection:
        assert connection.execute("SELECT workflow_uuid FROM workflow_status").fetchall() == [(open_one,)]
        assert set(connection.execute("SELECT workflow_uuid FROM operation_outputs")) == {(open_one,)}
    connection.close()
    again = start(engine, "act", key="0")
    assert finish(engine, again).status is Status.DONE


def test_closing_while_orders_come_in_strands_none(opened: Opened) -> None:
    """DBOS #804: a process that drained left what it had just taken from the queue in PENDING."""
    done: list[str] = []

    def act(order: Order, _: Inputs) -> None:
        order.step("act", done.append, order.id)

    orders = []
    for turn in range(4):
        engine = opened(act=act)
        orders += [start(engine, "act", key=f"{turn} {n}", tenant=f"t{n}", host=None) for n in range(3)]
        engine.close()
    engine = opened(act=act)
    assert {finish(engine, order).status for order in orders} == {Status.DONE}
    assert sorted(done) == sorted(orders)


def test_a_resumed_order_between_its_steps_gives_its_place_back_when_cancelled(opened: Opened) -> None:
    """DBOS #805: a recovered workflow that stood between two steps held a queue of one place for ever."""
    build = Built()
    one = Limits(hosts={"h1": 1})
    engine = opened(one, build=build)
    first = start(engine, "build")
    until_waiting(engine, first)
    engine.close()
    engine = opened(one, build=build)
    second = start(engine, "build", key="second", tenant="globex")
    engine.send(second, "go")
    clock.sleep(1.0)
    assert engine.show(second).steps == ()
    engine.cancel(first)
    assert finish(engine, second).status is Status.DONE


def test_a_resume_upon_an_old_list_does_no_work_twice_at_once(opened: Opened) -> None:
    """DBOS #742: who resumed what a list of a moment ago called pending ran it a second time beside the first."""
    recorder = Recorder()

    def build(order: Order, _: Inputs) -> None:
        for step in ("one", "two", "three"):
            order.step(step, recorder.act, order, step, lambda: clock.sleep(0.2))

    engine = opened(build=build)
    order = start(engine, "build")
    until(engine, order, lambda _: bool(recorder.tokens))
    for _ in range(3):
        assert engine._dispatcher
        engine._dispatcher.resume([order])
        clock.sleep(0.3)
    assert finish(engine, order).status is Status.DONE
    assert recorder.faults() == []
    assert recorder.tokens == sorted(recorder.tokens)


def test_a_locked_database_delays_orders_and_fails_none(state: State, opened: Opened) -> None:
    """DBOS #761: a lock that met the look before a step made the order fail for good."""
    done: list[tuple[str, int]] = []

    def act(order: Order, _: Inputs) -> None:
        for n in range(8):
            order.step(f"act {n}", lambda n=n: done.append((f"{order.tenant} {n}", order.token)))

    engine = opened(act=act)
    orders = [start(engine, "act", key=f"{n}", tenant=f"t{n}", host=None) for n in range(4)]
    for name in ("engine", "state") * 2:
        connection = sqlite3.connect(state.folder / f"{name}.db", timeout=20, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        clock.sleep(1.0)
        connection.execute("ROLLBACK")
        connection.close()
    assert {finish(engine, order).status for order in orders} == {Status.DONE}
    assert len({what for what, _ in done}) == 32
    assert len(set(done)) == len(done)  # again, if at all, only by an execution that took over from one without a word


@pytest.mark.postgres
def test_a_database_that_loses_all_connections_strands_no_order(tmp_path: Path) -> None:
    """DBOS #716: a restart of the database during a recovery left workflows in PENDING for ever."""
    done: list[tuple[str, int]] = []

    def act_once(what: str, token: int) -> None:
        done.append((what, token))
        clock.sleep(0.1)

    def act(order: Order, _: Inputs) -> None:
        for n in range(10):
            order.step(f"act {n}", act_once, f"{order.tenant} {n}", order.token)

    for state in postgres_state(tmp_path):
        database = Database(state.database_url)
        engine = state.engine_on(database, limits=Limits(platform=8), lease_s=1.5)
        engine.register("act", act)
        engine.launch()
        orders = [start(engine, "act", key=f"{n}", tenant=f"t{n}", host=None) for n in range(4)]
        spy = Database(state.database_url)
        for _ in range(3):
            clock.sleep(0.4)
            hang_up(spy)
        desk = LedgerDesk(OrderLedger(spy), clock)
        assert {desk.wait(order, 60).status for order in orders} == {Status.DONE}
        assert len(done) == len(set(done)), "no effect twice under one token"
        assert {what for what, _ in done} == {f"t{n} {step}" for n in range(4) for step in range(10)}
        for tenant in ("t0", "t1", "t2", "t3"):
            tokens = [token for what, token in done if what.startswith(tenant)]
            assert all(before <= after for before, after in pairwise(tokens))
        engine.close()
        database.close()
        spy.close()


def hang_up(database: Database) -> None:
    """End every connection of this server but our own, as a restart would."""
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname LIKE :ours"
    )
    with database.transaction() as connection:
        connection.execute(text(others), {"ours": "mailstead_test_%"})
