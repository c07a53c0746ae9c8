"""The databases that stores are tested on: SQLite always, PostgreSQL where bin/test started one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from mailstead.state.database import Database

POSTGRES = os.environ.get("MAILSTEAD_TEST_POSTGRES", "")
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def open_database(kind: str, folder: Path) -> Iterator[Database]:
    """Yield a migrated, empty database of this kind."""
    if kind == "postgres":
        if not POSTGRES:
            pytest.skip("no PostgreSQL: MAILSTEAD_TEST_POSTGRES is not set (bin/test starts one)")
        database = Database(POSTGRES)
        with database.transaction() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    else:
        database = Database(f"sqlite:///{folder}/state.sqlite")
    database.migrate()
    yield database
    database.close()
