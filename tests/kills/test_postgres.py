"""The same on PostgreSQL: one life as a sample, each of its orders killed once; and sixty-four operators at once."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from tests.conftest import Tally, Tell
from tests.lifecycle.history import misfits
from tests.lifecycle.test_operators import at_once, p99
from tests.orders.dbos_state import postgres_server

from .lives import LIFE, Home, found, killed_through, lived, playing

SAMPLED = 5


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A platform whose state and orders are in two databases of their own."""
    server = postgres_server()
    names = [f"mailstead_test_kills_{uuid4().hex[:8]}" for _ in ("state", "orders")]
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        urls = [server.set(database=name).render_as_string(hide_password=False) for name in names]
        yield found(tmp_path / "home", *urls)
        for name in names:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.mark.postgres
def test_killed_once_in_every_order_of_a_life(home: Home, tally: Tally) -> None:
    tally("SIGKILLs of a worker, DBOS on PostgreSQL", len(LIFE))
    killed_through(home, SAMPLED, lived(home))


@pytest.mark.postgres
def test_every_success_of_64_operators_at_once_fits_a_serial_order(home: Home, tally: Tally, tell: Tell) -> None:
    with playing(home) as play:
        operators = at_once(play.lifecycle, play.running.world)
    tally("verbs of 64 operators at once on PostgreSQL", len(operators.took_s))
    tell(f"64 operators at once on PostgreSQL: {p99(operators.took_s)}")
    assert operators.strange == []
    assert misfits(operators.deeds) == []
