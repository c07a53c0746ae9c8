"""How much memory is promised to tenants on each host: taken out of a document once for each of its revisions."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import JSON, ColumnElement, Connection, Integer, Table, cast, func, select

from mailstead.state.database import Database

from .model import Status

AT_ONCE = 500  # as many names as one question may hold on every database


class Promises:
    """Of all tenants in *table*. Kept from question to question: what was read before is not read anew."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table
        self._known: dict[str, tuple[int, int]] = {}  # tenant: revision, MiB

    def by_host(self) -> dict[str, int]:
        """Return how many MiB are promised on each host that has any; a removed tenant is promised none."""
        columns = self._table.c
        placed = columns.host.is_not(None) & (columns.status != Status.REMOVED)
        query = select(columns.tenant, columns.revision, columns.host).where(placed)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            known = {name: self._known[name] for name, _, _ in rows if name in self._known}
            stale = [name for name, revision, _ in rows if known.get(name, (0, 0))[0] != revision]
            known |= self._read(connection, stale)
        self._known = known
        promised: Counter[str] = Counter()
        for name, _, host in rows:
            promised[host] += known.get(name, (0, 0))[1]  # none: it was purged meanwhile
        return dict(promised)

    def _read(self, connection: Connection, names: Sequence[str]) -> dict[str, tuple[int, int]]:
        columns = self._table.c
        wanted = select(columns.tenant, columns.revision, _memory_mib(self._table, connection.dialect.name))
        found: dict[str, tuple[int, int]] = {}
        for start in range(0, len(names), AT_ONCE):
            some = connection.execute(wanted.where(columns.tenant.in_(names[start : start + AT_ONCE])))
            found |= {name: (revision, memory_mib) for name, revision, memory_mib in some}
        return found


def _memory_mib(table: Table, dialect: str) -> ColumnElement[int]:
    """Return what stands in a document, read by the database itself."""
    if dialect == "postgresql":
        inside: ColumnElement[int] = cast(table.c.document, JSON)["allowance"]["memory_mib"].as_integer()
        return inside
    return func.json_extract(table.c.document, "$.allowance.memory_mib", type_=Integer)
