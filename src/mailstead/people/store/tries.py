"""Tries that went wrong, counted where they have something in common; and the networks that are somebody's own."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, text, update

from mailstead.people.errors import TooManyTries
from mailstead.people.plan import DAY, TIMES, Bucket, Times
from mailstead.state.database import Database

from .tables import aware, places, tries

_MAKE = text("INSERT INTO tries (digest, number, last) VALUES (:digest, 0, :last) ON CONFLICT DO NOTHING")


class TryStore:
    """All tries."""

    def __init__(self, database: Database, times: Times = TIMES) -> None:
        self._database = database
        self._times = times

    def take(self, buckets: Iterable[Bucket], now: datetime) -> None:
        """Count a try before it is made, so that a thousand at once are counted, too; raise TooManyTries.

        A try that is refused does not count: whoever waits gets through.
        """
        with self._database.transaction() as connection:
            counted = {bucket.key: _so_far(connection, bucket, now) for bucket in _in_order(buckets)}
            wait_s = max((_rest(bucket, *counted[bucket.key], now) for bucket in buckets), default=0.0)
            if wait_s > 0:
                raise TooManyTries(wait_s)
            for key, (number, _) in counted.items():
                connection.execute(update(tries).where(tries.c.digest == key).values(number=number + 1, last=now))

    def forget(self, *buckets: Bucket) -> None:
        """Begin anew: the person was who they said."""
        with self._database.transaction() as connection:
            keys = [bucket.key for bucket in buckets]
            connection.execute(delete(tries).where(tries.c.digest.in_(keys)))

    def give_back(self, bucket: Bucket) -> None:
        """Count one try less: it was none."""
        with self._database.transaction() as connection:
            some = (tries.c.digest == bucket.key) & (tries.c.number > 0)
            connection.execute(update(tries).where(some).values(number=tries.c.number - 1))

    def knows(self, place: str, now: datetime) -> bool:
        """Say whether the network is the account's own."""
        with self._database.reading() as connection:
            seen = connection.scalar(select(places.c.seen).where(places.c.digest == place))
        return seen is not None and now - aware(seen) < self._times.known

    def learn(self, place: str, now: datetime) -> None:
        """Note that the account was signed in to from here; forget what was long ago."""
        with self._database.transaction() as connection:
            connection.execute(
                delete(places).where((places.c.digest == place) | (places.c.seen < now - self._times.known))
            )
            connection.execute(places.insert().values(digest=place, seen=now))
            connection.execute(delete(tries).where(tries.c.last < now - 2 * DAY))


def _in_order(buckets: Iterable[Bucket]) -> list[Bucket]:
    """Sort: two transactions that lock the same rows lock them in the same order."""
    return sorted(buckets, key=lambda bucket: bucket.key)


def _so_far(connection: Connection, bucket: Bucket, now: datetime) -> tuple[int, datetime]:
    connection.execute(_MAKE, {"digest": bucket.key, "last": now})
    row = connection.execute(select(tries).where(tries.c.digest == bucket.key).with_for_update()).one()
    last = aware(row.last)
    return (0, last) if now - last >= bucket.patience.forgets else (row.number, last)


def _rest(bucket: Bucket, number: int, last: datetime, now: datetime) -> float:
    """Return how many seconds of the wait are left."""
    return (last + timedelta(seconds=bucket.patience.wait_s(number)) - now).total_seconds()
