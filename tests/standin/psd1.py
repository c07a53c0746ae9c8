"""The data-only subset of PowerShell's hashtables that role files are written in (about_Data_Sections). Strict.

hashtable = '@{' { key '=' value [';'] } '}'      value = single { ',' single }
single    = string | number | $true | $false | $null | hashtable | '@(' values ')'
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

Data: TypeAlias = "str | int | bool | list[Data] | dict[str, Data] | None"

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)|(?P<open>@[{(])|(?P<close>[})])|(?P<equals>=)|(?P<comma>,)|(?P<semicolon>;)"""
    r"""|(?P<string>'(?:[^']|'')*'|"[^"$`]*")|(?P<constant>\$(?:true|false|null)\b)|(?P<number>-?\d+\b)"""
    r"""|(?P<word>[A-Za-z_]\w*)""",
    re.IGNORECASE,
)
_CONSTANTS: dict[str, bool | None] = {"$true": True, "$false": False, "$null": None}


class NotData(ValueError):
    """The text is no data-only hashtable."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str


def parse(text: str) -> dict[str, Data]:
    """Return the hashtable in *text*; raise NotData."""
    reader = _Reader(list(_tokens(text)))
    table = reader.single()
    if not isinstance(table, dict) or not reader.at_end:
        raise NotData("the file is not one hashtable")
    return table


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            raise NotData(f"no data at offset {at}: {text[at : at + 30]!r}")
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0]))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._tokens)

    def single(self) -> Data:
        token = self._next()
        match token.kind:
            case "string":
                return token.text[1:-1].replace("''", "'") if token.text[0] == "'" else token.text[1:-1]
            case "number":
                return int(token.text)
            case "constant":
                return _CONSTANTS[token.text.lower()]
            case "open":
                return self._table() if token.text == "@{" else self._list()
        raise NotData(f"{token.text!r} is no value")

    def _value(self) -> Data:
        items = [self.single()]
        while self._take("comma"):
            items.append(self.single())
        return items if len(items) > 1 else items[0]

    def _table(self) -> Data:
        table: dict[str, Data] = {}
        while not self._take("close", "}"):
            key = self._next()
            name = key.text.strip("'\"")
            if key.kind not in {"word", "string"} or name in table or self._next().kind != "equals":
                raise NotData(f"{key.text!r} is no new key")
            table[name] = self._value()
            self._take("semicolon")
        return table

    def _list(self) -> Data:
        items: list[Data] = []
        while not self._take("close", ")"):
            value = self._value()
            items += value if isinstance(value, list) else [value]
            self._take("semicolon")
        return items

    def _next(self) -> Token:
        if self.at_end:
            raise NotData("the text ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, kind: str, text: str = "") -> bool:
        here = self._tokens[self._at] if not self.at_end else None
        taken = here is not None and here.kind == kind and text in {"", here.text}
        self._at += taken
        return taken
