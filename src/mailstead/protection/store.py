"""What is remembered of tenants' backups, so that nobody has to ask the targets for it. The targets know better."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    and_,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.exc import IntegrityError

from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.state.database import Database, metadata
from mailstead.tenants.model import Backup, Status
from mailstead.tenants.store import tenants

from .model import Known, Placed, Sieve

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

    def placed(self, sieve: Sieve | None = None, scope: Scope = EVERYTHING) -> list[Placed]:
        """Return the tenants that have a place and are not removed, by name; of those only what *sieve* lets through.

        One question, and of a tenant's document only its table [backup] is read.
        """
        with self._database.reading() as connection:
            own, lives = _own(connection), tenants.c.host.is_not(None) & (tenants.c.status != Status.REMOVED)
            query = select(tenants.c.tenant.label("name"), tenants.c.host, own.as_string().label("own"), protection)
            query = query.select_from(tenants.outerjoin(protection)).where(lives).order_by(tenants.c.tenant)
            if scope.tenants is not None:
                query = query.where(tenants.c.tenant.in_(sorted(scope.tenants)))
            rows = connection.execute(query.where(_through(sieve, own)) if sieve else query).all()
        return [_placed(row._asdict()) for row in rows]

    def begin(self, names: Collection[str], now: datetime) -> None:
        """Note from when on backups of these are wanted; of those that are known already nothing changes."""
        # Another process was faster, or a tenant was purged: whom that leaves out, the next round notes.
        with suppress(IntegrityError), self._database.transaction() as connection:
            there = set(connection.scalars(select(protection.c.tenant).where(protection.c.tenant.in_(names))))
            new = {"since": now, "snapshot": 0, "failure": "", "damage": ""}
            if values := [{"tenant": tenant} | new for tenant in sorted(set(names) - there)]:
                connection.execute(insert(protection), values)

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


def _own(connection: Connection) -> Any:
    """Return the tenant's own rules as they lie within its document."""
    as_json = cast if connection.dialect.name == "postgresql" else type_coerce
    return as_json(tenants.c.document, JSON)["backup"]


def _through(sieve: Sieve, own: Any) -> ColumnElement[bool]:
    """Return what holds for whoever may be due: what `schedule.sieve` says, as a question to the database."""
    line = protection.c
    rested = or_(line.good.is_(None), line.good <= sieve.rested)
    untried = or_(line.tried.is_(None), line.tried <= sieve.tried)
    untended = and_(line.good.is_not(None), or_(line.tended.is_(None), line.tended <= sieve.tended))
    served = or_(tenants.c.host.not_in(sorted(sieve.full)), line.good > sieve.rested)
    late = func.coalesce(line.good, line.since) <= sieve.overdue
    awake = or_(tenants.c.host.in_(sorted(sieve.hosts)), own["hours"].as_string().is_not(None))
    return or_(line.tenant.is_(None), and_(or_(and_(rested, untried), untended), served, or_(late, awake)))


@lru_cache(maxsize=256)
def _parsed(own: str) -> Backup:
    return Backup.model_validate_json(own)


def _placed(row: Mapping[str, Any]) -> Placed:
    known = {column.name: row[column.name] for column in protection.columns}
    return Placed(row["name"], row["host"], _parsed(row["own"] or "{}"), _known(known) if row["since"] else None)


def _known(row: Mapping[str, Any]) -> Known:
    return Known(**{name: _aware(value) for name, value in row.items() if name != "tenant"})


def _aware(value: Any) -> Any:
    """SQLite forgets time zones; what we store is UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
