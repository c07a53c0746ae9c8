"""CLIXML into values (MS-PSRP 2.2.5). Whatever comes in, a value or AnswerUnreadable comes out."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError, fromstring

from mailstead.remoting.errors import AnswerUnreadable
from mailstead.remoting.values import PsObject, Value
from mailstead.security.model import Secret

from .text import read_moment, read_span, unescaped

Decrypt = Callable[[str], str]
DEPTH_MOST = 40  # PowerShell itself writes at most 48 levels, and an answer of depth 1 has three

_ENUM = "System.Enum"
_LISTS = frozenset(("LST", "IE", "QUE", "STK"))
_INTEGERS = ("I32", "I64", "U32", "U64", "I16", "U16", "By", "SB")


def _text(element: Element) -> str:
    return unescaped(element.text)


def _whole(element: Element) -> int:
    return int(element.text or "")


def _real(element: Element) -> float:
    return float((element.text or "").replace("Infinity", "inf"))


_SCALARS: Mapping[str, Callable[[Element], Value]] = MappingProxyType(
    dict.fromkeys(_INTEGERS, _whole)
    | dict.fromkeys(("Sg", "Db", "D"), _real)
    | dict.fromkeys(("S", "URI", "XD", "SBK", "Version"), _text)
    | {
        "B": lambda element: element.text == "true",
        "Nil": lambda _: None,
        "G": lambda element: UUID(element.text or ""),
        "C": lambda element: chr(int(element.text or "")),
        "TS": lambda element: read_span(element.text or ""),
        "DT": lambda element: read_moment(element.text or ""),
        "BA": lambda element: b64decode(element.text or "", validate=True),
    }
)


def no_secrets(_: str) -> str:
    """Stand for decryption where no key was exchanged."""
    raise ValueError("an encrypted text came without a session key")


def read_value(xml: str, decrypt: Decrypt = no_secrets) -> Value:
    """Return the value that *xml* holds: an enum as its name, a list as a tuple, an object as a PsObject.

    Raises AnswerUnreadable, also for what is legal XML and no CLIXML: a document type, too many levels,
    references to nothing.
    """
    try:
        if "<!" in xml:
            raise ValueError("CLIXML has no declarations")
        return _Reader(decrypt).value(fromstring(xml), 0)  # noqa: S314  # expands nothing: see the line above
    except (ParseError, ValueError, LookupError, OverflowError, RecursionError) as error:
        raise AnswerUnreadable(
            f"an answer that is no CLIXML: {type(error).__name__}: {str(error)[:120]}",
            field="answer",
            remedy="look at the object again; if this comes back, report it with the host's Windows version",
        ) from error


class _Reader:
    """Reads one message, in which types and objects may refer to earlier ones."""

    def __init__(self, decrypt: Decrypt) -> None:
        self._decrypt = decrypt
        self._types: dict[str, tuple[str, ...]] = {}
        self._objects: dict[str, Value] = {}

    def value(self, element: Element, depth: int) -> Value:
        if scalar := _SCALARS.get(element.tag):
            return scalar(element)
        match element.tag:
            case "Obj":
                return self._object(element, depth + 1)
            case "Ref":
                return self._objects[element.attrib["RefId"]]
            case "SS":
                return Secret.of(self._decrypt(element.text or ""))
        raise ValueError(f"unknown element {element.tag[:40]!r}")

    def _object(self, element: Element, depth: int) -> Value:
        if depth > DEPTH_MOST:
            raise ValueError(f"more than {DEPTH_MOST} levels")
        types: tuple[str, ...] = ()
        text, base, holds = "", None, False
        properties: dict[str, Value] = {}
        for part in element:
            tag = part.tag
            if tag in {"Props", "MS"}:
                for each in part:
                    properties[unescaped(each.attrib["N"])] = self.value(each, depth)
            elif tag in {"TN", "TNRef"}:
                types = self._type_names(part)
            elif tag == "ToString":
                text = unescaped(part.text)
            else:
                base, holds = self._base(part, depth), True
        value: Value = text if _ENUM in types else base if holds else PsObject(types, text, properties)
        if number := element.get("RefId"):
            self._objects[number] = value
        return value

    def _type_names(self, part: Element) -> tuple[str, ...]:
        number = part.attrib["RefId"]
        if part.tag == "TN":
            self._types[number] = tuple(name.text or "" for name in part)
        return self._types[number]

    def _base(self, part: Element, depth: int) -> Value:
        if part.tag in _LISTS:
            return tuple(self.value(each, depth) for each in part)
        if part.tag == "DCT":
            return {str(self.value(key, depth)): self.value(value, depth) for key, value in part}
        return self.value(part, depth)
