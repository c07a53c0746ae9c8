"""Who did what: entries chained by their hashes, and how a chain is checked. Pure. See docs/formats/audit.md.

InvalidInput
└── BadHead   what should name an entry and its hash does not      bad-audit-head
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from mailstead.ground.errors import InvalidInput

_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class BadHead(InvalidInput):
    """What should name an entry and its hash does not."""

    code = "bad-audit-head"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: number and hash of its last entry."""

    sequence: int = 0
    hash: str = "0" * 64

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read what `str` gave; raise BadHead."""
        found = _HEAD.fullmatch(text.strip().lower())
        if not found:
            remedy = "give it as mailstead audit head printed it: SEQUENCE:HASH, the hash of 64 hexadecimal digits"
            raise BadHead(f"{text!r} names no entry of the audit chain", field="head", value=text, remedy=remedy)
        return cls(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does: never with a secret in it. `subject` is the thing, such as an order's id."""

    action: str
    tenant: str
    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the chain, as it is stored."""

    sequence: int
    at: str
    actor: str
    action: str
    tenant: str
    subject: str
    details: str
    previous: str
    hash: str

    @property
    def head(self) -> Head:
        return Head(self.sequence, self.hash)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking gave: the end of the sound part, and (empty: all is sound) what is wrong behind it."""

    head: Head
    fault: str = ""


_CHAINED = tuple(name for name in AuditEntry.__slots__ if name != "hash")


def chained(act: Act, actor: str, at: datetime, after: Head) -> AuditEntry:
    """Return the entry that follows *after*."""
    entry = AuditEntry(
        sequence=after.sequence + 1,
        at=at.isoformat(timespec="microseconds"),
        actor=actor,
        action=act.action,
        tenant=act.tenant,
        subject=act.subject,
        details=canonical(act.details),
        previous=after.hash,
        hash="",
    )
    return replace(entry, hash=_hash(entry))


def canonical(value: Mapping[str, Any]) -> str:
    """Return *value* as JSON with sorted keys and no spaces.

    >>> canonical({"b": 1, "a": "ä"})
    '{"a":"ä","b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def follow(entries: Iterable[AuditEntry], known: Head | None = None, after: Head | None = None) -> Verdict:
    """Check that *entries* are a chain, from its beginning or behind *after*, and that *known* is one of its heads."""
    last, met = after or Head(), known is None or known.sequence == 0
    for entry in entries:
        if fault := _fault(entry, last):
            return Verdict(last, fault)
        if known and entry.sequence == known.sequence:
            if entry.hash != known.hash:
                return Verdict(last, f"entry {entry.sequence} is not the one whose hash was kept: it was written anew")
            met = True
        last = entry.head
    if known and not met:
        return Verdict(last, f"the chain ends at entry {last.sequence}, and entry {known.sequence} was known: cut off")
    return Verdict(last)


def _fault(entry: AuditEntry, last: Head) -> str:
    if entry.sequence != last.sequence + 1:
        return f"entry {last.sequence + 1} is missing: the next one has number {entry.sequence}"
    if entry.previous != last.hash:
        return f"entry {entry.sequence} does not follow the one before it: one of the two was put there later"
    if _hash(entry) != entry.hash:
        return f"entry {entry.sequence} was changed after it was written"
    return ""


def _hash(entry: AuditEntry) -> str:
    told = {name: getattr(entry, name) for name in _CHAINED}
    return sha256(canonical(told).encode()).hexdigest()
