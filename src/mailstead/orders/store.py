"""Orders, leases and heartbeats in the platform's database. See docs/formats/orders.md."""

import builtins
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    String,
    Table,
    Text,
    and_,
    delete,
    insert,
    or_,
    select,
    text,
    update,
)

from mailstead.ground.clock import Clock
from mailstead.ground.errors import NotFound
from mailstead.state.database import Database, metadata

from .model import LEASE_S, OPEN, Lease, OrderView, Selection, Status
from .plan import Transition

orders = Table(
    "orders",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("tenant", String(32), nullable=False),
    Column("host", String(32)),
    Column("kind", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("sequence", BigInteger, nullable=False, index=True),
    Column("handed", Boolean, nullable=False),
    Column("document", Text, nullable=False),
    Index("ix_orders_of_tenant", "tenant", "sequence"),
    Index("ix_orders_of_status", "status", "sequence"),
)

order_numbers = Table(
    "order_numbers",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("resource", String(80), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("holder", String(80), nullable=False),
    Column("worker", String(80), nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("expires", Float, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("worker", String(80), primary_key=True),
    Column("seen", Float, nullable=False),
)

_json: TypeAdapter[OrderView] = TypeAdapter(OrderView)


class OrderLedger:
    """The `Ledger` in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, order: OrderView) -> OrderView:
        with self._database.transaction() as connection:
            number = _next(connection)  # also lets those who add at the same time wait for each other
            if there := _find(connection, order.id):
                return there
            connection.execute(insert(orders).values(id=order.id, key=order.key, **_row(order, number)))
            return _need(connection, order.id)

    def get(self, order: str) -> OrderView:
        with self._database.reading() as connection:
            return _need(connection, order)

    def change(self, order: str, transition: Transition) -> OrderView:
        with self._database.transaction() as connection:
            before = _need(connection, order, lock=True)
            after = transition(before)
            if after != before:
                values = _row(after, after.sequence)
                connection.execute(update(orders).where(orders.c.id == order).values(values))
            return after

    def next_number(self) -> int:
        with self._database.transaction() as connection:
            return _next(connection)

    def active(self) -> builtins.list[OrderView]:
        busy = or_(orders.c.status.in_(OPEN), orders.c.handed)
        with self._database.reading() as connection:
            found = connection.scalars(select(orders.c.document).where(busy).order_by(orders.c.sequence))
            return [_json.validate_json(document) for document in found]

    def list(self, tenant: str | None, status: Status | None, limit: int) -> builtins.list[OrderView]:
        query = select(orders.c.document).order_by(orders.c.sequence.desc()).limit(limit)
        if tenant is not None:
            query = query.where(orders.c.tenant == tenant)
        if status is not None:
            query = query.where(orders.c.status == status)
        with self._database.reading() as connection:
            return [_json.validate_json(document) for document in connection.scalars(query)]

    def select(self, selection: Selection) -> builtins.list[OrderView]:
        query = select(orders.c.document).order_by(orders.c.sequence.desc()).limit(selection.limit)
        with self._database.reading() as connection:
            found = connection.scalars(query.where(*_selected(selection)))
            return [_json.validate_json(document) for document in found]

    def ended(self, before: datetime, limit: int) -> Sequence[str]:
        """Return ids out of the *limit* ended orders with the lowest numbers, so that a long list is read in parts."""
        over = and_(orders.c.status.not_in(OPEN), ~orders.c.handed)
        query = select(orders.c.document).where(over).order_by(orders.c.sequence).limit(limit)
        with self._database.reading() as connection:
            found = [_json.validate_json(document) for document in connection.scalars(query)]
        return [order.id for order in found if order.ended and order.ended < before]

    def forget(self, ended: Sequence[str]) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(orders).where(orders.c.id.in_(ended), orders.c.status.not_in(OPEN)))


def _selected(selection: Selection) -> Iterator[ColumnElement[bool]]:
    if selection.scope.tenants is not None:
        yield orders.c.tenant.in_(sorted(selection.scope.tenants))
    if selection.tenant is not None:
        yield orders.c.tenant == selection.tenant
    if selection.status is not None:
        yield orders.c.status == selection.status
    if selection.before is not None:
        yield orders.c.sequence < selection.before


def _row(order: OrderView, number: int) -> dict[str, object]:
    numbered = _json.dump_python(order, mode="json") | {"sequence": number}
    columns = ("tenant", "host", "kind", "status", "sequence", "handed")
    document = _json.dump_json(_json.validate_python(numbered)).decode()
    return {name: numbered[name] for name in columns} | {"document": document}


def _next(connection: Connection) -> int:
    connection.execute(text("INSERT INTO order_numbers VALUES ('orders', 0) ON CONFLICT DO NOTHING"))
    taken = update(order_numbers).values(value=order_numbers.c.value + 1).returning(order_numbers.c.value)
    return int(connection.execute(taken).scalar_one())


def _find(connection: Connection, order: str, *, lock: bool = False) -> OrderView | None:
    query = select(orders.c.document).where(orders.c.id == order)
    document = connection.scalar(query.with_for_update() if lock else query)
    return None if document is None else _json.validate_json(document)


def _need(connection: Connection, order: str, *, lock: bool = False) -> OrderView:
    if found := _find(connection, order, lock=lock):
        return found
    raise no_such_order(order)


def no_such_order(order: str) -> NotFound:
    return NotFound(f"there is no order {order}", field="order", value=order, remedy="see mailstead order list")


class LeaseStore:
    """The `Leases` in SQL. *clock* counts on SQLite only: workers of one PostgreSQL go by the server's."""

    def __init__(self, database: Database, clock: Clock, ttl_s: float = LEASE_S) -> None:
        self._database = database
        self._clock = clock
        self.ttl_s = ttl_s

    def take(self, resource: str, holder: str, worker: str) -> Lease | None:
        made = text("INSERT INTO leases VALUES (:resource, :tenant, '', '', 0, 0) ON CONFLICT DO NOTHING")
        tenant = resource.removeprefix("tenant:") if resource.startswith("tenant:") else ""
        with self._database.transaction() as connection:
            connection.execute(made, {"resource": resource, "tenant": tenant})
            now = _now(connection, self._clock)
            taken = (
                update(leases)
                .where(leases.c.resource == resource, or_(leases.c.holder == "", leases.c.expires < now))
                .values(holder=holder, worker=worker, token=leases.c.token + 1, expires=now + self.ttl_s)
                .returning(leases.c.token)
            )
            token = connection.execute(taken).scalar_one_or_none()
        return None if token is None else Lease(resource, holder, worker, token)

    def holder(self, resource: str) -> str:
        with self._database.reading() as connection:
            return connection.scalar(select(leases.c.holder).where(leases.c.resource == resource)) or ""

    def all(self) -> builtins.list[Lease]:
        query = select(leases.c.resource, leases.c.holder, leases.c.worker, leases.c.token)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(leases.c.holder != "").order_by(leases.c.resource))
            return [Lease(*row) for row in rows]

    def renew(self, lease: Lease) -> bool:
        with self._database.transaction() as connection:
            put_off = update(leases).where(_mine(lease)).values(expires=_now(connection, self._clock) + self.ttl_s)
            return connection.execute(put_off).rowcount == 1

    def held(self, lease: Lease) -> bool:
        with self._database.reading() as connection:
            return connection.scalar(select(leases.c.token).where(_mine(lease))) is not None

    def release(self, lease: Lease) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(leases).where(_mine(lease)).values(holder="", worker="", expires=0))

    def release_all(self, worker: str) -> None:
        with self._database.transaction() as connection:
            free = update(leases).where(leases.c.worker == worker).values(holder="", worker="", expires=0)
            connection.execute(free)


def _now(connection: Connection, clock: Clock) -> float:
    """Return seconds since 1970 by the one clock that all workers of this database share."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    return clock.now().timestamp()


def _mine(lease: Lease):  # type: ignore[no-untyped-def]  # SQLAlchemy's clause types differ by release
    return and_(
        leases.c.resource == lease.resource,
        leases.c.holder == lease.holder,
        leases.c.token == lease.token,
    )


class HeartbeatStore:
    """The `Heartbeats` in SQL, by the same clock as the leases."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def beat(self, worker: str) -> None:
        seen = text(
            "INSERT INTO workers VALUES (:worker, :seen) ON CONFLICT (worker) DO UPDATE SET seen = excluded.seen"
        )
        with self._database.transaction() as connection:
            connection.execute(seen, {"worker": worker, "seen": _now(connection, self._clock)})

    def silent(self, for_s: float) -> builtins.list[str]:
        """Return the workers that were not seen for so many seconds."""
        with self._database.reading() as connection:
            since = _now(connection, self._clock) - for_s
            return [*connection.scalars(select(workers.c.worker).where(workers.c.seen < since))]

    def all(self) -> dict[str, datetime]:
        with self._database.reading() as connection:
            rows = connection.execute(select(workers.c.worker, workers.c.seen))
            return {worker: datetime.fromtimestamp(seen, UTC) for worker, seen in rows}

    def forget(self, worker: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(workers).where(workers.c.worker == worker))
