"""The one row that says which platform this state belongs to. See docs/formats/host-claim.md."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import BigInteger, Column, Connection, String, Table, Text, insert, select, update
from sqlalchemy.exc import IntegrityError

from .database import Database, metadata
from .model import Standing

standing_table = Table(
    "standing",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("platform", String(36), nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("quarantine", Text, nullable=False),
)
ROW = "platform"


class StandingStore:
    """The platform's standing; *make_id* gives the id of a platform that has none yet."""

    def __init__(self, database: Database, make_id: Callable[[], str]) -> None:
        self._database = database
        self._make_id = make_id

    def get(self) -> Standing:
        """Return the standing, making it at the very first call."""
        with self._database.reading() as connection:
            found = find(connection)
        return found or self._found()

    def refuse_quarantined(self) -> None:
        """Raise Quarantined unless this state may act; costs one small question."""
        self.get().refuse_quarantined()

    def leave(self, generation: int) -> Standing:
        """Let the platform act from now on, as *generation* or a later one."""
        standing = self.get()
        after = replace(standing, generation=max(generation, standing.generation), quarantine="")
        with self._database.transaction() as connection:
            put(connection, after)
        return after

    def _found(self) -> Standing:
        try:
            with self._database.transaction() as connection:
                return find(connection) or put(connection, Standing(self._make_id()))
        except IntegrityError:  # another process was quicker; its id counts
            return self.get()


def put(connection: Connection, standing: Standing) -> Standing:
    """Write the standing down in place of the one before, and return it."""
    values = {
        "platform": standing.platform,
        "generation": standing.generation,
        "quarantine": standing.quarantine,
    }
    if connection.execute(update(standing_table).values(values)).rowcount == 0:
        connection.execute(insert(standing_table).values(name=ROW, **values))
    return standing


def find(connection: Connection) -> Standing | None:
    """Return the standing, None where none was written yet."""
    row = connection.execute(select(standing_table)).one_or_none()
    return Standing(row.platform, row.generation, row.quarantine) if row else None
