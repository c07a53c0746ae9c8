"""Cancel, timeout, retry, remove and restart, in every pair at every point of every step: never two effects at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock, VirtualClock
from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.orders.drivers.memory import Journal, MemoryEngine
from mailstead.orders.model import Limits
from mailstead.orders.port import Order
from mailstead.state.database import Database

from .dbos_state import State, sqlite_state
from .pairs import STEPS, Case, Meddling, Point, Recorder, build, ended, meddle, remove

GAPS = (0, 1, 3)
LIMITS = Limits(platform=64)
CASES = [Case(*case) for case in product(STEPS, Point, Meddling, Meddling, GAPS)]
CALM = [what for what in Meddling if what is not Meddling.RESTART]


class World:
    """A memory engine that is restarted, and the executions in it that stand still where they say so."""

    def __init__(self, case: Case, seed: int) -> None:
        self.case = case
        self.seed = seed
        self.recorder = Recorder(owns=self._owns)
        self.journal, self.clock = Journal(), VirtualClock()
        self.engine = self._opened()

    def run(self) -> Recorder:
        case = self.case
        order = self.engine.start("build", key="k", tenant="acme", host=None, inputs={})
        while (case.step, case.point) not in self.recorder.seen:
            assert self.engine._advance()
        self._meddle(order, case.first)
        for _ in range(case.gap):
            self.engine._advance()
        self._meddle(order, case.second)
        self.engine.settle()
        assert ended(self.engine, "acme"), self.engine.list()
        self.engine.close()
        return self.recorder

    def _meddle(self, order: str, what: Meddling) -> None:
        if what is Meddling.RESTART:
            self.engine.close()
            self.engine = self._opened()
        else:
            meddle(self.engine, order, "acme", what, self.recorder)

    def _opened(self) -> MemoryEngine:
        engine = MemoryEngine(self.clock, journal=self.journal, limits=LIMITS, seed=self.seed)
        engine.register("build", build(lambda _: self.recorder, self._linger))
        engine.register("remove", remove(lambda _: self.recorder, self._linger))
        engine.launch()
        return engine

    def _linger(self) -> None:
        """Let the others move while this execution stands in the middle of a call."""
        own = next(course for course in self.engine._courses if course._thread is threading.current_thread())
        own.pause(1.0)

    def _owns(self, order: Order) -> bool:
        view = self.journal.ledger.get(order.id)
        return view.status.is_open and view.token == order.token


def test_every_pair_at_every_point_of_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    recorders = {case: World(case, seed).run() for seed, case in enumerate(CASES)}
    faults = {case: found for case, recorder in recorders.items() if (found := recorder.faults())}
    effects = sum(len(recorder.tokens) for recorder in recorders.values())
    with capsys.disabled():
        print(f"\npairs on the memory engine: {len(recorders)} cases, {effects} effects, {len(faults)} with faults")
    assert not faults


def test_the_recorder_sees_an_overlap_where_nothing_guards() -> None:
    recorder = Recorder()

    class Unguarded:
        token = 1

        def still_mine(self) -> None: ...

    def again() -> None:
        if len(recorder.tokens) == 1:
            recorder.act(Unguarded(), "one", lambda: None)  # type: ignore[arg-type]  # as much of an order as it asks

    recorder.act(Unguarded(), "one", again)  # type: ignore[arg-type]  # likewise
    assert recorder.faults() == ["1 overlaps"]


class Served:
    """Many cases at once on one DBOS engine, a tenant each."""

    def __init__(self, state: State) -> None:
        self.recorders: dict[str, Recorder] = {}
        self._state = state
        self._database = Database(state.database_url)
        self.engine = self._opened()

    def run(self, tenant: str, case: Case) -> Recorder:
        recorder = self.recorders[tenant] = Recorder()
        order = self.engine.start("build", key=tenant, tenant=tenant, host=None, inputs={})
        self._await(lambda: (case.step, case.point) in recorder.seen)
        for what in (case.first, case.second):
            if what is Meddling.RESTART:
                self.restart()
            else:
                meddle(self.engine, order, tenant, what, recorder)
            SystemClock().sleep(0.05 * case.gap)
        self._await(lambda: ended(self.engine, tenant))
        return recorder

    def restart(self) -> None:
        self.engine.close()
        self.engine = self._opened()

    def close(self) -> None:
        self.engine.close()
        self._database.close()

    def _opened(self) -> DbosEngine:
        engine = self._state.engine_on(self._database, limits=LIMITS)
        engine.register("build", build(self.recorders.__getitem__, self._linger))
        engine.register("remove", remove(self.recorders.__getitem__, self._linger))
        engine.launch()
        return engine

    def _linger(self) -> None:
        SystemClock().sleep(0.05)

    def _await(self, ready: Callable[[], bool]) -> None:
        for _ in range(1200):
            if ready():
                return
            SystemClock().sleep(0.05)
        raise AssertionError(self.engine.list())


def test_a_sample_of_pairs_on_dbos(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = list(product(CALM, CALM))
    cases = {
        f"t{n}": Case(STEPS[n % 4], list(Point)[n % 3], first, second, GAPS[(n // 4) % 3])
        for n, (first, second) in enumerate(pairs)
    }
    restarts = [Case("two", Point.WITHIN, what, Meddling.RESTART, 1) for what in CALM]
    served = Served(sqlite_state(tmp_path))
    try:
        with ThreadPoolExecutor(len(cases)) as pool:
            recorders = list(pool.map(served.run, cases, cases.values()))
        recorders += [served.run(f"r{n}", case) for n, case in enumerate(restarts)]
    finally:
        served.close()
    faults = [found for recorder in recorders if (found := recorder.faults())]
    effects = sum(len(recorder.tokens) for recorder in recorders)
    with capsys.disabled():
        print(f"\npairs on DBOS (SQLite): {len(recorders)} cases, {effects} effects, {len(faults)} with faults")
    assert not faults
