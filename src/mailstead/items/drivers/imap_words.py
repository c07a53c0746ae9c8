"""Words of IMAP (RFC 3501) that give mails back, as text and out of answers. Pure."""

import re

from mailstead.items.mailboxes.names import coded_name
from mailstead.items.plan import fingerprint

MARK_ITEMS = "(UID FLAGS RFC822.SIZE BODY.PEEK[HEADER])"
_SIZE, _FLAGS, _UID = re.compile(rb"RFC822\.SIZE (\d+)"), re.compile(rb"FLAGS \(([^)]*)\)"), re.compile(rb"UID (\d+)")
_APPENDED = re.compile(rb"\[APPENDUID \d+ (\d+)\]")
_FLAG = re.compile(r"\\?[^\x00-\x20\x7f-\U0010ffff(){%*\"\\\]]+")


def quoted(folder: str, delimiter: str) -> str:
    """Return a folder's name as the server has it: its own delimiter, modified UTF-7, quoted.

    >>> quoted('Entwürfe/"a"', ".")
    '"Entw&APw-rfe.\\\\"a\\\\""'
    """
    parts = (part.replace(delimiter, "_") for part in folder.split("/"))
    coded = coded_name(delimiter.join(parts))
    return '"' + coded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def told_flags(flags: frozenset[str]) -> str:
    """Return flags as a list; what IMAP could not read is left out."""
    return f"({' '.join(sorted(filter(_FLAG.fullmatch, flags)))})"


def mark(head: bytes, header: bytes) -> tuple[str, str, frozenset[str]]:
    """Return fingerprint, UID and flags of a mail, from what a server said to MARK_ITEMS."""
    size, flags, uid = (_first(form, head) for form in (_SIZE, _FLAGS, _UID))
    return fingerprint(header, int(size or "0")), uid, frozenset(flags.split()) - {"\\Recent"}


def appended_uid(answer: bytes) -> str:
    """Return the UID that a mail was given (RFC 4315), if the server tells it."""
    return _first(_APPENDED, answer)


def _first(form: re.Pattern[bytes], text: bytes) -> str:
    found = form.search(text)
    return found[1].decode("ascii", "replace") if found else ""
