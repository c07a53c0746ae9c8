"""Tokens: digests of keys for programs, with what of their person's rights they have."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update

from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.people.model import Right
from mailstead.people.person import Person, Token
from mailstead.people.plan import TIMES, Times
from mailstead.state.database import Database

from .persons import person_by
from .tables import aware, aware_or_none, people, tokens


class TokenStore:
    """All tokens."""

    def __init__(self, database: Database, times: Times = TIMES) -> None:
        self._database = database
        self._times = times

    def add(self, token: Token, digest: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(insert(tokens).values(digest=digest, **_row(token)))

    def find(self, digest: str, now: datetime) -> tuple[Token, Person] | None:
        """Return the token that counts *now* with its person, who is not disabled."""
        with self._database.reading() as connection:
            row = connection.execute(select(tokens).where(tokens.c.digest == digest)).one_or_none()
            person = person_by(connection, select(people).where(people.c.id == row.person)) if row else None
        if row is None or person is None or person.disabled or aware(row.expires) <= now:
            return None
        return _token(row), person

    def touch(self, token: Token, now: datetime) -> None:
        """Write down that the token was used; not at every use."""
        if token.used is None or now - token.used >= self._times.seen:
            with self._database.transaction() as connection:
                connection.execute(update(tokens).where(tokens.c.id == token.id).values(used=now))

    def of(self, person: str) -> list[Token]:
        """Return the person's tokens by name, also those that have expired."""
        query = select(tokens).where(tokens.c.person == person).order_by(tokens.c.name, tokens.c.id)
        with self._database.reading() as connection:
            return [_token(row) for row in connection.execute(query)]

    def remove(self, person: str, token: str) -> int:
        """Forget a token of the person; return how many there were."""
        with self._database.transaction() as connection:
            mine = and_(tokens.c.person == person, tokens.c.id == token)
            return connection.execute(delete(tokens).where(mine)).rowcount


def _row(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "person": token.person,
        "name": token.name,
        "begins": token.begins,
        "rights": json.dumps(sorted(token.rights)),
        "tenants": None if token.scope.tenants is None else json.dumps(sorted(token.scope.tenants)),
        "created": token.created,
        "expires": token.expires,
        "used": token.used,
    }


def _token(row: Row[Any]) -> Token:
    known = {right.value for right in Right}
    return Token(
        id=row.id,
        person=row.person,
        name=row.name,
        begins=row.begins,
        rights=frozenset(Right(right) for right in json.loads(row.rights) if right in known),
        scope=EVERYTHING if row.tenants is None else Scope.of(*json.loads(row.tenants)),
        created=aware(row.created),
        expires=aware(row.expires),
        used=aware_or_none(row.used),
    )
