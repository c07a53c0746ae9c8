"""Sessions of mailbox users: a digest of what the browser holds, and one of the password hash that opened it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, insert, or_, select, update

from mailstead.people.mailboxes import MailboxSession
from mailstead.people.plan import TIMES, Times
from mailstead.people.session import Visitor
from mailstead.state.database import Database

from .tables import aware
from .tables import mailbox_sessions as table


class MailboxSessionStore:
    """All sessions of mailbox users, each found by the digest of its cookie alone."""

    def __init__(self, database: Database, times: Times = TIMES) -> None:
        self._database = database
        self._times = times

    def open(self, session: MailboxSession, digest: str, password: str) -> None:
        """Remember a new session, and forget those that are over."""
        over = or_(table.c.expires <= session.created, table.c.seen <= session.created - self._times.idle)
        fields = {name: getattr(session, name) for name in MailboxSession.__slots__}
        with self._database.transaction() as connection:
            connection.execute(delete(table).where(over))
            connection.execute(insert(table).values(digest=digest, password=password, **fields))

    def find(self, digest: str, now: datetime) -> tuple[MailboxSession, str] | None:
        """Return the session that counts *now*, with the digest of the password hash that opened it."""
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.digest == digest)).one_or_none()
        return (_session(row), row.password) if row and self._counts(_session(row), now) else None

    def of(self, mailbox: str, password: str, now: datetime) -> list[MailboxSession]:
        """Return the sessions of a mailbox that count, the latest seen first."""
        same = and_(table.c.mailbox == mailbox, table.c.password == password)
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(same).order_by(table.c.seen.desc())).all()
        return [session for session in map(_session, rows) if self._counts(session, now)]

    def touch(self, session: MailboxSession, visitor: Visitor, now: datetime) -> None:
        """Write down that the session was used; not at every use."""
        if now - session.seen < self._times.seen and visitor.source == session.source:
            return
        with self._database.transaction() as connection:
            used = update(table).where(table.c.id == session.id).values(seen=now, source=visitor.source)
            connection.execute(used)

    def end(self, mailbox: str, session: str) -> None:
        """End one session of the mailbox; one that is over is no error."""
        with self._database.transaction() as connection:
            connection.execute(delete(table).where(table.c.mailbox == mailbox, table.c.id == session))

    def _counts(self, session: MailboxSession, now: datetime) -> bool:
        return now < session.expires and now < session.seen + self._times.idle


def _session(row: Row[Any]) -> MailboxSession:
    times = {name: aware(getattr(row, name)) for name in ("created", "seen", "expires")}
    return MailboxSession(id=row.id, mailbox=row.mailbox, source=row.source, agent=row.agent, **times)
