"""States for DBOS engines: an SQLite pair in a folder, or a fresh pair of PostgreSQL databases."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from mailstead.ground.clock import SystemClock
from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.orders.model import AGAIN_S, LEASE_S, Limits, Reserve
from mailstead.orders.port import Workflow
from mailstead.orders.store import HeartbeatStore, LeaseStore, OrderLedger, leases, order_numbers, orders, workers
from mailstead.state.database import Database, metadata

LIMITS = Limits(hosts={"h1": 2, "h2": 3})
NONE = Reserve(most_mib=0)  # a test is not refused because the machine's disk is full
TABLES = [orders, order_numbers, leases, workers]


@dataclass(frozen=True)
class State:
    """Where an engine keeps everything; several engines, one after another, may use it."""

    database_url: str
    system_url: str
    folder: Path

    def prepare(self) -> "State":
        database = Database(self.database_url)
        with database.transaction() as connection:
            metadata.create_all(connection, tables=TABLES)
        database.close()
        return self

    def engine_on(
        self,
        database: Database,
        *,
        limits: Limits,
        role: str = "worker",
        lease_s: float = LEASE_S,
        again_s: float = AGAIN_S,
        reserve: Reserve = NONE,
    ) -> DbosEngine:
        clock = SystemClock()
        return DbosEngine(
            OrderLedger(database),
            LeaseStore(database, clock, lease_s),
            HeartbeatStore(database, clock),
            system_url=self.system_url,
            folder=self.folder,
            limits=limits,
            role=role,
            poll_s=0.05,
            again_s=again_s,
            reserve=reserve,
        )

    @contextmanager
    def engine(self, **workflows: Workflow) -> Iterator[DbosEngine]:
        """Yield an engine that is not launched, and close it."""
        database = Database(self.database_url)
        engine = self.engine_on(database, limits=LIMITS, again_s=1.0)
        for kind, workflow in workflows.items():
            engine.register(kind, workflow)
        try:
            yield engine
        finally:
            engine.close()
            database.close()


def sqlite_state(folder: Path) -> State:
    return State(f"sqlite:///{folder}/state.db", f"sqlite:///{folder}/engine.db", folder).prepare()


def copied(template: State, folder: Path) -> State:
    """Return a state like *template*, which must be at rest; quicker than a new one."""
    for name in ("state.db", "engine.db"):
        shutil.copy(template.folder / name, folder / name)
    return State(f"sqlite:///{folder}/state.db", f"sqlite:///{folder}/engine.db", folder)


def postgres_server() -> URL:
    """Return the server that MAILSTEAD_TEST_POSTGRES names, or skip the test."""
    given = os.environ.get("MAILSTEAD_TEST_POSTGRES")
    if not given:
        pytest.skip("MAILSTEAD_TEST_POSTGRES names no server (postgresql+psycopg://user@host/database)")
    return make_url(given)


def postgres_state(folder: Path, like: State | None = None) -> Iterator[State]:
    """Yield a state in two databases of its own, copies of another's perhaps, and drop them."""
    server = postgres_server()
    names = [f"mailstead_test_{part}_{uuid4().hex[:8]}" for part in ("state", "engine")]
    models = [make_url(url).database for url in (like.database_url, like.system_url)] if like else ["template1"] * 2
    _each(
        server,
        [f'CREATE DATABASE "{name}" TEMPLATE "{model}"' for name, model in zip(names, models, strict=True)],
    )
    urls = [server.set(database=name).render_as_string(hide_password=False) for name in names]
    try:
        yield State(urls[0], urls[1], folder).prepare()
    finally:
        _each(server, [f'DROP DATABASE "{name}" WITH (FORCE)' for name in names])


def _each(server: URL, statements: list[str]) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
