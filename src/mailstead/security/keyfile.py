"""The key file: 256 random bits outside the database. See docs/formats/secrets.md."""

import os
import secrets
import stat
from hashlib import sha256
from pathlib import Path

from .model import BadKeyFile, KeyFileExists, KeyFileExposed, NoKeyFile, Secret

MAGIC = "mailstead-kek-1"


def create_key_file(path: Path) -> None:
    """Write a fresh key, readable by its owner alone; raise KeyFileExists rather than overwrite one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "w", encoding="ascii") as stream:
            stream.write(f"{MAGIC} {secrets.token_hex(32)}\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)  # unlike rename, this does not replace
    except FileExistsError:
        raise KeyFileExists(
            f"{path} is there already",
            field="key_file",
            value=path,
            remedy="keep it: without it no stored secret can be read; to change keys, turn them",
        ) from None
    finally:
        draft.unlink()


def read_key_file(path: Path) -> Secret:
    """Return the 32 key bytes; raise NoKeyFile, KeyFileExposed or BadKeyFile."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise NoKeyFile(
            f"the key file {path} is missing",
            field="key_file",
            value=path,
            remedy="bring it back from where you keep it; on a new platform: mailstead init",
        ) from None
    except OSError as error:
        raise _bad(path, f"it cannot be opened: {error.strerror}") from None
    try:
        _refuse_exposed(path, os.fstat(file))
        magic, _, digits = os.read(file, 200).decode("ascii", "replace").strip().partition(" ")
    finally:
        os.close(file)
    if magic != MAGIC or len(digits) != 64:
        raise _bad(path, f"it does not begin with {MAGIC} and 64 digits")
    try:
        return Secret(bytes.fromhex(digits))
    except ValueError:
        raise _bad(path, "its digits are not hexadecimal") from None


def key_id(key: Secret) -> str:
    """Return the id under which the database knows the key; it does not give the key away."""
    return sha256(b"mailstead-kek-id" + key.reveal()).hexdigest()[:16]


def _refuse_exposed(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _bad(path, "it is no regular file")
    if found.st_mode & 0o077 or found.st_uid not in {os.geteuid(), 0}:
        raise KeyFileExposed(
            f"others may reach the key file {path} (mode {stat.S_IMODE(found.st_mode):04o}, uid {found.st_uid})",
            field="key_file",
            value=path,
            remedy=f"chown it to the user that runs mailstead, chmod 0600 {path}, and turn the key if in doubt",
        )


def _bad(path: Path, why: str) -> BadKeyFile:
    remedy = "bring the right file back from where you keep it"
    return BadKeyFile(f"{path} is no key file: {why}", field="key_file", value=path, remedy=remedy)
