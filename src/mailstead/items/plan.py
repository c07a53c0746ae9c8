"""What giving mails back will do to a mailbox: made before anything is done, so that it can be shown. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .model import Message


class Verdict(StrEnum):
    """What becomes of a mail: made anew; there, and given flags that it lacks; there already; or neither, and why."""

    CREATED = "created"
    MERGED = "merged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became, or will become, of one mail. `why` is for a failed one."""

    message: Message
    folder: str
    verdict: Verdict
    why: str = ""


def fingerprint(header: bytes, size: int) -> str:
    """Return what tells a mail from others, on any server: its header and its size, both with line ends as CRLF.

    Servers keep both to the byte, and tell them without sending the body.

    >>> fingerprint(b"Subject: x\\n\\n", 20) == fingerprint(b"Subject: x\\r\\n\\r\\n", 20)
    True
    """
    return hashlib.sha256(b"%d %b" % (size, header.replace(b"\r\n", b"\n").rstrip(b"\n"))).hexdigest()


def fingerprint_of(mail: bytes) -> str:
    """Return the fingerprint of a whole mail."""
    lines = mail.replace(b"\r\n", b"\n")
    return fingerprint(lines.partition(b"\n\n")[0], len(lines) + lines.count(b"\n"))


def restored_folder(day: date) -> str:
    """Return where mails come back to that are not to mix with those of today."""
    return f"Restored/{day.isoformat()}"


def verdict(there: Mapping[str, frozenset[str]], mark: str, flags: frozenset[str]) -> Verdict:
    """Return what becomes of a mail, where *there* are the flags of the folder's mails by their fingerprints."""
    if mark not in there:
        return Verdict.CREATED
    return Verdict.SKIPPED if flags <= there[mark] else Verdict.MERGED
