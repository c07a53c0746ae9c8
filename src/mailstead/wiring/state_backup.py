"""All that a dead machine's platform needs, in one sealed file. See docs/formats/state-backup.md."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from mailstead.ground.clock import Clock
from mailstead.ground.errors import Conflict, NotFound
from mailstead.security.keyfile import key_id, read_key_file
from mailstead.security.model import Secret
from mailstead.security.sealed_file import read_about, read_sealed, write_sealed
from mailstead.security.store import secret_keys
from mailstead.sites.files import read_platform
from mailstead.sites.model import Platform
from mailstead.state.database import Database, revision_of
from mailstead.state.dump import Line, count_rows, dumped
from mailstead.state.lines import packed, unpacked, unreadable

from .founding import PLATFORM_FILE, database_url

FORMAT = 1
KEY = "key"  # the key file's name within a backup: where it lies is the platform file's word
TENANTS = "tenants"
Told = Callable[[int, int], None]  # rows done, rows in all


@dataclass(frozen=True, slots=True)
class Content:
    """An opened backup: its files by name, and the lines of its database, to be read once."""

    files: dict[str, bytes] = field(repr=False)
    lines: Iterator[Line] = field(repr=False)


def back_up(
    home: Path, file: Path, passphrase: Secret, *, clock: Clock, told: Told, replace: bool = False
) -> dict[str, Any]:
    """Seal the state of the platform in *home* into *file*, as it is at this moment, while workers run.

    Returns what the file says of itself. Raises Conflict when *file* is there and not to be replaced.
    """
    platform = read_platform(home / PLATFORM_FILE)
    if file.exists() and not replace:
        raise Conflict(f"{file} is there", field="file", value=file, remedy="give another name, or say --replace")
    database = Database(database_url(home, platform.state.database))
    try:
        with database.snapshot() as connection:
            files = _files(home, platform)
            _refuse_other_key(connection, home / platform.state.key_file)
            rows = count_rows(connection)
            about = {
                "format": FORMAT,
                "platform": platform.name,
                "made": clock.now().isoformat(timespec="seconds"),
                "release": version("mailstead"),
                "revision": _revision(connection, home),
                "database": connection.dialect.name,
                "rows": rows,
            }
            lines = counted(dumped(connection), sum(rows.values()), told)
            content = chain(({"file": name, "content": b64encode(kept).decode()} for name, kept in files), lines)
            write_sealed(file, passphrase, about, packed(content))
            return about
    finally:
        database.close()


def about_backup(file: Path) -> dict[str, Any]:
    """Return what a backup says of itself, without its passphrase. Raises BrokenFile, BadBackup."""
    about = read_about(file)
    if about.get("format") != FORMAT:
        raise unreadable(f"it has format {about.get('format')}, this release knows {FORMAT}")
    return about


def open_backup(file: Path, passphrase: Secret) -> Content:
    """Open a backup. Raises BrokenFile, WrongPassphrase, BadBackup."""
    about_backup(file)
    lines = unpacked(read_sealed(file, passphrase))
    files, first = {}, next(lines, None)
    while isinstance(first, dict) and "file" in first:
        files[first["file"]] = b64decode(first["content"])
        first = next(lines, None)
    if not {PLATFORM_FILE, KEY} <= files.keys() or first is None:
        raise unreadable("the platform file, the key or the database is missing")
    return Content(files, chain([first], lines))


def look_through(content: Content) -> dict[str, Any]:
    """Read a backup to its end and return what is in it, without secrets."""
    tenants: list[str] = []
    columns: list[str] = []
    for line in content.lines:
        if isinstance(line, dict):
            columns = line["columns"] if line.get("table") == "tenants" else []
        elif columns:
            tenants.append(line[columns.index("tenant")])
    return {"files": sorted(content.files), "tenants": sorted(tenants)}


def counted(lines: Iterable[Line], total: int, told: Told) -> Iterator[Line]:
    """Yield *lines*, telling how many rows have gone by."""
    done = 0
    for line in lines:
        yield line
        done += isinstance(line, list)
        if done % 1000 == 0 or done == total:
            told(done, total)


def _files(home: Path, platform: Platform) -> list[tuple[str, bytes]]:
    said = sorted((home / TENANTS).glob("*.toml"))
    named = {PLATFORM_FILE: home / PLATFORM_FILE, KEY: home / platform.state.key_file}
    named |= {f"{TENANTS}/{path.name}": path for path in said}
    return [(name, path.read_bytes()) for name, path in named.items()]


def _refuse_other_key(connection: Connection, key_file: Path) -> None:
    """Raise Conflict where the key file does not open the database: somebody turns the key just now."""
    known, mine = set(connection.scalars(select(secret_keys.c.kek_id))), key_id(read_key_file(key_file))
    if known - {mine}:
        remedy = "bring back the key file that belongs to this database; if the key is just being turned, try again"
        raise Conflict("the key file does not open this database", field="key_file", value=key_file, remedy=remedy)


def _revision(connection: Connection, home: Path) -> str:
    revision = revision_of(connection)
    if revision is None:
        raise NotFound(f"there is no state in {home}", field="home", value=home, remedy="make one: mailstead init")
    return revision
