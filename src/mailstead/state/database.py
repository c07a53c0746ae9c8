"""SQLite by default, PostgreSQL by changing one URL; the same SQL (SQLAlchemy Core) on both."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from mailstead.ground.errors import Conflict, MailsteadError, NoRoom, Unreachable

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class NewerState(Conflict):
    """The database was written by a later release."""

    code = "newer-state"


class StateFull(NoRoom):
    """The disk under our own database is full: nothing was written."""

    code, waits_for = "state-full", "room for our own database"


IN_MEMORY = (None, "", ":memory:")
READING = {"mailstead_reads": True}
DISK_FULL = "53100"  # PostgreSQL's SQLSTATE


class Database:
    """A pool of connections to the platform's state; `url` is an SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _sqlite(url) if make_url(url).get_backend_name() == "sqlite" else create_engine(url)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection whose work is kept as a whole or not at all; writers take turns.

        Raises Unreachable when the database does not answer, or stays locked for 30 s; StateFull.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except (OperationalError, sqlite3.OperationalError) as error:  # the latter of BEGIN, see below
            raise _told(error) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that waits for no writer; nothing it does is kept.

        On SQLite it sees one state of everything, on PostgreSQL each question sees that of its own moment.
        Raises Unreachable and StateFull like `transaction`.
        """
        try:
            with self.engine.connect().execution_options(**READING) as connection:
                yield connection
        except (OperationalError, sqlite3.OperationalError) as error:  # the latter of BEGIN, see below
            raise _told(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of everything, on both databases, and hinders nobody."""
        with self.reading() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @property
    def files(self) -> tuple[Path, ...]:
        """The file that holds everything, where there is one."""
        url = make_url(self.url)
        in_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
        return (Path(url.database or ""),) if in_file else ()

    def migrate(self) -> None:
        """Bring the tables to this release's shape; may be repeated. A new file is its owner's alone."""
        for path in self.files:
            if not path.exists():
                path.touch(0o600)
        with self.engine.begin() as connection:
            upgrade(connection)

    def close(self) -> None:
        self.engine.dispose()


def _told(error: OperationalError | sqlite3.OperationalError) -> MailsteadError:
    cause = error.orig if isinstance(error, OperationalError) else error
    if _is_full(cause):
        return StateFull(f"our own database has no room: {cause}", remedy="free room on its disk")
    return Unreachable(
        f"the database does not answer: {cause}", remedy="look at the database server, its disk and its locks"
    )


def _is_full(error: BaseException | None) -> bool:
    """Say whether a database had no room to write (SQLite: also none for its shared memory)."""
    name = getattr(error, "sqlite_errorname", "") or getattr(error, "sqlstate", "")
    return name in {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", DISK_FULL}


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the tables that are there; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables to the revision *to*. Raises NewerState if they, or *to*, are of a later release."""
    there = revision_of(connection)
    if there == (_revisions()[0] if to == "head" else to):
        return
    for revision in (there, None if to == "head" else to):
        _refuse_newer(revision)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@cache
def _revisions() -> tuple[str, ...]:
    """Return the revisions that this release knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in _revisions():
        raise NewerState(
            f"the database has revision {revision}, which this release does not know",
            field="database",
            value=revision,
            remedy="use the release of mailstead that wrote it, or a later one; or bring back a copy from before",
        )


def _sqlite(url: str) -> Engine:
    # In memory, the connection is the database: all threads share it, and take turns by themselves.
    alone: dict[str, Any] = {"poolclass": StaticPool} if make_url(url).database in IN_MEMORY else {}
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, **alone)

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: object) -> None:
        # We begin transactions ourselves (below): the sqlite3 module would do it too late for readers.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            "busy_timeout=30000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE: a transaction that reads and then writes must not find the file changed in between.
        reads = connection.get_execution_options().get("mailstead_reads")
        # Past SQLAlchemy's own way to run a statement, which costs more than SQLite itself, before every question.
        connection.connection.cursor().execute("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
