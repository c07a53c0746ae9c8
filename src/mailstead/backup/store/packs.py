"""Packs as bytes: many sealed blobs in one object, with a footer that tells what lies where. Pure but for chance."""

import json
from dataclasses import dataclass
from enum import StrEnum
from threading import local
from typing import Protocol

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mailstead.backup.model import ID_BYTES

from .keys import damaged
from .names import token

MAGIC = b"mailstead-pack-1\n"
TAG, LENGTH = 16, 4
HEAD = len(MAGIC) + 1
MOST_BYTES, MOST_BLOBS = 16 << 20, 8192
_FOOTER_NONCE = b"\xff" * 12
_ENTRY = ID_BYTES + LENGTH


class _OfThread(local):
    """Contexts of zstd, which threads must not share and which cost too much to make each time."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=1)
        self.decompressor = zstandard.ZstdDecompressor()


_OF_THREAD = _OfThread()


class Holds(StrEnum):
    """What a pack holds."""

    CHUNKS = "c"
    NODES = "n"


class PackKeys(Protocol):
    """What packs need of a tenant's keys."""

    store: str
    tenant: str

    def pack_key(self, name: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A blob in a pack: where it lies, sealed."""

    id: bytes
    position: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that is complete: its name, its content, and what its footer says."""

    name: str
    holds: Holds
    content: bytes
    entries: tuple[Entry, ...]


class Packer:
    """A pack that is being filled. Its name is new, so its key is, and no nonce ever serves twice."""

    def __init__(self, keys: PackKeys, holds: Holds) -> None:
        self._name, self._holds = token(), holds
        self._cipher = _Cipher(keys, self._name, holds)
        self._content = bytearray(MAGIC + holds.encode())
        self._entries: list[Entry] = []

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def full(self) -> bool:
        return len(self._content) >= MOST_BYTES or len(self._entries) >= MOST_BLOBS

    def add(self, blob: bytes, packed: bytes) -> None:
        """Put the compressed content of the id *blob* behind the others."""
        sealed = self._cipher.encrypt(_nonce(len(self._entries)), packed)
        self._entries.append(Entry(blob, len(self._entries), len(self._content), len(sealed)))
        self._content += sealed

    def closed(self) -> Pack:
        """Return the pack with its footer."""
        listing = b"".join(entry.id + entry.length.to_bytes(LENGTH, "big") for entry in self._entries)
        footer = self._cipher.encrypt(_FOOTER_NONCE, listing)
        content = bytes(self._content) + footer + len(footer).to_bytes(LENGTH, "big")
        return Pack(self._name, self._holds, content, tuple(self._entries))


class PackReader:
    """What a pack of a tenant says, given parts of its bytes. Everything raises Damaged."""

    def __init__(self, keys: PackKeys, name: str, holds: Holds) -> None:
        self._name = name
        self._cipher = _Cipher(keys, name, holds)

    def entries(self, tail: bytes, size: int) -> tuple[Entry, ...]:
        """Read the footer out of the last bytes of a pack of *size*; see `footer_bytes`."""
        listing = self._opened(_FOOTER_NONCE, tail[-footer_bytes(tail) : -LENGTH])
        found, offset = [], HEAD
        for at in range(0, len(listing), _ENTRY):
            length = int.from_bytes(listing[at + ID_BYTES : at + _ENTRY], "big")
            found.append(Entry(listing[at : at + ID_BYTES], at // _ENTRY, offset, length))
            offset += length
        if offset + footer_bytes(tail) != size:
            raise damaged(self._name, "its footer does not fit its size")
        return tuple(found)

    def blob(self, entry: Entry, sealed: bytes) -> bytes:
        """Return the compressed content of a blob."""
        return self._opened(_nonce(entry.position), sealed)

    def _opened(self, nonce: bytes, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(nonce, sealed)
        except InvalidTag:
            raise damaged(self._name, "a part of it does not open") from None


class _Cipher:
    """AES-256-GCM with a pack's own key; whose pack it is, and what it holds, is bound to every blob."""

    def __init__(self, keys: PackKeys, name: str, holds: Holds) -> None:
        self._gcm = AESGCM(keys.pack_key(name))
        about = ["mailstead-pack-1", keys.store, keys.tenant, name, holds.value]
        self._about = json.dumps(about, separators=(",", ":"), ensure_ascii=False).encode()

    def encrypt(self, nonce: bytes, plain: bytes) -> bytes:
        return self._gcm.encrypt(nonce, plain, self._about)

    def decrypt(self, nonce: bytes, sealed: bytes) -> bytes:
        return self._gcm.decrypt(nonce, sealed, self._about)


def holds_of(name: str, head: bytes) -> Holds:
    """Return what a pack holds by its first bytes. Raises Damaged."""
    kind = head[len(MAGIC) : HEAD].decode("latin-1")
    if head[: len(MAGIC)] != MAGIC or kind not in set(Holds):
        raise damaged(name, "it does not begin like a pack")
    return Holds(kind)


def footer_bytes(tail: bytes) -> int:
    """Return how many bytes footer and length take at the end of the pack that *tail* ends."""
    return int.from_bytes(tail[-LENGTH:], "big") + LENGTH


def compressed(content: bytes) -> bytes:
    """Return a zstd frame of level 1 that tells its content's size."""
    return _OF_THREAD.compressor.compress(content)


def expanded(packed: bytes, most: int) -> bytes:
    """Return what was compressed; raise Damaged where it is broken or larger than *most* bytes."""
    try:
        if zstandard.frame_content_size(packed) > most:
            raise damaged("a blob", "it is larger than it can be")
        return _OF_THREAD.decompressor.decompress(packed)
    except zstandard.ZstdError as error:
        raise damaged("a blob", str(error)) from error


def _nonce(position: int) -> bytes:
    return position.to_bytes(12, "big")
