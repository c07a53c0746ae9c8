"""Where a tenant's certificates and rollover are remembered. Private keys are not: they lie with the secrets."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)  # fmt: skip

from mailstead.state.database import Database, metadata

from .keys import read_chain
from .model import NextKey, OldKey, Rollover

key_table = Table(
    "tls_key",
    metadata,
    Column("tenant", String(32), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("role", String(8), nullable=False),  # next, current, old
    Column("spki", String(64), nullable=False),
    Column("chain", Text),
    Column("not_after", DateTime(timezone=True), index=True),
    Column("published_at", DateTime(timezone=True)),
    Column("replaced_at", DateTime(timezone=True)),
)


# Asked at every step: built once.
_ALL = select(key_table)
_THOSE_OF = _ALL.where(key_table.c.tenant == bindparam("name"))


class CertificateStore:
    """One tenant has at most one key of each role; every verb may be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tenant: str) -> Rollover:
        """Return where the tenant's rollover stands; an empty one for a tenant that is not known."""
        return self.all(tenant).get(tenant, Rollover())

    def all(self, tenant: str | None = None) -> dict[str, Rollover]:
        """Return all rollovers by tenant, in one question."""
        query = _ALL if tenant is None else _THOSE_OF
        found: dict[str, dict[str, Row[Any]]] = {}
        with self._database.transaction() as connection:
            for row in connection.execute(query, {} if tenant is None else {"name": tenant}):
                found.setdefault(row.tenant, {})[row.role] = row
        return {name: _rollover(rows) for name, rows in found.items()}

    def next_generation(self, tenant: str) -> int:
        """Return the number of the key that will serve next; it stays the same until that key serves.

        Make the key, put it into the vault under this number (or find it there), and only then `announce` it: then
        whoever is killed in between has lost nothing.
        """
        table = key_table
        with self._database.transaction() as connection:
            row = _row(connection, tenant, "next")
            known = select(table.c.generation).where(table.c.tenant == tenant)
            last = max(connection.execute(known).scalars(), default=0)
            return int(row.generation) if row is not None else last + 1

    def announce(self, tenant: str, generation: int, spki: str) -> None:
        """Remember the key that will serve next; a key of that number which is known already is left."""
        values = {"tenant": tenant, "generation": generation, "role": "next", "spki": spki}
        with self._database.transaction() as connection:
            if not connection.execute(select(key_table).where(*_of(tenant, generation))).first():
                connection.execute(insert(key_table).values(values))

    def published(self, tenant: str, at: datetime) -> None:
        """Remember since when the next key's TLSA record is in the DNS; the first time counts."""
        table = key_table
        unknown = (table.c.tenant == tenant, table.c.role == "next", table.c.published_at.is_(None))
        with self._database.transaction() as connection:
            connection.execute(update(table).where(*unknown).values(published_at=at))

    def issued(self, tenant: str, generation: int, chain: str) -> None:
        """Remember the chain that was issued for the next key, before it is installed anywhere."""
        certificate = read_chain(chain, generation)
        values = {"chain": chain, "not_after": certificate.not_after}
        with self._database.transaction() as connection:
            connection.execute(update(key_table).where(*_of(tenant, generation)).values(values))

    def pending_chain(self, tenant: str) -> str | None:
        """Return a chain that was issued for the next key and not installed yet, so that it is not asked for twice."""
        with self._database.transaction() as connection:
            row = _row(connection, tenant, "next")
            return None if row is None else row.chain

    def switched(self, tenant: str, generation: int, at: datetime) -> None:
        """Remember that the machine now serves the key of *generation*; the one before becomes the old one."""
        table = key_table
        with self._database.transaction() as connection:
            row = connection.execute(select(table).where(*_of(tenant, generation))).first()
            if row is None or row.role != "next":
                return
            connection.execute(delete(table).where(table.c.tenant == tenant, table.c.role == "old"))
            before = update(table).where(table.c.tenant == tenant, table.c.role == "current")
            connection.execute(before.values(role="old", replaced_at=at))
            connection.execute(update(table).where(*_of(tenant, generation)).values(role="current"))

    def retired(self, tenant: str, generation: int) -> None:
        """Forget the old key."""
        with self._database.transaction() as connection:
            connection.execute(delete(key_table).where(*_of(tenant, generation), key_table.c.role == "old"))

    def remove_all(self, tenant: str) -> None:
        """Forget everything about a tenant."""
        with self._database.transaction() as connection:
            connection.execute(delete(key_table).where(key_table.c.tenant == tenant))


def _of(tenant: str, generation: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return key_table.c.tenant == tenant, key_table.c.generation == generation


def _row(connection: Connection, tenant: str, role: str) -> Row[Any] | None:
    table = key_table
    return connection.execute(select(table).where(table.c.tenant == tenant, table.c.role == role)).first()


def _rollover(rows: dict[str, Row[Any]]) -> Rollover:
    current, following, old = (rows.get(role) for role in ("current", "next", "old"))
    return Rollover(
        current=read_chain(current.chain, current.generation) if current else None,
        next=NextKey(following.generation, following.spki, _aware(following.published_at)) if following else None,
        old=OldKey(old.generation, old.spki, _aware(old.replaced_at) or _NEVER) if old else None,
    )


_NEVER = datetime.min.replace(tzinfo=UTC)


def _aware(time: datetime | None) -> datetime | None:
    """SQLite forgets time zones; what we store is UTC."""
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time
