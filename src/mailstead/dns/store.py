"""The ledger: which records we wrote, for whom, and when a zone was last seen to be as wanted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from mailstead.ground.errors import Conflict
from mailstead.state.database import Database, metadata

from .model import Record

PLATFORM = ""  # the owner of records that belong to no tenant

record_table = Table(
    "dns_record",
    metadata,
    Column("zone", String(253), primary_key=True),
    Column("name", String(253), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("ttl", Integer, nullable=False),
    Column("tenant", String(32), nullable=False, index=True),
)

zone_table = Table(
    "dns_zone",
    metadata,
    Column("zone", String(253), primary_key=True),
    Column("tenant", String(32), nullable=False, index=True),
    Column("serial", BigInteger),
    Column("fingerprint", String(64)),
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """At this serial the zone held exactly what `fingerprint` stands for."""

    serial: int
    fingerprint: str


class RecordLedger:
    """What mailstead wrote into zones. Records are claimed *before* they are sent and released *after* they are
    removed, so that whoever is killed in between leaves nothing unowned."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, zone: str, tenant: str | None = None) -> frozenset[Record]:
        """Return what we wrote into *zone*, for *tenant* or (None) for anybody."""
        return self.all(tenant=tenant, zone=zone).get(zone, frozenset())

    def all(self, *, tenant: str | None = None, zone: str | None = None) -> dict[str, frozenset[Record]]:
        """Return what we wrote, by zone, in one question."""
        table = record_table
        query = select(table.c.zone, table.c.name, table.c.kind, table.c.ttl, table.c.value)
        if tenant is not None:
            query = query.where(table.c.tenant == tenant)
        if zone is not None:
            query = query.where(table.c.zone == zone)
        found: dict[str, set[Record]] = defaultdict(set)
        with self._database.transaction() as connection:
            for where, *fields in connection.execute(query):
                found[where].add(Record(*fields))
        return {where: frozenset(records) for where, records in found.items()}

    def owners(self) -> dict[str, dict[Record, str]]:
        """Return what we wrote, by zone, with the tenant each record was written for."""
        table = record_table
        query = select(table.c.zone, table.c.tenant, table.c.name, table.c.kind, table.c.ttl, table.c.value)
        found: dict[str, dict[Record, str]] = defaultdict(dict)
        with self._database.reading() as connection:
            for zone, tenant, *fields in connection.execute(query):
                found[zone][Record(*fields)] = tenant
        return dict(found)

    def claim(self, zone: str, tenant: str, records: Iterable[Record]) -> None:
        """Write down that *records* are ours, for *tenant*; may be repeated. Raises Conflict if they are another's."""
        with self._database.transaction() as connection:
            owners = _owners(connection, zone)
            claimed = sorted(set(records), key=lambda record: record.key)
            for record in claimed:
                if (owner := owners.get(record.key, tenant)) != tenant:
                    raise _taken(record, owner)
            if new := [_row(zone, tenant, record) for record in claimed if record.key not in owners]:
                connection.execute(insert(record_table), new)

    def release(self, zone: str, tenant: str, records: Iterable[Record]) -> None:
        """Forget *records*; what is forgotten already is no error."""
        table = record_table
        columns = [table.c.zone, table.c.tenant, table.c.name, table.c.kind, table.c.value]
        rows = [_row(zone, tenant, record) for record in records]
        gone = [{f"_{column.name}": row[column.name] for column in columns} for row in rows]
        if gone:
            with self._database.transaction() as connection:
                same = (column == bindparam(f"_{column.name}") for column in columns)
                connection.execute(delete(table).where(*same), gone)

    def zones(self) -> dict[str, str]:
        """Return the zones that we made, with the tenant each was made for."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(zone_table.c.zone, zone_table.c.tenant))
            return {row.zone: row.tenant for row in rows}

    def note_zone(self, zone: str, tenant: str) -> None:
        """Write down that we are about to make *zone*; may be repeated.

        What was seen of a former zone of this name says nothing of the new one, whose serial may be the same.
        """
        known = zone_table.c.zone == zone
        with self._database.transaction() as connection:
            if connection.execute(select(zone_table.c.zone).where(known)).first():
                connection.execute(update(zone_table).where(known).values(serial=None, fingerprint=None))
            else:
                connection.execute(insert(zone_table).values(zone=zone, tenant=tenant))

    def drop_zone(self, zone: str) -> None:
        """Forget *zone* and all its records."""
        with self._database.transaction() as connection:
            connection.execute(delete(record_table).where(record_table.c.zone == zone))
            connection.execute(delete(zone_table).where(zone_table.c.zone == zone))

    def saw(self, zone: str, sighting: Sighting) -> None:
        """Write down that *zone* was as wanted; only zones that we made are remembered."""
        values = {"serial": sighting.serial, "fingerprint": sighting.fingerprint}
        with self._database.transaction() as connection:
            connection.execute(update(zone_table).where(zone_table.c.zone == zone).values(values))

    def sightings(self) -> dict[str, Sighting]:
        """Return when each zone was last seen to be as wanted."""
        table = zone_table
        with self._database.transaction() as connection:
            rows = connection.execute(select(table).where(table.c.serial.is_not(None)))
            return {row.zone: Sighting(row.serial, row.fingerprint) for row in rows}


def _owners(connection: Connection, zone: str) -> dict[tuple[str, str, str], str]:
    table = record_table
    query = select(table.c.name, table.c.kind, table.c.value, table.c.tenant).where(table.c.zone == zone)
    return {(name, kind, value): tenant for name, kind, value, tenant in connection.execute(query)}


def _row(zone: str, tenant: str, record: Record) -> dict[str, str | int]:
    where: dict[str, str | int] = {"zone": zone, "tenant": tenant, "name": record.name, "kind": record.kind}
    return where | {"value": record.value, "ttl": record.ttl}


def _taken(record: Record, owner: str) -> Conflict:
    whose = f"tenant {owner}" if owner else "the platform"
    return Conflict(
        f"{record} was published for {whose}",
        field="record",
        value=str(record),
        remedy="publish it in one place only",
    )
