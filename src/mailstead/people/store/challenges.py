"""Challenges that passkeys are to sign, and states that providers are to bring back: each for one purpose, once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, delete, insert

from mailstead.state.database import Database

from .tables import challenges


class ChallengeFor(StrEnum):
    SIGN_IN = "sign-in"
    SECOND = "second"
    ADD = "add"
    AWAY = "away"  # at a provider of sign-ins


class ChallengeStore:
    """All challenges that were given out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, digest: str, purpose: ChallengeFor, session: str, *, now: datetime, expires: datetime) -> None:
        """Remember a challenge, and forget those that are too old."""
        with self._database.transaction() as connection:
            connection.execute(delete(challenges).where(challenges.c.expires <= now))
            row = {"digest": digest, "purpose": purpose, "session": session, "expires": expires}
            connection.execute(insert(challenges).values(row))

    def use(self, digest: str, purpose: ChallengeFor, session: str, now: datetime) -> bool:
        """Use a challenge up; false if it was not given out for this, or is too old."""
        fits = and_(
            challenges.c.digest == digest,
            challenges.c.purpose == purpose,
            challenges.c.session == session,
            challenges.c.expires > now,
        )
        with self._database.transaction() as connection:
            return connection.execute(delete(challenges).where(fits)).rowcount == 1
