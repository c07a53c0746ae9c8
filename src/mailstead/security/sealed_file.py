"""A large file under a passphrase, written and read in frames. See docs/formats/state-backup.md.

AES-256-GCM frame by frame as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): a frame that is
changed, moved, left out or cut off does not open. The key comes from the passphrase by Argon2id (RFC 9106).

Refused
├── BrokenFile        (InvalidInput) the file is damaged, cut short, or of another kind   broken-file
└── WrongPassphrase   (Denied)       the passphrase does not open it                      wrong-passphrase
"""

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mailstead.ground.errors import Denied, InvalidInput
from mailstead.ground.files import sync_folder

from .model import Secret

MAGIC = b"mailstead-sealed-1\n"
FRAME, TAG, SUM = 1 << 16, 16, 32
HEAD_MOST = 1 << 16


class BrokenFile(InvalidInput):
    """The file is damaged, cut short, or none of ours."""

    code = "broken-file"


class WrongPassphrase(Denied):
    """The passphrase does not open the file."""

    code = "wrong-passphrase"


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands in clear at the beginning; every frame is bound to it."""

    raw: bytes
    salt: bytes
    prefix: bytes
    about: dict[str, Any]

    def key(self, passphrase: Secret) -> AESGCM:
        key = hash_secret_raw(
            passphrase.reveal(), self.salt, time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=32, type=Type.ID
        )
        return AESGCM(key)

    def nonce(self, number: int, *, last: bool) -> bytes:
        return self.prefix + number.to_bytes(4, "big") + bytes([last])


def write_sealed(path: Path, passphrase: Secret, about: Mapping[str, Any], content: Iterable[bytes]) -> None:
    """Seal *content* into *path*, whole or not at all; *about* can be read by everybody, and not be changed."""
    head = _new_head(about)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            whole = sha256()
            for part in _sealed(head, passphrase, content):
                whole.update(part)
                file.write(part)
            file.write(whole.digest())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def read_about(path: Path) -> dict[str, Any]:
    """Return what the file says of itself, after a look at all of it. Raises BrokenFile."""
    with _opened(path) as file:
        _refuse_damaged(path, file)
        return _read_head(path, file).about


def read_sealed(path: Path, passphrase: Secret) -> Iterator[bytes]:
    """Yield the content; raise BrokenFile or WrongPassphrase, at the latest before the end."""
    with _opened(path) as file:
        end = _refuse_damaged(path, file)
        head = _read_head(path, file)
        key, number = head.key(passphrase), 0
        while frame := file.read(min(FRAME + TAG, end - file.tell())):
            try:
                yield key.decrypt(head.nonce(number, last=file.tell() == end), frame, head.raw)
            except InvalidTag:
                raise _unopened(path, number) from None
            number += 1


def _sealed(head: _Head, passphrase: Secret, content: Iterable[bytes]) -> Iterator[bytes]:
    yield MAGIC + len(head.raw).to_bytes(4, "big") + head.raw
    key = head.key(passphrase)
    frames = _frames(content)
    number, frame = 0, next(frames)
    for following in frames:
        yield key.encrypt(head.nonce(number, last=False), frame, head.raw)
        number, frame = number + 1, following
    yield key.encrypt(head.nonce(number, last=True), frame, head.raw)


def _frames(content: Iterable[bytes]) -> Iterator[bytes]:
    """Yield full frames, and the rest (at least one, empty perhaps)."""
    waiting = bytearray()
    for part in content:
        waiting += part
        while len(waiting) > FRAME:
            yield bytes(waiting[:FRAME])
            del waiting[:FRAME]
    yield bytes(waiting)


def _new_head(about: Mapping[str, Any]) -> _Head:
    salt, prefix = secrets.token_bytes(16), secrets.token_bytes(7)
    raw = json.dumps({"salt": salt.hex(), "nonce": prefix.hex(), "about": about}).encode()
    return _Head(raw, salt, prefix, dict(about))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        remedy = "give the path of a file that can be read"
        raise InvalidInput(f"{path}: {error.strerror}", field="file", value=path, remedy=remedy) from error


def _refuse_damaged(path: Path, file: BinaryIO) -> int:
    """Return where the frames end; leave *file* behind the magic. Raises BrokenFile."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise _broken(path, "it was not written by mailstead state backup")
    end, whole = size - SUM, sha256(MAGIC)
    while part := file.read(max(0, min(1 << 20, end - file.tell()))):
        whole.update(part)
    if file.read(SUM) != whole.digest():
        raise _broken(path, "it was cut short or changed")
    file.seek(len(MAGIC))
    return end


def _read_head(path: Path, file: BinaryIO) -> _Head:
    try:
        raw = file.read(min(HEAD_MOST, int.from_bytes(file.read(4), "big")))
        known = json.loads(raw)
        return _Head(raw, bytes.fromhex(known["salt"]), bytes.fromhex(known["nonce"]), known["about"])
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(path, "its head cannot be read") from error


def _broken(path: Path, why: str) -> BrokenFile:
    return BrokenFile(f"{path} cannot be used: {why}", field="file", value=path, remedy="take another copy of it")


def _unopened(path: Path, number: int) -> WrongPassphrase | BrokenFile:
    if number:
        return _broken(path, f"frame {number} does not open")
    remedy = "give the passphrase that it was made with"
    return WrongPassphrase(f"the passphrase does not open {path}", field="passphrase", remedy=remedy)
