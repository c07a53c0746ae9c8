"""A disk that QEMU exports over NBD, and which ranges of it count.

Sources: https://libguestfs.org/nbd_block_status.3.html; QEMU docs/interop/nbd.txt.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

import nbd

from mailstead.backup.errors import SourceLost
from mailstead.backup.model import Range

_STEP = 1 << 30  # bytes asked about at once
_ZERO = 2  # NBD_STATE_ZERO
_DIRTY = 1
_MOST = 16 << 20  # bytes of one request; QEMU takes 32 MiB
_ALLOCATION = "base:allocation"

Extent: TypeAlias = tuple[int, int, int]  # offset, length, flags


class NbdBlocks:
    """An export, read by any thread. Raises SourceLost when whoever exports it goes away."""

    def __init__(self, handle: nbd.NBD, name: str) -> None:
        self._handle, self._name = handle, name
        self.size: int = handle.get_size()

    def read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        with _explained(self._name):
            parts = [bytes(self._handle.pread(min(_MOST, end - at), at)) for at in range(offset, end, _MOST)]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def allocated(self) -> list[Range]:
        """Return what may hold anything but zeros."""
        return [Range(offset, length) for offset, length, flags in self._extents(_ALLOCATION) if not flags & _ZERO]

    def dirty(self, bitmap: str) -> list[Range]:
        """Return what the bitmap of this name says has changed."""
        extents = self._extents(f"qemu:dirty-bitmap:{bitmap}")
        return [Range(offset, length) for offset, length, flags in extents if flags & _DIRTY]

    def _extents(self, context: str) -> Iterator[Extent]:
        offset = 0
        while offset < self.size:
            for found in self._some_extents(context, offset):
                yield found
                offset = found[0] + found[1]

    def _some_extents(self, context: str, offset: int) -> list[Extent]:
        found: list[Extent] = []

        def take(metacontext: str, at: int, entries: list[int], _error: object) -> None:
            for length, flags in zip(entries[::2], entries[1::2], strict=True):
                if metacontext == context and at < self.size:
                    found.append((at, min(length, self.size - at), flags))
                at += length

        with _explained(self._name):
            self._handle.block_status(min(_STEP, self.size - offset), offset, take)
        if not found:
            raise SourceLost(f"disk {self._name} does not tell its {context}", field="disk", value=self._name)
        return found


@contextmanager
def exported(socket: Path, name: str, bitmap: str = "") -> Iterator[NbdBlocks]:
    """Open the export *name* behind a socket. Raises SourceLost."""
    handle = nbd.NBD()
    with _explained(name):
        handle.set_export_name(name)
        for context in (_ALLOCATION, *([f"qemu:dirty-bitmap:{bitmap}"] if bitmap else [])):
            handle.add_meta_context(context)
        handle.connect_unix(os.fspath(socket))
    try:
        yield NbdBlocks(handle, name)
    finally:
        with suppress(nbd.Error):  # whoever exported it may be gone
            handle.shutdown()


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except nbd.Error as error:
        remedy = "see whether the machine still runs, then back up again"
        text = f"disk {name} cannot be read any more: {error.string}"
        raise SourceLost(text, field="disk", value=name, remedy=remedy) from error
