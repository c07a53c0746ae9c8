"""Tenants as remembered: the wanted state, its revision, and which mail domain is whose."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from mailstead.ground.errors import Conflict, NotFound
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.state.database import Database, metadata

from .model import Backup, DomainTaken, Status, Tenant

Source = Literal["command", "file"]
READ_MOST = 64  # documents that were read last are not read anew

tenants = Table(
    "tenants",
    metadata,
    Column("tenant", String(32), primary_key=True),
    Column("document", Text, nullable=False),  # the whole Tenant as JSON; never a secret
    Column("revision", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("source", String(16), nullable=False),
    Column("host", String(32)),
    Column("removed_at", DateTime(timezone=True)),
    Column("memory_mib", Integer, nullable=False, server_default="0"),  # the document's: summed without reading it
    Index("ix_tenants_standing", "status", "tenant"),
    Index("ix_tenants_promised", "host", "status", "memory_mib"),
)

domains = Table(
    "domains",
    metadata,
    Column("domain", String(253), primary_key=True),
    Column("tenant", String(32), ForeignKey("tenants.tenant", ondelete="CASCADE"), nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A tenant as remembered: what is wanted, how often that changed, where it was placed."""

    tenant: Tenant
    revision: int
    source: Source
    host: str | None
    removed_at: datetime | None

    @property
    def document(self) -> str:
        """The tenant as it is stored."""
        return self.tenant.model_dump_json()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a tenant; `mailboxes` is how many it has."""

    name: str
    status: Status
    domains: tuple[str, ...]
    mailboxes: int
    vcpus: int
    memory_mib: int
    disk_gib: int
    backup: Backup
    host: str | None
    revision: int
    removed_at: datetime | None


class TenantStore:
    """All tenants, or those of a scope: others are not found. Every verb is one transaction."""

    def __init__(self, database: Database, scope: Scope = EVERYTHING) -> None:
        self._database = database
        self._scope = scope

    def within(self, scope: Scope) -> "TenantStore":
        """Return the store of the tenants that *scope* admits."""
        return TenantStore(self._database, scope)

    def add(self, tenant: Tenant, *, source: Source = "command") -> Entry:
        """Remember a new tenant; raise Conflict for a taken name, DomainTaken for a domain, NotFound out of scope."""
        self._see(tenant.name)
        with self._database.transaction() as connection:
            row = {
                "tenant": tenant.name,
                "document": tenant.model_dump_json(),
                "revision": 1,
                "status": tenant.status,
                "source": source,
                "host": None,
                "removed_at": None,
                "memory_mib": tenant.allowance.memory_mib,
            }
            try:
                connection.execute(insert(tenants).values(row))
            except IntegrityError as error:
                raise _there(tenant.name) from error
            _claim(connection, tenant)
        return self.get(tenant.name)

    def get(self, name: str) -> Entry:
        """Return one tenant; raise NotFound."""
        self._see(name)
        with self._database.transaction() as connection:
            return _need(connection, name)

    def all(self) -> dict[str, Entry]:
        """Return every tenant by name."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(tenants).where(self._mine).order_by(tenants.c.tenant)).all()
        return {row.tenant: _entry(row) for row in rows}

    def page(self, *, after: str = "", limit: int = 50, search: str = "") -> list[Entry]:
        """Return up to *limit* tenants in the order of their names, behind *after*, whose name holds *search*."""
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(self._page(after, limit, search))]

    def overview(
        self, *, after: str = "", limit: int = 50, search: str = "", status: Status | None = None
    ) -> list[Summary]:
        """Return the same page of those with this status, in short: validating whole documents would take longer."""
        wanted = self._page(after, limit, search)
        if status is not None:
            wanted = wanted.where(tenants.c.status == status)
        return self._in_short(wanted)

    def named(self, names: Collection[str]) -> dict[str, Summary]:
        """Return those of these that there are, in short."""
        wanted = select(tenants).where(self._mine, tenants.c.tenant.in_(sorted(names)))
        return {one.name: one for one in self._in_short(wanted)}

    def counts(self) -> dict[Status, int]:
        """Return how many tenants stand how; without those of which there are none."""
        query = select(tenants.c.status, func.count()).where(self._mine).group_by(tenants.c.status)
        with self._database.reading() as connection:
            return {Status(status): int(count) for status, count in connection.execute(query)}

    def promised(self) -> dict[str, int]:
        """Return how many MiB of memory are promised on each host that has any; a removed tenant is promised none."""
        placed = tenants.c.host.is_not(None) & (tenants.c.status != Status.REMOVED) & self._mine
        query = select(tenants.c.host, func.sum(tenants.c.memory_mib)).where(placed).group_by(tenants.c.host)
        with self._database.reading() as connection:
            return {host: int(mib) for host, mib in connection.execute(query)}

    def change(self, name: str, change: Callable[[Tenant], Tenant]) -> Entry:
        """Replace a tenant's wanted state by what *change* makes of it; an equal one keeps its revision."""
        self._see(name)
        with self._database.transaction() as connection:
            entry = _need(connection, name, lock=True)
            wanted = change(entry.tenant)
            if wanted == entry.tenant:
                return entry
            connection.execute(
                update(tenants)
                .where(tenants.c.tenant == name)
                .values(
                    document=wanted.model_dump_json(),
                    revision=entry.revision + 1,
                    status=wanted.status,
                    memory_mib=wanted.allowance.memory_mib,
                )
            )
            connection.execute(delete(domains).where(domains.c.tenant == name))
            _claim(connection, wanted)
            return _need(connection, name)

    def place(self, name: str, choose: Callable[[list[Entry]], str]) -> str:
        """Return the host of the tenant; *choose* names it if it has none, knowing all tenants as they stand.

        One at a time over all processes, so that two choices never count on the same room. Raises NotFound.
        """
        self._see(name)
        with self._database.transaction() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE tenants IN SHARE ROW EXCLUSIVE MODE"))
            known = _need(connection, name).host
            if known is None:
                known = choose([_entry(row) for row in connection.execute(select(tenants))])
                connection.execute(update(tenants).where(tenants.c.tenant == name).values(host=known))
            return known

    def settle_on(self, name: str, host: str) -> None:
        """Remember the host on which the tenant was seen to live."""
        self._set(name, host=host)

    def mark_removed(self, name: str, at: datetime | None) -> None:
        """Remember since when the tenant is removed; None: it is back."""
        self._set(name, removed_at=at)

    def forget(self, name: str) -> None:
        """Drop the tenant and its claims; one already gone, or out of scope, is no error."""
        if not self._scope.admits(name):
            return
        with self._database.transaction() as connection:
            connection.execute(delete(domains).where(domains.c.tenant == name))
            connection.execute(delete(tenants).where(tenants.c.tenant == name))

    def owner_of(self, domain: str) -> str | None:
        """Return the tenant that a mail domain belongs to."""
        with self._database.transaction() as connection:
            owner = connection.scalar(select(domains.c.tenant).where(domains.c.domain == domain))
        return owner if owner is not None and self._scope.admits(owner) else None

    def claims(self) -> dict[str, str]:
        """Return every mail domain with the tenant it belongs to."""
        with self._database.reading() as connection:
            found = connection.execute(select(domains))
            return {row.domain: row.tenant for row in found if self._scope.admits(row.tenant)}

    def _in_short(self, wanted: Select[Any]) -> list[Summary]:
        with self._database.reading() as connection:
            return [_summary(row) for row in connection.execute(wanted)]

    def _page(self, after: str, limit: int, search: str) -> Select[Any]:
        wanted = select(tenants).where(self._mine, tenants.c.tenant > after)
        if search:
            wanted = wanted.where(tenants.c.tenant.contains(search, autoescape=True))
        return wanted.order_by(tenants.c.tenant).limit(limit)

    @property
    def _mine(self) -> ColumnElement[bool]:
        return true() if self._scope.tenants is None else tenants.c.tenant.in_(sorted(self._scope.tenants))

    def _see(self, name: str) -> None:
        if not self._scope.admits(name):
            raise _missing(name)

    def _set(self, name: str, **values: object) -> None:
        self._see(name)
        with self._database.transaction() as connection:
            _need(connection, name)
            connection.execute(update(tenants).where(tenants.c.tenant == name).values(**values))


