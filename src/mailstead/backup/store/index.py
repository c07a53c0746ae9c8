"""Where every blob of one tenant lies: a cache of the packs' footers in SQLite, to be deleted at any time.

What one run alone knows (what is condemned, what is alive) lies in temporary tables: other runs share the cache, and
the memory it takes does not grow with the store.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

from .packs import Entry, Holds

_SCHEMA = """
CREATE TABLE IF NOT EXISTS packs (number INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, holds TEXT NOT NULL,
    size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entries (id BLOB NOT NULL, pack INTEGER NOT NULL, position INTEGER NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (id, pack)) WITHOUT ROWID;
CREATE TEMPORARY TABLE live (id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TEMPORARY TABLE closed (pack INTEGER PRIMARY KEY);
"""
BROKEN = "broken"  # a pack whose footer cannot be read: never condemned, never relied on
_CACHE_KIB = 32_768


@dataclass(frozen=True, slots=True)
class Place:
    """A blob and the pack that it lies in."""

    pack: str
    holds: Holds
    entry: Entry


@dataclass(frozen=True, slots=True)
class Load:
    """A pack, its bytes, and how many of them a snapshot needs from it."""

    pack: str
    holds: Holds
    size: int
    needed: int


class Index:
    """The index of one tenant. Packs that are *closed* (condemned) are read from, and never relied on anew."""

    def __init__(self, path: Path | None) -> None:
        """Open the cache in *path*, or one in memory; one that SQLite cannot read is made anew."""
        self._lock = RLock()
        self._connection = _opened(path)

    def close(self) -> None:
        self._connection.close()

    def packs(self) -> dict[str, int]:
        """Return name and size of every pack that is known."""
        with self._transaction() as connection:
            return dict(connection.execute("SELECT name, size FROM packs"))

    def broken(self) -> list[str]:
        """Return the packs whose footers cannot be read."""
        with self._transaction() as connection:
            rows = connection.execute("SELECT name FROM packs WHERE holds = ? ORDER BY name", (BROKEN,))
            return [name for (name,) in rows]

    def add(self, pack: str, holds: str, size: int, entries: Iterable[Entry]) -> None:
        """Take up a pack that is in the store."""
        with self._transaction() as connection:
            known = connection.execute("INSERT OR IGNORE INTO packs VALUES (NULL, ?, ?, ?)", (pack, holds, size))
            if known.rowcount:
                number = known.lastrowid
                rows = ((entry.id, number, entry.position, entry.offset, entry.length) for entry in entries)
                connection.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?)", sorted(rows))

    def drop(self, packs: Collection[str]) -> None:
        """Forget packs that are gone."""
        if not packs:
            return
        with self._transaction() as connection:
            connection.execute("CREATE TEMPORARY TABLE gone (number INTEGER PRIMARY KEY)")
            connection.executemany(
                "INSERT INTO gone SELECT number FROM packs WHERE name = ?", [(name,) for name in packs]
            )
            connection.execute("DELETE FROM entries WHERE pack IN (SELECT number FROM gone)")
            connection.execute("DELETE FROM packs WHERE number IN (SELECT number FROM gone)")
            connection.execute("DROP TABLE gone")

    def close_packs(self, packs: Collection[str]) -> None:
        """Rely on none of these from now on, and on all others."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM closed")
            connection.executemany(
                "INSERT OR IGNORE INTO closed SELECT number FROM packs WHERE name = ?", [(name,) for name in packs]
            )

    def places(self, blob: bytes) -> list[Place]:
        """Return every place of a blob, the newest pack first."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT name, holds, position, offset, length FROM entries JOIN packs ON number = pack"
                " WHERE id = ? ORDER BY number DESC",
                (blob,),
            )
            return [Place(name, Holds(holds), Entry(blob, *where)) for name, holds, *where in rows]

    def entries(self, pack: str) -> list[Entry]:
        """Return what a pack holds, as it lies in it."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT id, position, offset, length FROM entries"
                " WHERE pack = (SELECT number FROM packs WHERE name = ?) ORDER BY position",
                (pack,),
            )
            return [Entry(*row) for row in rows]

    def reliable(self, ids: Collection[bytes]) -> set[bytes]:
        """Return those of *ids* that lie in a pack that may be relied on."""
        return self._asked(ids, "SELECT 1 FROM entries WHERE id = ? AND pack NOT IN (SELECT pack FROM closed)")

    def known(self, ids: Collection[bytes]) -> set[bytes]:
        """Return those of *ids* that lie anywhere."""
        return self._asked(ids, "SELECT 1 FROM entries WHERE id = ?")

    def _asked(self, ids: Collection[bytes], question: str) -> set[bytes]:
        with self._transaction() as connection:
            return {blob for blob in ids if connection.execute(question, (blob,)).fetchone()}

    def begin_marking(self) -> None:
        with self._transaction() as connection:
            connection.execute("DELETE FROM live")

    def mark(self, ids: Iterable[bytes]) -> None:
        """Note that snapshots reach these."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO live VALUES (?)", [(id_,) for id_ in ids])

    def loads(self) -> list[Load]:
        """Say of every pack that is relied on how much of it is needed; of a blob in several the newest pack counts."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT name, holds, size, coalesce(needed, 0) FROM packs LEFT JOIN ("
                "  SELECT home, sum(length) AS needed FROM ("
                "    SELECT max(pack) AS home, length FROM live JOIN entries USING (id)"
                "    WHERE pack NOT IN (SELECT pack FROM closed) GROUP BY id)"
                "  GROUP BY home) ON home = number"
                " WHERE number NOT IN (SELECT pack FROM closed) AND holds <> ? ORDER BY name",
                (BROKEN,),
            )
            return [Load(name, Holds(holds), size, needed) for name, holds, size, needed in rows]

    def alive_in(self, pack: str) -> list[Entry]:
        """Return those blobs of a pack that are needed from it, as they lie in it."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT id, position, offset, length FROM entries JOIN live USING (id) WHERE pack ="
                " (SELECT number FROM packs WHERE name = ?) AND NOT EXISTS (SELECT 1 FROM entries AS other"
                " WHERE other.id = entries.id AND other.pack > entries.pack"
                " AND other.pack NOT IN (SELECT pack FROM closed)) ORDER BY position",
                (pack,),
            )
            return [Entry(*row) for row in rows]

    def irreplaceable(self) -> set[str]:
        """Return the closed packs that hold something needed which lies in no pack that is relied on."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT DISTINCT name FROM live JOIN entries USING (id) JOIN packs ON number = pack"
                " WHERE pack IN (SELECT pack FROM closed) AND NOT EXISTS (SELECT 1 FROM entries AS other"
                " WHERE other.id = live.id AND other.pack NOT IN (SELECT pack FROM closed))"
            )
            return {name for (name,) in rows}

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is None:
        return _prepared(":memory:")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _prepared(str(path))
    except sqlite3.OperationalError:  # busy, or no right to it: nothing is wrong with the cache
        raise
    except sqlite3.DatabaseError:
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        return _prepared(str(path))


def _prepared(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60, check_same_thread=False)
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_SCHEMA)
    return connection
