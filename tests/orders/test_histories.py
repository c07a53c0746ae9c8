"""Orders that earlier releases left half-run are finished by this one: `histories/` holds what they left."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.lifecycle.workflow import REMOVE, SETTLE
from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.orders.model import Inputs, Status
from mailstead.orders.port import Order
from mailstead.state.database import Database

from .dbos_state import State
from .record import LIMITS, STEPS, Halting, orders, restored
from .scene import finish, until_parked

RELEASES = sorted(path for path in (Path(__file__).parent / "histories").iterdir() if path.is_dir())


@pytest.fixture(params=RELEASES, ids=[path.name for path in RELEASES])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> State:
    restored(request.param, tmp_path)
    return State(f"sqlite:///{tmp_path}/state.db", f"sqlite:///{tmp_path}/engine.db", tmp_path)


@contextmanager
def todays_engine(state: State, steps: Halting) -> Iterator[DbosEngine]:
    """Yield an engine with today's runbooks, not launched yet."""
    database = Database(state.database_url)
    engine = state.engine_on(database, limits=LIMITS)
    steps.go_on.set()
    steps.register(engine)
    try:
        yield engine
    finally:
        engine.close()
        database.close()


def test_every_half_run_order_of_an_earlier_release_is_finished(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = Halting()
    with todays_engine(state, steps) as engine:
        ids = {(view.kind, view.tenant): view.id for view in engine.list(limit=200)}
        assert set(ids) == set(orders())
        engine.launch()
        for retried in (ids[SETTLE, "settle-fails-4"], ids["ask", "cancelled"]):
            engine.retry(retried)
        for asked in ("ask", "cancelled"):
            engine.send(ids["ask", asked], "answer")
        began = SystemClock().monotonic()
        ends = {about: finish(engine, order).status for about, order in ids.items()}
        took_s = SystemClock().monotonic() - began
    assert set(ends.values()) == {Status.DONE}
    for kind, number in STEPS.items():
        for at in range(1, number + 1):
            assert len(steps.done[f"{kind}-holds-{at}"]) == number + 1 - at, "what was done is not done again"
    assert len(steps.done["settle-fails-4"]) == 9
    with capsys.disabled():
        print(f"\n{len(ends)} half-run orders finished in {took_s:.1f} s")


def test_a_workflow_changed_by_a_patch_finishes_what_was_half_run(state: State) -> None:
    called: list[str] = []

    def changed(order: Order, _: Inputs) -> None:
        if order.patch("look first"):
            order.step("look first", called.append, f"{order.tenant} looks")
        for name in ("withdraw names", "stop machine", "take up network", "note the day"):
            order.step(name, called.append, f"{order.tenant} {name}")

    with todays_engine(state, Halting()) as engine:
        engine.register(REMOVE, changed)
        engine.launch()
        old = next(view.id for view in engine.list(limit=200) if view.tenant == "remove-holds-3")
        new = engine.start(REMOVE, key="new", tenant="new", host=None, inputs={})
        for order in (old, new):
            assert finish(engine, order).status is Status.DONE
    assert [call for call in called if call.startswith("remove-holds-3")] == [
        "remove-holds-3 take up network",
        "remove-holds-3 note the day",
    ]
    assert "new looks" in called


def test_a_workflow_changed_without_a_patch_parks_the_half_run_and_the_right_release_finishes_it(state: State) -> None:
    def changed(order: Order, _: Inputs) -> None:
        order.step("look first", list)

    with todays_engine(state, Halting()) as engine:
        engine.register(REMOVE, changed)
        engine.launch()
        order = next(view.id for view in engine.list(limit=200) if view.tenant == "remove-holds-3")
        view = until_parked(engine, order)
        assert "step 1 was 'withdraw names' when this order began, and is 'look first'" in view.waits_for
    steps = Halting()
    with todays_engine(state, steps) as engine:
        engine.launch()
        engine.retry(order)
        assert finish(engine, order).status is Status.DONE
    assert steps.done["remove-holds-3"] == ["take_up_network", "note_removed"]
