"""One-time links: invitations and resets. The newest of a person counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import delete, insert, or_, select

from mailstead.people.session import Purpose
from mailstead.state.database import Database

from .tables import aware, links, people


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A link that counts."""

    digest: str
    person: str
    purpose: Purpose
    expires: datetime


class LinkStore:
    """All one-time links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, link: KnownLink, now: datetime) -> None:
        """Remember a link in place of the person's one before, and forget those that are too old."""
        with self._database.transaction() as connection:
            stale = or_(links.c.person == link.person, links.c.expires <= now)
            connection.execute(delete(links).where(stale))
            row = {"digest": link.digest, "person": link.person, "purpose": link.purpose, "expires": link.expires}
            connection.execute(insert(links).values(row))

    def find(self, digest: str, now: datetime) -> KnownLink | None:
        """Return the link if it counts *now* and its person is not disabled."""
        query = (
            select(links)
            .join(people, people.c.id == links.c.person)
            .where(links.c.digest == digest, people.c.disabled.is_(False))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or aware(row.expires) <= now:
            return None
        return KnownLink(row.digest, row.person, cast("Purpose", row.purpose), aware(row.expires))

    def use(self, link: KnownLink) -> bool:
        """Use the link up; false if it was used meanwhile."""
        with self._database.transaction() as connection:
            return connection.execute(delete(links).where(links.c.digest == link.digest)).rowcount == 1

    def drop(self, person: str) -> None:
        """Withdraw the person's link; none is no error."""
        with self._database.transaction() as connection:
            connection.execute(delete(links).where(links.c.person == person))
