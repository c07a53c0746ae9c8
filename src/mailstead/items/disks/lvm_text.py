"""The text in which LVM2 keeps its metadata, read into nested dictionaries. Pure; see lvm2, lib/config/config.c."""

import re
from collections.abc import Iterator
from typing import TypeAlias

from mailstead.items.errors import DamagedDisk

Value: TypeAlias = "int | str | list[Value] | dict[str, Value]"
Section: TypeAlias = dict[str, Value]

_TOKEN = re.compile(r'\s+|#[^\n]*|(?P<token>"(?:[^"\\]|\\.)*"|[A-Za-z0-9_.+/:@-]+|[{}=\[\],])', re.ASCII)
_DEEPEST = 16


def parse(text: str) -> Section:
    """Return the sections of a metadata text. Raises DamagedDisk when it is none.

    >>> parse('vg0 { extent_size = 8192 status = ["READ"] }')
    {'vg0': {'extent_size': 8192, 'status': ['READ']}}
    """
    return _section(_tokens(text), 0)


def _tokens(text: str) -> Iterator[str]:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise DamagedDisk(f"the metadata of a volume group makes no sense at {place}")
        place = found.end()
        if found["token"]:
            yield found["token"]


def _section(tokens: Iterator[str], depth: int) -> Section:
    """Read `name { … }` and `name = value` until the section, or the text, ends."""
    section: Section = {}
    for name in tokens:
        if name == "}":
            return section
        sign = next(tokens, "")
        if sign == "{" and depth < _DEEPEST:
            section[name] = _section(tokens, depth + 1)
        elif sign == "=":
            section[name] = _value(next(tokens, ""), tokens)
        else:
            raise DamagedDisk(f"the metadata of a volume group makes no sense at {name!r}")
    return section


def _value(first: str, tokens: Iterator[str]) -> Value:
    if first == "[":
        return [_value(item, tokens) for item in iter(lambda: next(tokens, "]"), "]") if item not in {",", "["}]
    return first[1:-1] if first.startswith('"') else int(first) if re.fullmatch(r"-?\d{1,20}", first) else first
