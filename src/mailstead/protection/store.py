"""What is remembered of tenants' backups, so that nobody has to ask the targets for it. The targets know better."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    exists,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.state.database import Database, metadata
from mailstead.tenants.model import Status
from mailstead.tenants.store import tenants

from .model import Known

protection = Table(
    "protection",
    metadata,
    Column("tenant", String(32), ForeignKey("tenants.tenant", ondelete="CASCADE"), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("good", DateTime(timezone=True)),
    Column("snapshot", Integer, nullable=False),
    Column("tried", DateTime(timezone=True)),
    Column("failure", Text, nullable=False),
    Column("tended", DateTime(timezone=True)),
    Column("damage", Text, nullable=False),
    Column("drilled", DateTime(timezone=True)),
)


class ProtectionBook:
    """One line a tenant. Every verb is one transaction, and may be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, scope: Scope = EVERYTHING) -> dict[str, Known]:
        """Return what is known, by tenant."""
        with self._database.reading() as connection:
            rows = connection.execute(select(protection).order_by(protection.c.tenant)).all()
        found = {row.tenant: _known(row._asdict()) for row in rows}
        return {name: found[name] for name in scope.within(list(found))}

    def of(self, names: Collection[str], scope: Scope = EVERYTHING) -> dict[str, Known]:
        """Return what is known of these; one of whom nothing is known is not in it."""
        wanted = select(protection).where(protection.c.tenant.in_(scope.within(sorted(names))))
        with self._database.reading() as connection:
            return {row.tenant: _known(row._asdict()) for row in connection.execute(wanted)}

    def troubled(self, overdue: datetime, *, limit: int, scope: Scope = EVERYTHING) -> dict[str, Known]:
        """Return who had no good backup since *overdue*, whose last try failed, or of whom something is damaged.

        Whoever waits longest comes first. Nobody is among them whose backups are turned off, or who is removed.
        """
        last = func.coalesce(protection.c.good, protection.c.since)
        trouble = (last <= overdue) | (protection.c.failure != "") | (protection.c.damage != "")
        wanted = select(protection).where(trouble, _within(scope), _IS_WANTED)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(last, protection.c.tenant).limit(limit))
            return {row.tenant: _known(row._asdict()) for row in rows}

    def begin(self, names: Iterable[str], now: datetime) -> None:
        """Note from when on backups of these are wanted; of those that are known already nothing changes."""
        for tenant in sorted(set(names) - self.all().keys()):
            values = {"tenant": tenant, "since": now, "snapshot": 0, "failure": "", "damage": ""}
            # Another process was faster, or the tenant was purged: both are fine.
            with suppress(IntegrityError), self._database.transaction() as connection:
                connection.execute(insert(protection).values(values))

    def good(self, tenant: str, at: datetime, snapshot: int) -> None:
        """Note a good backup, taken then."""
        self._note(tenant, good=at, snapshot=snapshot, tried=None, failure="")

    def failed(self, tenant: str, at: datetime, failure: str) -> None:
        """Note why the last try came to nothing."""
        self._note(tenant, tried=at, failure=failure)

    def tended(self, tenant: str, at: datetime, damage: str) -> None:
        """Note a check and what it found (empty: nothing)."""
        self._note(tenant, tended=at, damage=damage)

    def drilled(self, tenant: str, at: datetime) -> None:
        """Note that a backup was tried out, and served."""
        self._note(tenant, drilled=at)

    def _note(self, tenant: str, **values: object) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(protection).where(protection.c.tenant == tenant).values(**values))


# As pydantic writes it; within a text its quotes would be written otherwise. JSON is asked for differently by each of
# our databases, and a document is looked at only where there is trouble.
_TURNED_OFF = tenants.c.document.contains('"backup":{"off":true')
_IS_WANTED = exists().where(tenants.c.tenant == protection.c.tenant, tenants.c.status != Status.REMOVED, ~_TURNED_OFF)


def _within(scope: Scope) -> ColumnElement[bool]:
    return true() if scope.tenants is None else protection.c.tenant.in_(sorted(scope.tenants))


def _known(row: Mapping[str, Any]) -> Known:
    return Known(**{name: _aware(value) for name, value in row.items() if name != "tenant"})


def _aware(value: Any) -> Any:
    """SQLite forgets time zones; what we store is UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
