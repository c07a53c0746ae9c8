"""Which hosts are in maintenance, since when and why: such a host takes no new tenants."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, String, Table, Text, delete, insert, select
from sqlalchemy.exc import IntegrityError

from mailstead.state.database import Database, metadata

maintenance_table = Table(
    "maintenance",
    metadata,
    Column("host", String(32), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A host that is being worked on."""

    host: str
    since: datetime
    reason: str

    def __str__(self) -> str:
        """Return the state of the host in words."""
        why = f": {self.reason}" if self.reason else ""
        return f"{self.host} is in maintenance since {self.since:%Y-%m-%d %H:%M}{why}"


class MaintenanceStore:
    """All hosts in maintenance. Every verb is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Maintenance]:
        """Return the hosts in maintenance by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(maintenance_table)).all()
        return {row.host: Maintenance(row.host, _aware(row.since), row.reason) for row in rows}

    def begin(self, host: str, at: datetime, reason: str) -> None:
        """Note that the host is in maintenance; one that is, stays so since when it was."""
        table = maintenance_table
        # Begun by another process at the same moment (PostgreSQL): it counts.
        with suppress(IntegrityError), self._database.transaction() as connection:
            if connection.execute(select(table).where(table.c.host == host)).one_or_none() is None:
                connection.execute(insert(table).values(host=host, since=at, reason=reason))

    def end(self, host: str) -> None:
        """Note that the host is in service; one that was is no error."""
        with self._database.transaction() as connection:
            connection.execute(delete(maintenance_table).where(maintenance_table.c.host == host))


def _aware(time: datetime) -> datetime:
    """SQLite forgets time zones; what we store is UTC."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)
