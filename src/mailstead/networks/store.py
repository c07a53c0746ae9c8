"""Which tenant holds which numbers. The database refuses to give one number twice."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, String, Table, bindparam, delete, insert, or_, select
from sqlalchemy.exc import IntegrityError

from mailstead.ground.errors import Conflict, NotFound
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.sites.model import Network
from mailstead.state.database import Database, metadata

from .model import Numbers
from .plan import next_numbers

ATTEMPTS = 50

network_numbers = Table(
    "network_numbers",
    metadata,
    Column("tenant", String(32), primary_key=True),
    Column("vlan", Integer, nullable=False, unique=True),
    Column("ipv4", String(18), nullable=False, unique=True),
    Column("ipv6", String(43), nullable=False, unique=True),
    Column("public_ipv4", String(15), nullable=False, unique=True),
    Column("public_ipv6", String(39), nullable=False, unique=True),
)


_ONE = select(network_numbers).where(network_numbers.c.tenant == bindparam("name"))  # asked at every step: built once


class NumberStore:
    """Gives numbers from *pools* and keeps them; safe under concurrent threads and processes."""

    def __init__(self, database: Database, pools: Network, scope: Scope = EVERYTHING) -> None:
        self._database = database
        self._pools = pools
        self._scope = scope

    def within(self, scope: Scope) -> "NumberStore":
        """Return the store that neither tells nor changes anything of tenants out of *scope*."""
        return NumberStore(self._database, self._pools, scope)

    def allocate(self, tenant: str) -> Numbers:
        """Return the tenant's numbers, taking free ones if it has none.

        Raises VlansExhausted or AddressesExhausted; Conflict when others were faster every time; NotFound out of scope.
        """
        self._see(tenant)
        for _ in range(ATTEMPTS):
            try:
                with self._database.transaction() as connection:
                    return self._held(connection, tenant) or self._take(connection, tenant)
            except IntegrityError:
                continue  # somebody committed the same number first: look again
        raise Conflict(
            f"others took every number chosen for {tenant}", field="tenant", value=tenant, remedy="try again"
        )

    def adopt(self, tenant: str, numbers: Numbers) -> None:
        """Write down the numbers that a tenant is seen to have; whoever else was written down with one loses all of
        his, and gets others when he next asks. Raises NotFound out of scope."""
        self._see(tenant)
        columns, row = network_numbers.c, _row(numbers)
        others = [columns[name] == value for name, value in row.items()]
        with self._database.transaction() as connection:
            connection.execute(delete(network_numbers).where(or_(columns.tenant == tenant, *others)))
            connection.execute(insert(network_numbers).values(tenant=tenant, **row))

    def of(self, tenant: str) -> Numbers | None:
        """Return the tenant's numbers, None if it has none."""
        if not self._scope.admits(tenant):
            return None
        with self._database.transaction() as connection:
            return self._held(connection, tenant)

    def all(self) -> dict[str, Numbers]:
        """Return every tenant's numbers."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(network_numbers)).all()
        return {row.tenant: _numbers(row) for row in rows if self._scope.admits(row.tenant)}

    def release(self, tenant: str) -> None:
        """Free the tenant's numbers; a tenant without any, or out of scope, is no error."""
        if not self._scope.admits(tenant):
            return
        with self._database.transaction() as connection:
            connection.execute(delete(network_numbers).where(network_numbers.c.tenant == tenant))

    def _see(self, tenant: str) -> None:
        if not self._scope.admits(tenant):
            remedy = "see mailstead tenant list"
            raise NotFound(f"there is no tenant {tenant}", field="tenant", value=tenant, remedy=remedy)

    def _held(self, connection: Connection, tenant: str) -> Numbers | None:
        row = connection.execute(_ONE, {"name": tenant}).one_or_none()
        return _numbers(row) if row else None

    def _take(self, connection: Connection, tenant: str) -> Numbers:
        taken = [_numbers(row) for row in connection.execute(select(network_numbers))]
        numbers = next_numbers(self._pools, taken)
        connection.execute(insert(network_numbers).values(tenant=tenant, **_row(numbers)))
        return numbers


def _numbers(row: Row[Any]) -> Numbers:
    return Numbers(
        vlan=row.vlan,
        ipv4=IPv4Network(row.ipv4),
        ipv6=IPv6Network(row.ipv6),
        public_ipv4=IPv4Address(row.public_ipv4),
        public_ipv6=IPv6Address(row.public_ipv6),
    )


def _row(numbers: Numbers) -> dict[str, int | str]:
    return {
        "vlan": numbers.vlan,
        "ipv4": str(numbers.ipv4),
        "ipv6": str(numbers.ipv6),
        "public_ipv4": str(numbers.public_ipv4),
        "public_ipv6": str(numbers.public_ipv6),
    }
