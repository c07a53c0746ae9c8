"""A file system and a mailbox that are only thought of: for the trial, simulation and tests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mailstead.ground.blocks import Blocks
from mailstead.items.errors import DamagedDisk
from mailstead.items.model import Damage, Details, Entry, Given, Kind
from mailstead.items.plan import fingerprint_of


class MemoryFiles:
    """Files by their paths, with the moment that each was written. A folder is there when something is in it."""

    label = "memory"
    root = 1
    remarks: tuple[Damage, ...] = ()

    def __init__(self, content: Mapping[str, bytes], changed: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._content = {path.strip("/"): held for path, held in content.items()}
        self._changed = changed
        self._paths = sorted({parent for path in self._content for parent in _parents(path)} | {""})

    def entries(self, node: int, damage: list[Damage]) -> Iterator[Entry]:
        path = self._path(node)
        if path in self._content:
            raise DamagedDisk(f"{path} is no folder", field="path", value=path)
        for number, below in enumerate(self._paths, start=1):
            parent, _, name = below.rpartition("/")
            if below and parent == path:
                yield Entry(name.encode(errors="surrogateescape"), number, self._kind(below))

    def details(self, node: int) -> Details:
        path = self._path(node)
        return Details(self._kind(path), len(self._content.get(path, b"")), self._changed)

    def read(self, node: int, offset: int, length: int) -> bytes:
        return self._content[self._path(node)][offset : offset + length]

    def _kind(self, path: str) -> Kind:
        return Kind.FILE if path in self._content else Kind.FOLDER

    def _path(self, node: int) -> str:
        if not 0 < node <= len(self._paths):
            raise DamagedDisk(f"there is no file {node}", field="node", value=node)
        return self._paths[node - 1]


class MemoryReceiver:
    """A mailbox. Refuses a mail larger than *most* bytes."""

    def __init__(self, most: int = 1 << 30) -> None:
        self._most = most
        self.folders: dict[str, dict[str, Given]] = {}

    def marks(self, folder: str) -> dict[str, frozenset[str]]:
        return {mark: kept.flags for mark, kept in self.folders.get(folder, {}).items()}

    def add(self, folder: str, mails: Sequence[Given]) -> list[str]:
        return [self._add(folder, mail) for mail in mails]

    def add_flags(self, folder: str, fingerprint: str, flags: frozenset[str]) -> None:
        kept = self.folders[folder][fingerprint]
        self.folders[folder][fingerprint] = replace(kept, flags=kept.flags | flags)

    def _add(self, folder: str, mail: Given) -> str:
        if len(mail.content) > self._most:
            return "the mail is too large"
        self.folders.setdefault(folder, {})[fingerprint_of(mail.content)] = mail
        return ""


@dataclass(frozen=True, slots=True)
class MemoryOpener:
    """Opens any disk as the file system that it was made with."""

    kind: str
    files: MemoryFiles

    def __call__(self, blocks: Blocks) -> MemoryFiles:
        return self.files


def _parents(path: str) -> Iterator[str]:
    parts = path.split("/")
    for length in range(1, len(parts) + 1):
        yield "/".join(parts[:length])
