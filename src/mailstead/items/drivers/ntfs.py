"""NTFS, read by libfsntfs. Its log is not played back: take backups that Windows took part in."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyfsntfs

from mailstead.ground.blocks import Blocks
from mailstead.items.errors import UNREADABLE, DamagedDisk, named
from mailstead.items.model import Damage, Details, Entry, Kind

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_RECORD = (1 << 48) - 1  # of a file reference, the rest counts how often the record was used
_REPARSE = 0x400


class _Stream(io.RawIOBase):
    """The disk as libfsntfs reads it. An error is kept here: what the library raises instead says less."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._place = 0
        self.error: Exception | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def get_size(self) -> int:
        return self._blocks.size

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place}.get(whence, self._blocks.size)
        return self._place

    def read(self, length: int = -1, /) -> bytes:
        try:
            content = self._blocks.read(self._place, length if length >= 0 else self._blocks.size - self._place)
        except UNREADABLE as error:
            self.error = error
            raise
        self._place += len(content)
        return content


class Ntfs:
    """A file system of Windows; a node is the number of a record of its master file table."""

    remarks: tuple[Damage, ...] = ()

    def __init__(self, blocks: Blocks) -> None:
        self._stream = _Stream(blocks)
        self._volume: Any = pyfsntfs.volume()
        with self._told("the file system"):
            self._volume.open_file_object(self._stream)
            self.root = int(self._volume.get_root_directory().file_reference) & _RECORD
            self.label = str(self._volume.name or "")

    def entries(self, node: int, damage: list[Damage]) -> Iterator[Entry]:
        with self._told(f"folder {node}"):
            folder = self._volume.get_file_entry(node)
            count = folder.number_of_sub_file_entries if folder.has_directory_entries_index() else -1
        if count < 0:
            raise DamagedDisk(f"record {node} is no folder", field="node", value=node)
        for number in range(count):
            try:
                with self._told(f"folder {node}, name {number}"):
                    entry = _entry(folder.get_sub_file_entry(number))
            except UNREADABLE as error:
                damage.append(named(f"folder {node}", error))
                continue
            yield entry

    def details(self, node: int) -> Details:
        with self._told(f"record {node}"):
            file = self._volume.get_file_entry(node)
            kind = _kind(file)
            changed = _EPOCH + timedelta(microseconds=file.get_modification_time_as_integer() // 10)
            return Details(kind, int(file.size) if kind is Kind.FILE else 0, changed)

    def read(self, node: int, offset: int, length: int) -> bytes:
        with self._told(f"record {node}"):
            file = self._volume.get_file_entry(node)
            length = max(0, min(length, int(file.size) - offset))
            return bytes(file.read_buffer_at_offset(length, offset)) if length else b""

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Say what could not be read; an error of the medium passes as it is."""
        self._stream.error = None
        try:
            yield
        except (OSError, OverflowError, MemoryError) as error:
            if self._stream.error is not None:
                raise self._stream.error from error
            raise DamagedDisk(f"{what} cannot be read: {error}", field="node", value=what) from error


@dataclass(frozen=True, slots=True)
class _Opener:
    kind: str = "ntfs"

    def __call__(self, blocks: Blocks) -> Ntfs:
        """Open a file system. Raises DamagedDisk."""
        return Ntfs(blocks)


open_ntfs = _Opener()


def _entry(file: Any) -> Entry:
    return Entry(str(file.name).encode(errors="surrogatepass"), int(file.file_reference) & _RECORD, _kind(file))


def _kind(file: Any) -> Kind:
    if file.file_attribute_flags & _REPARSE:
        return Kind.LINK
    return Kind.FOLDER if file.has_directory_entries_index() else Kind.FILE
