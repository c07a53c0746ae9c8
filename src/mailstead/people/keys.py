"""Secrets that people carry about: made by chance, stored as digests.

A digest is SHA-256: what it is made of has 120 bits or more, so that no slow hash is needed (ASVS 11.4.2).
"""

import secrets
from hashlib import sha256
from typing import Protocol
from uuid import uuid4

from mailstead.security.model import Secret

BEGINNING = "mst_"  # what scanners for lost secrets look for
LETTERS = "23456789abcdefghijkmnpqrstuvwxyz"  # without 0, 1, l, o: read from paper; 5 bits each
CODE_GROUPS, GROUP = 6, 4


class Chance(Protocol):
    """Makes ids and secrets; never twice the same."""

    def id(self) -> str:
        """Return a UUID; it is no secret."""

    def key(self) -> Secret:
        """Return 256 bits as text that is safe in URLs and cookies."""

    def octets(self, number: int) -> bytes:
        """Return so many bytes."""

    def recovery_code(self) -> str:
        """Return a code of 120 bits in groups of four letters."""


class RealChance:
    """The chance of this machine."""

    def id(self) -> str:
        return str(uuid4())

    def key(self) -> Secret:
        return Secret.of(secrets.token_urlsafe(32))

    def octets(self, number: int) -> bytes:
        return secrets.token_bytes(number)

    def recovery_code(self) -> str:
        groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(CODE_GROUPS))
        return "-".join(groups)


def digest(secret: str | bytes) -> str:
    """Return the digest under which a secret is stored.

    >>> digest("a")[:8]
    'ca978112'
    """
    return sha256(secret.encode("utf-8", "replace") if isinstance(secret, str) else secret).hexdigest()


def as_recovery_code(typed: str) -> str:
    """Return what was typed as it was made: small letters in groups.

    >>> as_recovery_code("ABCD efgh")
    'abcd-efgh'
    """
    letters = "".join(letter for letter in typed.lower() if letter.isalnum())
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))
