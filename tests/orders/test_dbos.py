"""DBOS keeps the contract, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import pytest

from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.orders.port import Workflow

from .contract import EngineContract
from .dbos_state import State, copied, postgres_state, sqlite_state
from .scene import Opener


class DbosContract(EngineContract):
    dwell_s: ClassVar[float] = 0.05

    @pytest.fixture
    def open_engine(self, state: State) -> Iterator[Opener]:
        with ExitStack() as opened:

            def open_one(**workflows: Workflow) -> DbosEngine:
                engine = opened.enter_context(state.engine(**workflows))
                engine.launch()
                return engine

            yield open_one


def opened_once(state: State) -> State:
    """Let DBOS make its tables and queues once for all tests of this file."""
    with state.engine() as engine:
        engine.launch()
    return state


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> State:
    return opened_once(sqlite_state(tmp_path_factory.mktemp("template")))


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    for state in postgres_state(tmp_path_factory.mktemp("template")):
        yield opened_once(state)


class TestDbosOnSqlite(DbosContract):
    @pytest.fixture
    def state(self, sqlite: State, tmp_path: Path) -> State:
        return copied(sqlite, tmp_path)


@pytest.mark.postgres
class TestDbosOnPostgres(DbosContract):
    @pytest.fixture
    def state(self, postgres: State, tmp_path: Path) -> Iterator[State]:
        yield from postgres_state(tmp_path, like=postgres)
