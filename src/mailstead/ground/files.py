"""Files read and written so that a reader never sees half of one."""

import os
import tomllib
from pathlib import Path
from typing import Any

from .errors import InvalidInput, NotFound


def read_toml(path: Path) -> dict[str, Any]:
    """Return the table in *path*; raise NotFound, or InvalidInput with the line that cannot be read."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError as error:
        raise NotFound(f"there is no {path}", field="file", value=path, remedy="make one: mailstead init") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        remedy = "mend the file; see https://toml.io for the format"
        raise InvalidInput(f"{path.name}: {error}", field="file", value=path, remedy=remedy) from error


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write *content* beside *path* and rename it there; after a crash the old or the new file stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def sync_folder(folder: Path) -> None:
    """See that names made or changed in *folder* outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
