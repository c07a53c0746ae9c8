"""A platform's state brought back from a backup: it begins in quarantine, and what was there is kept aside."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, inspect, select, update

from mailstead.dns.store import zone_table
from mailstead.ground.clock import Clock
from mailstead.ground.errors import NotFound
from mailstead.ground.files import write_whole
from mailstead.lifecycle.sights import sights
from mailstead.orders.drivers.dbos.place import WorkerLock, host_id
from mailstead.orders.model import StateInUse
from mailstead.orders.store import leases, workers
from mailstead.people.store.passing import forget_moments
from mailstead.security.model import Secret
from mailstead.sites.files import read_platform
from mailstead.sites.model import Platform
from mailstead.state.database import Database
from mailstead.state.lines import unreadable
from mailstead.state.model import Standing, StateThere
from mailstead.state.rebuilding import holds_state, rebuild, set_aside, set_schema_aside, sqlite_file, swap
from mailstead.state.store import find, put

from .founding import PLATFORM_FILE, database_url
from .state_backup import KEY, TENANTS, Content, Told, about_backup, counted, open_backup

ENGINE_SCHEMA = "dbos"
LIVES_S = 60  # a worker that was seen so lately is alive
PLAIN_NAME = re.compile(rf"{TENANTS}/[a-z0-9-]+\.toml")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a platform's state lies."""

    home: Path
    platform: Platform

    @property
    def database(self) -> str:
        return database_url(self.home, self.platform.state.database)

    @property
    def orders(self) -> str:
        return database_url(self.home, self.platform.state.orders, "orders")

    @property
    def key_file(self) -> Path:
        return self.home / self.platform.state.key_file


def restore(
    home: Path,
    file: Path,
    passphrase: Secret,
    *,
    clock: Clock,
    told: Told,
    replace_there: bool = False,
    platform_file: Path | None = None,
) -> dict[str, Any]:
    """Bring the state in *file* back into *home*, in quarantine; *platform_file* takes the place of the one in it.

    Raises BrokenFile, WrongPassphrase or BadBackup for the file, StateThere, StateInUse, NewerState; then nothing is
    changed. Cut short, it can be given again with *replace_there*: what was there first lies beside.
    """
    about = about_backup(file)
    content = open_backup(file, passphrase)
    files = content.files | ({PLATFORM_FILE: _read(platform_file)} if platform_file else {})
    place = Place(home, _platform(files[PLATFORM_FILE]))
    home.mkdir(parents=True, exist_ok=True)
    if not replace_there:
        _refuse_there(place)
    lines = counted(content.lines, sum(about["rows"].values()), told)
    with _alone(place, clock):
        stamp = f"{clock.now():%Y%m%dt%H%M%S}"
        why = f"its state was restored from a backup of {about['made']}"
        kept = rebuild(place.database, about["revision"], lines, lambda connection: _begin_anew(connection, why), stamp)
        kept += _engine_aside(place.orders, stamp)
        kept += _write_files(place, replace(content, files=files), stamp)
    return about | {"home": str(home), "kept_aside": kept, "quarantine": why}


def _begin_anew(connection: Connection, why: str) -> None:
    """Put into quarantine, and forget what was true of a process or a moment only."""
    connection.execute(update(leases).values(holder="", worker="", expires=0))
    connection.execute(delete(workers))
    connection.execute(delete(sights))
    forget_moments(connection)
    connection.execute(update(zone_table).values(serial=None, fingerprint=None))
    put(connection, replace(find(connection) or Standing(str(uuid4())), quarantine=why))


def _refuse_there(place: Place) -> None:
    there = [path for path in (place.home / PLATFORM_FILE, place.key_file) if path.exists()]
    if there or holds_state(place.database):
        what = there[0] if there else "the database"
        remedy = "give another --home, or say --replace: what is there is then kept aside"
        raise StateThere(f"a state is there already: {what}", field="home", value=place.home, remedy=remedy)


@contextmanager
def _alone(place: Place, clock: Clock) -> Iterator[None]:
    """Keep workers away meanwhile. Raises StateInUse."""
    _refuse_living(place, clock)
    lock = WorkerLock(place.home, place.orders, f"{host_id(place.home)}-worker")
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _refuse_living(place: Place, clock: Clock) -> None:
    """Raise StateInUse if a worker, on this host or another, was seen just now."""
    if sqlite_file(place.database) or not holds_state(place.database):
        return  # SQLite: the lock tells
    database = Database(place.database)
    since = (clock.now() - timedelta(seconds=LIVES_S)).timestamp()
    try:
        with database.reading() as connection:
            known = inspect(connection).has_table(workers.name)
            living = connection.scalars(select(workers.c.worker).where(workers.c.seen > since)).all() if known else []
    finally:
        database.close()
    if living:
        remedy = f"stop it, and wait {LIVES_S} s if it was killed"
        raise StateInUse(f"worker {living[0]} serves this state", field="state", value=living[0], remedy=remedy)


def _engine_aside(url: str, stamp: str) -> list[str]:
    """The engine's own database knows steps of another state: it begins anew (see decision 0111)."""
    file = sqlite_file(url)
    if file:
        return set_aside(file, stamp)
    database = Database(url)
    try:
        with database.transaction() as connection:
            return set_schema_aside(connection, ENGINE_SCHEMA, stamp)
    finally:
        database.close()


def _write_files(place: Place, content: Content, stamp: str) -> list[str]:
    fresh = place.home / f"{TENANTS}.restoring"
    fresh.mkdir(exist_ok=True)
    for name, kept in content.files.items():
        if PLAIN_NAME.fullmatch(name):
            write_whole(fresh / Path(name).name, kept)
    aside = swap(place.home / TENANTS, fresh, stamp)
    for path, name, mode in ((place.key_file, KEY, 0o600), (place.home / PLATFORM_FILE, PLATFORM_FILE, 0o644)):
        beside = path.with_name(f"{path.name}.restoring")
        write_whole(beside, content.files[name], mode=mode)
        aside += swap(path, beside, stamp)
    return aside


def _platform(text: bytes) -> Platform:
    try:
        return Platform.parse(tomllib.loads(text.decode()), where=PLATFORM_FILE)
    except ValueError as error:
        raise unreadable(f"{PLATFORM_FILE}: {error}") from error


def _read(path: Path) -> bytes:
    read_platform(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(
            f"{path}: {error.strerror}", field="platform-file", value=path, remedy="check the path"
        ) from error
