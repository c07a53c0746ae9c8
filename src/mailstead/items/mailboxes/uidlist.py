"""The files that Dovecot keeps beside a Maildir: `dovecot-uidlist` and `dovecot-keywords`. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LINE = re.compile(rb"(?P<uid>\d{1,10})(?P<extra>(?: [A-Z][^ ]*)*) :(?P<name>.+)")
_KEYWORD = re.compile(rb"(?P<number>\d{1,2}) (?P<name>[\x21-\x7e]{1,255})")
_SYSTEM = {"D": "\\Draft", "F": "\\Flagged", "R": "\\Answered", "S": "\\Seen", "T": "\\Deleted"}
_GUID = re.compile(rb" G([^ ]+)")


@dataclass(frozen=True, slots=True)
class Listed:
    """What a line of the list says of a file; `guid` is empty where the file's name is the guid."""

    uid: int
    guid: str


def parse_uidlist(content: bytes) -> dict[bytes, Listed]:
    """Return what is said of each file, by its name without flags; lines that make no sense are passed over.

    >>> parse_uidlist(b"3 V1 N9 Gabc\\n8 G12ab W920 :1700.M1P1.host,S=900\\nnonsense\\n")
    {b'1700.M1P1.host,S=900': Listed(uid=8, guid='12ab')}
    """
    lines = filter(None, map(_LINE.fullmatch, content.split(b"\n")[1:]))
    return {base_name(line["name"]): _listed(line) for line in lines}


def parse_keywords(content: bytes) -> dict[str, str]:
    """Return the keywords by their letters in file names: 0 is `a`.

    >>> parse_keywords(b"0 $Forwarded\\n1 Junk\\n")
    {'a': '$Forwarded', 'b': 'Junk'}
    """
    lines = filter(None, map(_KEYWORD.fullmatch, content.split(b"\n")))
    return {chr(ord("a") + int(line["number"])): line["name"].decode() for line in lines if int(line["number"]) < 26}


def base_name(name: bytes) -> bytes:
    """Return a file's name without its flags: it stays the same while the mail lies in this folder."""
    return name.partition(b":2,")[0]


def flags_of(name: bytes, keywords: Mapping[str, str]) -> frozenset[str]:
    """Return the flags at the end of a file's name, as IMAP names them.

    >>> sorted(flags_of(b"1700.M1P1.host:2,FSa", {"a": "Junk"}))
    ['Junk', '\\\\Flagged', '\\\\Seen']
    """
    letters = name.partition(b":2,")[2].decode("ascii", "replace").partition(",")[0]
    named = {**_SYSTEM, **keywords}
    return frozenset(named[letter] for letter in letters if letter in named)


def size_of(name: bytes) -> int:
    """Return the size that a file's name tells; 0 if it tells none."""
    found = re.search(rb",S=(\d{1,15})(?=[,:]|$)", name)
    return int(found[1]) if found else 0


def _listed(line: re.Match[bytes]) -> Listed:
    guid = _GUID.search(line["extra"])
    return Listed(int(line["uid"]), guid[1].decode("ascii", "replace") if guid else "")
