"""The public halves of DKIM keys: what records are planned from. The private halves lie in the vault."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Column, String, Table, Text, delete, insert, select

from mailstead.dns.model import DkimKey
from mailstead.state.database import Database, metadata

dkim_keys = Table(
    "dkim_keys",
    metadata,
    Column("tenant", String(32), primary_key=True),
    Column("domain", String(253), primary_key=True),
    Column("selector", String(63), primary_key=True),
    Column("algorithm", String(16), nullable=False),
    Column("public", Text, nullable=False),
)

Published = dict[str, tuple[DkimKey, ...]]  # by domain, in the order of their selectors


class DkimBook:
    """Which DKIM keys each tenant's domains have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, tenant: str, domain: str, keys: Iterable[DkimKey]) -> None:
        """Write down the keys of a domain in place of those that stood there."""
        table = dkim_keys
        with self._database.transaction() as connection:
            connection.execute(delete(table).where(table.c.tenant == tenant, table.c.domain == domain))
            for key in keys:
                row = {"tenant": tenant, "domain": domain, "selector": key.selector}
                connection.execute(insert(table).values(**row, algorithm=key.algorithm, public=key.public))

    def of(self, tenant: str) -> Published:
        """Return a tenant's keys."""
        return self._read(tenant).get(tenant, {})

    def all(self) -> dict[str, Published]:
        """Return every tenant's keys, in one question."""
        return self._read()

    def forget(self, tenant: str) -> None:
        """Drop all keys of a tenant."""
        with self._database.transaction() as connection:
            connection.execute(delete(dkim_keys).where(dkim_keys.c.tenant == tenant))

    def _read(self, tenant: str | None = None) -> dict[str, Published]:
        query = select(dkim_keys).order_by(dkim_keys.c.selector)
        if tenant is not None:
            query = query.where(dkim_keys.c.tenant == tenant)
        found: dict[str, Published] = defaultdict(dict)
        with self._database.transaction() as connection:
            for row in connection.execute(query):
                key = DkimKey(row.selector, row.algorithm, row.public)
                keys = found[row.tenant]
                keys[row.domain] = (*keys.get(row.domain, ()), key)
        return dict(found)
