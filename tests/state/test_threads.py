"""The engine's threads share the pool of connections."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text

from mailstead.state.database import Database


def test_a_connection_that_one_thread_gave_back_serves_another(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/state.sqlite")

    def ask() -> object:
        with database.transaction() as connection:
            return connection.execute(text("SELECT 1")).scalar()

    assert ask() == 1
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == 1
    database.close()
