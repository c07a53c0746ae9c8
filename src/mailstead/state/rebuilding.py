"""A database filled anew from a dump; the one that was there is kept aside, never overwritten."""

from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy import Connection, inspect, make_url, text

from mailstead.ground.files import sync_folder

from .database import Database, revision_of, upgrade
from .dump import Line, load

SIDE_FILES = ("", "-wal", "-shm")
Finish = Callable[[Connection], None]


def sqlite_file(url: str) -> Path | None:
    """Return the file that an SQLite URL names; None for a server."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def holds_state(url: str) -> bool:
    """Say whether tables of ours are there."""
    file = sqlite_file(url)
    if file:
        return file.exists()
    database = Database(url)
    try:
        with database.reading() as connection:
            return revision_of(connection) is not None
    finally:
        database.close()


def rebuild(url: str, revision: str, lines: Iterable[Line], finish: Finish, stamp: str) -> list[str]:
    """Fill the database at *url* with *lines*, told by tables of *revision*; return what was put aside, in words.

    *finish* has the last word within the same transaction. Whatever is raised, the database is as it was.
    """
    file = sqlite_file(url)
    if file:
        fresh = file.with_name(f"{file.name}.restoring")
        _drop(fresh)
        try:
            _fill(
                str(make_url(url).set(database=str(fresh)).render_as_string(hide_password=False)),
                revision,
                lines,
                finish,
            )
            fresh.chmod(0o600)
            return swap(file, fresh, stamp)
        finally:
            _drop(fresh)
    return _fill(url, revision, lines, finish, stamp)


def swap(place: Path, fresh: Path, stamp: str) -> list[str]:
    """Put *fresh* in the place of *place*, which is kept beside it under a name that ends with *stamp*."""
    kept = set_aside(place, stamp)
    fresh.replace(place)
    sync_folder(place.parent)
    return kept


def set_aside(place: Path, stamp: str) -> list[str]:
    """Rename a file or folder, with what SQLite keeps beside it; one that is not there is no error."""
    kept = []
    for end in SIDE_FILES:
        beside = place.with_name(place.name + end)
        if beside.exists():
            beside.replace(place.with_name(f"{place.name}.before-{stamp}{end}"))
            kept += [] if end else [f"{place.name}.before-{stamp}"]
    return kept


def set_schema_aside(connection: Connection, schema: str, stamp: str) -> list[str]:
    """Rename a schema of PostgreSQL; one that is not there is no error."""
    if schema not in inspect(connection).get_schema_names():
        return []
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(text(f"ALTER SCHEMA {quote(schema)} RENAME TO {quote(f'{schema}_before_{stamp}')}"))
    return [f"schema {schema}_before_{stamp}"]


def _fill(url: str, revision: str, lines: Iterable[Line], finish: Finish, stamp: str = "") -> list[str]:
    database = Database(url)
    try:
        with database.transaction() as connection:
            kept = _tables_aside(connection, stamp) if stamp else []
            upgrade(connection, revision)
            load(connection, lines)
            upgrade(connection)
            finish(connection)
            return kept
    finally:
        database.close()


def _tables_aside(connection: Connection, stamp: str) -> list[str]:
    """Move all tables into a schema of their own."""
    names = inspect(connection).get_table_names()
    if not names:
        return []
    quote = connection.dialect.identifier_preparer.quote
    schema = quote(f"before_{stamp}")
    connection.execute(text(f"CREATE SCHEMA {schema}"))
    for name in names:
        connection.execute(text(f"ALTER TABLE {quote(name)} SET SCHEMA {schema}"))
    return [f"schema before_{stamp}"]


def _drop(place: Path) -> None:
    for end in SIDE_FILES:
        place.with_name(place.name + end).unlink(missing_ok=True)
