"""When tenants were last seen to be as wanted, and the stored rows from which that is known to be so still."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Float, Select, String, Table, delete, insert, or_, select

from mailstead.certificates.store import key_table
from mailstead.networks.store import network_numbers
from mailstead.security.store import secrets
from mailstead.state.database import Database, metadata
from mailstead.tenants.store import tenants

from .store import dkim_keys

sights = Table(
    "sights",
    metadata,
    Column("tenant", String(32), primary_key=True),
    Column("seal", String(64), nullable=False),
    Column("until", Float, nullable=False),
)

# All that is remembered of a tenant and decides its plan, the tenant itself first. Of secrets only the nonce is told,
# which no two writings share.
_key_columns = [column for column in key_table.c if column is not key_table.c.chain]  # told by its end and key
_served = or_(secrets.c.name.startswith("password/"), secrets.c.name == "probe-hash")
_TENANTS = select(tenants.c.tenant, tenants.c.document, tenants.c.host)
_REST = (
    select(network_numbers),
    select(*_key_columns).order_by(key_table.c.tenant, key_table.c.generation),
    select(dkim_keys).order_by(dkim_keys.c.tenant, dkim_keys.c.domain, dkim_keys.c.selector),
    select(secrets.c.tenant, secrets.c.name, secrets.c.nonce).where(_served).order_by(secrets.c.tenant, secrets.c.name),
)

Rows = list[tuple[Any, ...]]
NAMED_MOST = 500  # as many names as one question may hold on every database


@dataclass(frozen=True, slots=True)
class Sight:
    """While `seal` fits and `until` (seconds since 1970) has not come, the tenant's plan is empty."""

    seal: str
    until: float


class SightBook:
    """The seals. One that does not fit costs a closer look, never a wrong answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, names: Collection[str] | None = None) -> dict[str, Sight]:
        """Return the seal of each tenant that has one; for *names* as `rows` does."""
        with self._database.reading() as connection:
            found = connection.execute(_of(select(sights), names))
            return {tenant: Sight(seal, until) for tenant, seal, until in found}

    def note(self, seen: Mapping[str, Sight]) -> None:
        """Write down seals in place of those before."""
        if not seen:
            return
        rows = [{"tenant": tenant, "seal": sight.seal, "until": sight.until} for tenant, sight in seen.items()]
        with self._database.transaction() as connection:
            for tenant in seen:
                connection.execute(delete(sights).where(sights.c.tenant == tenant))
            connection.execute(insert(sights), rows)

    def forget(self, tenant: str) -> None:
        """Drop a tenant's seal."""
        with self._database.transaction() as connection:
            connection.execute(delete(sights).where(sights.c.tenant == tenant))

    def rows(self, names: Collection[str] | None = None) -> dict[str, Rows]:
        """Return, by tenant, the stored rows that decide its plan: nothing is parsed, and no secret opened.

        Of *names* alone; of everyone where these are many, or None.
        """
        with self._database.reading() as connection:
            found: dict[str, Rows] = {row[0]: [tuple(row)] for row in connection.execute(_of(_TENANTS, names))}
            for query in _REST:
                for row in connection.execute(_of(query, names)):
                    if row[0] in found:
                        found[row[0]].append(tuple(row))
        return found


def _of(query: Select[Any], names: Collection[str] | None) -> Select[Any]:
    """Return *query*, whose first column is the tenant, for these tenants alone if they are few."""
    return (
        query if names is None or len(names) > NAMED_MOST else query.where(query.selected_columns[0].in_(sorted(names)))
    )
