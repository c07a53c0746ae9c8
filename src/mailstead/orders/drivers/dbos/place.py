"""Where a worker lives: its id, its lock, its database file."""

import fcntl
import os
import sqlite3
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url

from mailstead.orders.model import StateInUse


def host_id(folder: Path) -> str:
    """Return this host's UUID, made at the first call and kept in *folder*."""
    path = folder / "host-id"
    if not path.exists():
        fresh = folder / f"host-id.{uuid4()}"
        fresh.write_text(f"{uuid4()}\n")
        fresh.chmod(0o600)
        try:
            os.link(fresh, path)
        except FileExistsError:  # another process was quicker; its id counts
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def prepare_sqlite(url: str) -> None:
    """Set WAL on the file of *url*, as DBOS never does; synchronous FULL is SQLite's own default."""
    path = make_url(url).database
    if make_url(url).get_backend_name() != "sqlite" or not path:
        return
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    Path(path).chmod(0o600)


class WorkerLock:
    """At most one worker process on an SQLite file, and one with the same id on PostgreSQL."""

    def __init__(self, folder: Path, system_url: str, worker: str) -> None:
        url = make_url(system_url)
        shared = url.get_backend_name() == "sqlite"
        name = str(Path(url.database or "").resolve()) if shared else f"{url.host}/{url.database} {worker}"
        self._path = folder / f"worker-{sha256(name.encode()).hexdigest()[:16]}.lock"
        self._file: int | None = None

    def acquire(self) -> None:
        """Raise StateInUse if another process, or another engine of this one, has it."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise StateInUse(
                "another worker process serves this state",
                field="state",
                value=self._path.parent,
                remedy="give the order without a worker (it will be picked up), or stop the other process",
            ) from None
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