def _claim(connection: Connection, tenant: Tenant) -> None:
    for domain in tenant.domains:
        taken = connection.scalar(select(domains.c.tenant).where(domains.c.domain == domain.name))
        if taken:
            raise _taken(domain.name)
        try:
            connection.execute(insert(domains).values(domain=domain.name, tenant=tenant.name))
        except IntegrityError as error:  # claimed by another process since we looked (PostgreSQL)
            raise _taken(domain.name) from error


def _there(name: str) -> Conflict:
    remedy = f"choose another name, or change it: mailstead tenant show {name}"
    return Conflict(f"there is a tenant {name}", field="name", value=name, remedy=remedy)


def _taken(domain: str) -> DomainTaken:
    # Whose it is stays untold: one tenant must not learn of another.
    remedy = "give another domain, or remove it from the tenant that has it"
    return DomainTaken(f"{domain} is served already", field="domain", value=domain, remedy=remedy)


_ONE = select(tenants).where(tenants.c.tenant == bindparam("name"))  # asked at every step: built once


_ONE_LOCKED = _ONE.with_for_update()


def _find(connection: Connection, name: str, *, lock: bool = False) -> Entry | None:
    row = connection.execute(_ONE_LOCKED if lock else _ONE, {"name": name}).one_or_none()
    return _entry(row) if row else None


def _need(connection: Connection, name: str, *, lock: bool = False) -> Entry:
    entry = _find(connection, name, lock=lock)
    if entry is None:
        raise _missing(name)
    return entry


def _missing(name: str) -> NotFound:
    return NotFound(f"there is no tenant {name}", field="tenant", value=name, remedy="see mailstead tenant list")


def _entry(row: "Row[tuple[object, ...]]") -> Entry:
    return Entry(_read(row.document), row.revision, row.source, row.host, _aware(row.removed_at))


@lru_cache(maxsize=READ_MOST)
def _read(document: str) -> Tenant:
    """Return the value, which nobody can change; one with 20,000 mailboxes takes 200 ms to validate."""
    return Tenant.model_validate_json(document)


@lru_cache(maxsize=READ_MOST)
def _in_short(document: str) -> Mapping[str, Any]:
    tenant = json.loads(document)
    return {
        "domains": tuple(domain["name"] for domain in tenant["domains"]),
        "mailboxes": len(tenant["mailboxes"]),
        "backup": Backup.model_validate(tenant.get("backup", {})),
        **{size: tenant["allowance"][size] for size in ("vcpus", "memory_mib", "disk_gib")},
    }


def _summary(row: Row[Any]) -> Summary:
    return Summary(
        name=row.tenant,
        status=Status(row.status),
        **_in_short(row.document),
        host=row.host,
        revision=row.revision,
        removed_at=_aware(row.removed_at),
    )


def _aware(time: datetime | None) -> datetime | None:
    """SQLite forgets time zones; what we store is UTC."""
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time
