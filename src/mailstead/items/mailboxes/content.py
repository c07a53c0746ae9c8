"""The bytes of a mail out of its file, whatever Dovecot wrapped around them; never more than a piece at a time.

Compressed files are known by their first bytes, as Dovecot's mail-compress knows them.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import zstandard

from mailstead.items.disks.tree import chunks
from mailstead.items.errors import DamagedMail, TooLarge, UnsupportedDisk
from mailstead.items.model import Layout, Message
from mailstead.items.port import FileSystem

from .sdbox import body

MAIL_MOST = 512 << 20
_ENCRYPTED = b"CRYPTED\x03\x07"
_STEP = 1 << 20


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, piece: bytes, /) -> bytes: ...


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    def decompress(self, piece: bytes, /) -> bytes:
        return self._inner.decompress(piece)


_PACKED: dict[bytes, Callable[[], _Decompressor]] = {
    b"\x1f\x8b\x08": _Gzip,
    b"\x28\xb5\x2f\xfd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lzma.LZMADecompressor,
}


def pieces(files: FileSystem, message: Message, layout: Layout) -> Iterator[bytes]:
    """Yield a mail as it was delivered. Raises DamagedMail, TooLarge for one that unfolds beyond all measure."""
    raw = chunks(files, message.node)
    yield from unpacked(body(raw, message.path) if layout is Layout.SDBOX else raw, message.path)


def whole(files: FileSystem, message: Message, layout: Layout, most: int = MAIL_MOST) -> bytes:
    """Return a mail in one piece. Raises TooLarge for more than *most* bytes."""
    content = bytearray()
    for piece in pieces(files, message, layout):
        content += piece
        if len(content) > most:
            raise TooLarge(f"{message.path} is larger than {most} bytes", field="size", value=most)
    return bytes(content)


def beginning(files: FileSystem, message: Message, layout: Layout, most: int) -> bytes:
    """Return the header of a mail, with its empty line, and no more than *most* bytes; the body is not unpacked."""
    content = bytearray()
    for piece in pieces(files, message, layout):
        content += piece
        ends = [place for place in (content.find(b"\n\n"), content.find(b"\n\r\n")) if place >= 0]
        if ends or len(content) >= most:
            return bytes(content[: min(min(ends, default=most) + 3, most)])
    return bytes(content)


def unpacked(raw: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield what compressed bytes hold, and others as they are."""
    decompressor: _Decompressor | None = None
    total = 0
    for number, piece in enumerate(raw):
        if number == 0:
            decompressor = _decompressor(piece, name)
        for part in _slices(piece) if decompressor else (piece,):
            plain = _step(decompressor, part, name) if decompressor else part
            total += len(plain)
            if total > MAIL_MOST:
                raise TooLarge(f"{name} unfolds to more than {MAIL_MOST} bytes", field="size", value=MAIL_MOST)
            yield plain
    if decompressor and not decompressor.eof:
        raise DamagedMail(f"{name} ends before its mail does", field="mail", value=name)


def _slices(piece: bytes) -> Iterator[bytes]:
    """Cut small, so that a bomb unfolds to some megabytes before it is noticed."""
    return (piece[place : place + 4096] for place in range(0, len(piece), 4096))


def _decompressor(beginning: bytes, name: str) -> _Decompressor | None:
    if beginning.startswith(_ENCRYPTED):
        raise UnsupportedDisk(
            f"{name} is encrypted by Dovecot's mail-crypt: its key is not here", field="mail", value=name
        )
    return next((make() for magic, make in _PACKED.items() if beginning.startswith(magic)), None)


def _step(decompressor: _Decompressor, piece: bytes, name: str) -> bytes:
    if decompressor.eof:  # what stands behind the packed bytes belongs to nobody
        return b""
    try:
        return decompressor.decompress(piece)
    except (zlib.error, OSError, lzma.LZMAError, zstandard.ZstdError) as error:
        raise DamagedMail(f"{name}: its compressed bytes are damaged: {error}", field="mail", value=name) from error
