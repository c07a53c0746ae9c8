"""Certificates, keys that are to come, and where a rollover stands: frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its chain, leaf first, in PEM; `spki` is the SHA-256 of its public key (hex).

    The private key lies with the secrets under the name that `key_name` gives for `generation`.
    """

    generation: int
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    chain: str
    spki: str


@dataclass(frozen=True, slots=True)
class NextKey:
    """A key that will serve next; `published_at` is when its TLSA record was first seen in the DNS."""

    generation: int
    spki: str
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OldKey:
    """A key that served until `replaced_at`; its TLSA record is still published."""

    generation: int
    spki: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class Rollover:
    """All that is remembered about one tenant's keys."""

    current: Certificate | None = None
    next: NextKey | None = None
    old: OldKey | None = None


class Phase(StrEnum):
    """What is to be done now, derived from a Rollover and the time."""

    FIRST = "first"  # no certificate yet: make key 1, publish it, issue
    SETTLED = "settled"  # nothing to do
    ANNOUNCE = "announce"  # make the next key, remember it, publish its TLSA record beside the current one
    WAIT = "wait"  # both are published; caches may still hold the old set
    SWITCH = "switch"  # issue for the next key and install it
    RETIRE = "retire"  # drop the old key's TLSA record, and the key


def key_name(generation: int) -> str:
    """Return the name under which a private key lies with the tenant's secrets."""
    return f"tls-key/{generation}"


def tlsa(spki: str) -> str:
    """Return the TLSA value for a public key: DANE-EE, SPKI, SHA-256 (RFC 7671 section 5.1).

    >>> tlsa("ab" * 32)[:10]
    '3 1 1 abab'
    """
    return f"3 1 1 {spki}"
