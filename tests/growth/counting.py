"""What answers ask of the database, counted: questions, letters handed out, and SQLite's own steps.

A clock tells of the machine and of whoever else uses it; these numbers are the same on every machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from mailstead.state.database import Database

STEPS_AT_ONCE = 10


@dataclass
class Counted:
    """How many questions were asked, bytes of text that were read, instructions of SQLite's machine done."""

    questions: int = 0
    letters: int = 0
    steps: int = 0

    def _heard(self, text: bytes) -> str:
        self.letters += len(text)
        return text.decode()

    def _stepped(self) -> int:
        self.steps += STEPS_AT_ONCE
        return 0

    def _asked(self, connection: Any, *_: object) -> None:
        self.questions += 1
        own = connection.connection.dbapi_connection
        own.text_factory = self._heard
        own.set_progress_handler(self._stepped, STEPS_AT_ONCE)


@contextmanager
def counting(database: Database) -> Iterator[Counted]:
    """Count what is asked of *database*, in SQLite, while the body runs."""
    counted = Counted()
    event.listen(database.engine, "before_cursor_execute", counted._asked)
    try:
        yield counted
    finally:
        event.remove(database.engine, "before_cursor_execute", counted._asked)
        with database.engine.connect() as connection:
            own: Any = connection.connection.dbapi_connection
            own.text_factory = str
            own.set_progress_handler(None, 0)
