"""Sign-ins elsewhere: who somebody is to a provider, by issuer and subject, and by nothing else."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from mailstead.people.errors import SignInRefused
from mailstead.people.provider import Linked, Proof
from mailstead.state.database import Database

from .tables import aware, aware_or_none, identities


class IdentityStore:
    """All sign-ins that are linked to somebody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, identity: str, person: str, proof: Proof, at: datetime) -> None:
        """Link what was proven to a person; raise SignInRefused if it is linked to anybody."""
        row = {"id": identity, "person": person, "name": proof.name, "created": at}
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(identities).values(issuer=proof.issuer, subject=proof.subject, **row))
        except IntegrityError as error:
            raise taken() from error

    def find(self, proof: Proof) -> Linked | None:
        """Return whose this is."""
        same = and_(identities.c.issuer == proof.issuer, identities.c.subject == proof.subject)
        with self._database.reading() as connection:
            row = connection.execute(select(identities).where(same)).one_or_none()
        return _linked(row) if row else None

    def of(self, person: str) -> list[Linked]:
        """Return the person's, the oldest first."""
        query = select(identities).where(identities.c.person == person)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(identities.c.created, identities.c.id)).all()
        return [_linked(row) for row in found]

    def use(self, identity: str, at: datetime) -> None:
        """Write down that it was used."""
        with self._database.transaction() as connection:
            connection.execute(update(identities).where(identities.c.id == identity).values(used=at))

    def remove(self, person: str, identity: str) -> None:
        """Unlink it; one that is gone is no error."""
        mine = and_(identities.c.id == identity, identities.c.person == person)
        with self._database.transaction() as connection:
            connection.execute(delete(identities).where(mine))


def taken() -> SignInRefused:
    remedy = "sign in with it, or choose another one there"
    return SignInRefused("this sign-in cannot be linked", field="sign-in", remedy=remedy)


def _linked(row: Row[Any]) -> Linked:
    used = aware_or_none(row.used)
    return Linked(row.id, row.person, row.issuer, row.subject, row.name, aware(row.created), used)
