"""The audit chain in the platform's database: rows are added one at a time over all processes, and never changed."""

import builtins
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Column, Connection, Index, Select, String, Table, Text, insert, select, text

from mailstead.ground.clock import Clock
from mailstead.ground.errors import MailsteadError
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.state.database import Database, metadata

from .audit import Act, AuditEntry, Head, Verdict, chained, follow

T = TypeVar("T")

audit = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(32), nullable=False),
    Column("tenant", String(32), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_of_tenant", "tenant", "sequence"),
)

AT_ONCE = 10_000


class AuditTrail:
    """The chain as *actor* goes on with it; *source* is the address they ask from; empty: this machine."""

    def __init__(
        self, database: Database, clock: Clock, actor: str, scope: Scope = EVERYTHING, *, source: str = ""
    ) -> None:
        self._database = database
        self._clock = clock
        self._scope = scope
        self._source = source
        self.actor = actor

    def by(self, actor: str, source: str = "") -> "AuditTrail":
        """Return the same trail, on which *actor* acts, from *source*."""
        return AuditTrail(self._database, self._clock, actor, self._scope, source=source)

    def within(self, scope: Scope) -> "AuditTrail":
        """Return the trail of which `list` shows what concerns the tenants of *scope*."""
        return AuditTrail(self._database, self._clock, self.actor, scope, source=self._source)

    def note(self, act: Act) -> AuditEntry:
        """Add an entry; it is lasting when this returns."""
        if self._source:
            act = replace(act, details={**act.details, "source": self._source})
        with self._database.transaction() as connection:
            if connection.dialect.name == "postgresql":  # SQLite lets writers take turns by itself
                connection.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
            entry = chained(act, self.actor, self._clock.now(), _head(connection))
            connection.execute(insert(audit).values({name: getattr(entry, name) for name in AuditEntry.__slots__}))
            return entry

    def telling(self, act: Act, do: Callable[[], T]) -> T:
        """Return what *do* returns, after *act* was noted; what it refuses is noted, too."""
        self.note(act)
        try:
            return do()
        except MailsteadError as error:
            self.note(Act(f"{act.action}.refused", act.tenant, act.subject, {"code": error.code}))
            raise

    def head(self) -> Head:
        """Return the end of the chain."""
        with self._database.reading() as connection:
            return _head(connection)

    def list(
        self, tenant: str | None = None, limit: int = 100, *, before: int | None = None
    ) -> builtins.list[AuditEntry]:
        """Return entries, the newest first; of those below the number *before*, if it is given."""
        query = self._told().order_by(audit.c.sequence.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.sequence < before)
        if tenant is not None:
            query = query.where(audit.c.tenant == tenant)
        return self._page(query)

    def verify(self, known: Head | None = None, tell: Callable[[int], None] = lambda _: None) -> Verdict:
        """Check the whole chain; with a head that was *known* before, also that it is still in it.

        *tell* hears now and then how many entries were checked.
        """

        def told() -> Iterator[AuditEntry]:
            for entry in self.behind(0):
                if entry.sequence % AT_ONCE == 0:
                    tell(entry.sequence)
                yield entry

        return follow(told(), known)

    def behind(self, sequence: int) -> Iterator[AuditEntry]:
        """Yield what was added behind the entry of this number, the oldest first."""
        query = self._told().order_by(audit.c.sequence).limit(AT_ONCE)
        while page := self._page(query.where(audit.c.sequence > sequence)):
            yield from page
            sequence = page[-1].sequence

    def _told(self) -> Select[Any]:
        """Return what of the chain is within the scope."""
        within, whole = self._scope.tenants, select(audit)
        return whole if within is None else whole.where(audit.c.tenant.in_(sorted(within)))

    def _page(self, query: Select[Any]) -> builtins.list[AuditEntry]:
        with self._database.reading() as connection:
            return [AuditEntry(*row) for row in connection.execute(query)]


def _head(connection: Connection) -> Head:
    last = select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return Head(row.sequence, row.hash) if row else Head()
