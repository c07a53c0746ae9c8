"""A whole database as plain lines, and back: the same lines go into SQLite and PostgreSQL.

Tables are read as the database has them, not as this release knows them, so that nothing is left out. See
docs/formats/state-backup.md.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, MetaData, Table, func, insert, select, text

from .model import BadBackup

Line: TypeAlias = Any  # what json.dumps takes
REVISIONS = "alembic_version"
AT_ONCE = 500


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in _tables(connection)
    }


def dumped(connection: Connection) -> Iterator[Line]:
    """Yield `{"table": …, "columns": […]}` for each table, then a list for each of its rows."""
    for table in _tables(connection):
        yield {"table": table.name, "columns": [column.name for column in table.columns]}
        for row in connection.execute(select(table)):
            yield [_written(value) for value in row]


def load(connection: Connection, lines: Iterable[Line]) -> int:
    """Put what `dumped` told into empty tables of the same revision; return the number of rows. Raises BadBackup."""
    tables = {table.name: table for table in _tables(connection)}
    total = 0
    for table, rows in _batches(tables, lines):
        connection.execute(insert(table), rows)
        total += len(rows)
    _go_on_counting(connection, tables.values())
    return total


def _batches(tables: dict[str, Table], lines: Iterable[Line]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    table: Table | None = None
    columns: list[str] = []
    rows: list[dict[str, Any]] = []
    for line in lines:
        if isinstance(line, dict):
            if table is not None and rows:
                yield table, rows
            table, columns, rows = _table(tables, line), line["columns"], []
        elif table is not None:
            rows.append(dict(zip(columns, map(_read, line), strict=True)))
            if len(rows) == AT_ONCE:
                yield table, rows
                rows = []
    if table is not None and rows:
        yield table, rows


def _table(tables: dict[str, Table], line: Line) -> Table:
    if not isinstance(line, dict) or line.get("table") not in tables:
        remedy = "use the release of mailstead that made the backup, or a later one"
        raise BadBackup("the backup holds a table that this release does not know", field="file", remedy=remedy)
    return tables[line["table"]]


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != REVISIONS]


def _go_on_counting(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL's own counters begin behind the numbers that are there now."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            if column.server_default is not None:
                last = connection.scalar(select(func.max(column)))
                name = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
                connection.execute(name, {"table": table.name, "column": column.name, "last": last or 1})


def _written(value: Any) -> Line:
    if isinstance(value, bytes):
        return {"bytes": b64encode(value).decode()}
    if isinstance(value, datetime):  # SQLite forgets time zones; what we store is UTC
        return {"time": (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()}
    return value


def _read(value: Line) -> Any:
    match value:
        case {"bytes": text}:
            return b64decode(text)
        case {"time": text}:
            return datetime.fromisoformat(text)
    return value
