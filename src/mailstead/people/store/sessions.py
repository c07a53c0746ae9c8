"""Sessions: a digest of what the browser holds, how far its person got, and until when it counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from mailstead.people.person import Person
from mailstead.people.plan import TIMES, Times
from mailstead.people.session import Session, Stage, Visitor
from mailstead.state.database import Database

from .persons import person_by
from .tables import aware, aware_or_none, people, sessions


class SessionStore:
    """All sessions."""

    def __init__(self, database: Database, times: Times = TIMES) -> None:
        self._database = database
        self._times = times

    def open(self, session: Session, digest: str) -> None:
        """Remember a new session, and forget those that are over."""
        with self._database.transaction() as connection:
            connection.execute(delete(sessions).where(self._over(session.created)))
            connection.execute(insert(sessions).values(digest=digest, person=session.person.id, **_row(session)))

    def find(self, digest: str, now: datetime) -> Session | None:
        """Return the session that counts *now* and whose person is not disabled."""
        query = select(sessions).where(sessions.c.digest == digest)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            person = _owner(connection, row) if row else None
        if row is None or person is None:
            return None
        session = _session(row, person)
        counts = now < session.expires and now < session.seen + self._times.idle
        return session if counts and not person.disabled else None

    def touch(self, session: Session, visitor: Visitor, now: datetime) -> None:
        """Write down that the session was used; not at every use."""
        if now - session.seen < self._times.seen and visitor.source == session.source:
            return
        with self._database.transaction() as connection:
            connection.execute(
                update(sessions).where(sessions.c.id == session.id).values(seen=now, source=visitor.source)
            )

    def advance(self, session: Session, before: str, after: str) -> bool:
        """Put *session* and its new digest in the place of what had the digest *before*; false if that is gone."""
        there = and_(sessions.c.id == session.id, sessions.c.digest == before)
        with self._database.transaction() as connection:
            moved = update(sessions).where(there).values(digest=after, **_row(session))
            return connection.execute(moved).rowcount == 1

    def of(self, person: Person, now: datetime) -> list[Session]:
        """Return the person's sessions that count, the latest seen first."""
        query = select(sessions).where(sessions.c.person == person.id).order_by(sessions.c.seen.desc())
        with self._database.reading() as connection:
            found = [_session(row, person) for row in connection.execute(query)]
        return [one for one in found if now < one.expires and now < one.seen + self._times.idle]

    def end(self, person: str, session: str) -> int:
        """End one session of the person; return how many there were."""
        with self._database.transaction() as connection:
            mine = and_(sessions.c.person == person, sessions.c.id == session)
            return connection.execute(delete(sessions).where(mine)).rowcount

    def end_all(self, person: str, but: str = "") -> int:
        """End the person's sessions but one; return how many there were."""
        with self._database.transaction() as connection:
            others = and_(sessions.c.person == person, sessions.c.id != but)
            return connection.execute(delete(sessions).where(others)).rowcount

    def _over(self, now: datetime) -> Any:
        return or_(sessions.c.expires <= now, sessions.c.seen <= now - self._times.idle)


def _owner(connection: Connection, row: Row[Any]) -> Person | None:
    return person_by(connection, select(people).where(people.c.id == row.person))


def _row(session: Session) -> dict[str, object]:
    return {
        "id": session.id,
        "stage": session.stage,
        "created": session.created,
        "seen": session.seen,
        "expires": session.expires,
        "fresh_until": session.fresh_until,
        "source": session.source,
        "agent": session.agent,
    }


def _session(row: Row[Any], person: Person) -> Session:
    return Session(
        id=row.id,
        person=person,
        stage=Stage(row.stage),
        created=aware(row.created),
        seen=aware(row.seen),
        expires=aware(row.expires),
        source=row.source,
        agent=row.agent,
        fresh_until=aware_or_none(row.fresh_until),
    )
