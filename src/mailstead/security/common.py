"""Passwords of the permitted length that are on lists of common and broken ones. docs/formats/common-passwords.md."""

from functools import cache
from hashlib import sha256
from pathlib import Path

PATH = Path(__file__).with_name("common-passwords.bin")
SIZE = 5  # bytes of each: one password in 30 million is refused although it is on no list
MOST = 36_000


def is_common(password: str) -> bool:
    """Say whether a password is on the list, whatever its case."""
    return fingerprint(password) in _known()


def fingerprint(password: str) -> bytes:
    """Return what stands in the file for a password: the beginning of its SHA-256, without case."""
    return sha256(password.casefold().encode(errors="surrogatepass")).digest()[:SIZE]


@cache
def _known() -> frozenset[bytes]:
    content = PATH.read_bytes()
    return frozenset(content[at : at + SIZE] for at in range(0, len(content), SIZE))
