"""The way along a path, and files by their names. Names are text; bytes that are no UTF-8 stand as surrogates."""

import os
from collections.abc import Iterator

from mailstead.items.errors import DamagedDisk, NoSuchPath
from mailstead.items.model import Damage, Entry, Kind
from mailstead.items.port import FileSystem

_STEP = 1 << 20


def text_of(name: bytes) -> str:
    """Return a name as text, reversible."""
    return os.fsdecode(name)


def children(files: FileSystem, node: int, damage: list[Damage]) -> dict[str, Entry]:
    """Return what a folder holds, by name."""
    return {text_of(entry.name): entry for entry in files.entries(node, damage)}


def find(files: FileSystem, path: str) -> Entry:
    """Return what lies at *path*, its parts separated by "/"; links are not followed.

    Raises NoSuchPath, and DamagedDisk when damage may hide it.
    """
    entry = Entry(b"", files.root, Kind.FOLDER)
    for part in filter(None, path.split("/")):
        if entry.kind is not Kind.FOLDER:
            raise NoSuchPath(f"{path} is not there", field="path", value=path)
        entry = _child(files, entry.node, part, path)
    return entry


def _child(files: FileSystem, node: int, name: str, path: str) -> Entry:
    damage: list[Damage] = []
    wanted = os.fsencode(name)
    found = next((child for child in files.entries(node, damage) if child.name == wanted), None)
    if found:
        return found
    if damage:
        raise DamagedDisk(f"{path} may have been there: {damage[0]}", field="path", value=path)
    raise NoSuchPath(f"{path} is not there", field="path", value=path)


def chunks(files: FileSystem, node: int) -> Iterator[bytes]:
    """Yield a file, at most 1 MiB at a time."""
    size = files.details(node).size
    for place in range(0, size, _STEP):
        yield files.read(node, place, min(_STEP, size - place))


def small(files: FileSystem, entry: Entry | None, most: int = 32 << 20) -> bytes:
    """Return a file's beginning, up to *most* bytes; nothing for one that is not there."""
    return files.read(entry.node, 0, most) if entry and entry.kind is Kind.FILE else b""
