"""Live .NET objects of the simulation, and how they look when they leave it.

Remoting writes objects one level deep: of the properties of an object, an enum becomes its name, another object its
text, a list the texts of its members. So a list of adapters in a machine says nothing about them: ask for them.
Source: MS-PSRP 2.2.5.2, and what hosts sent (../../docs/formats/psrp.md).
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from psrpcore.types import (
    PSDateTime,
    PSDuration,
    PSGuid,
    PSInt,
    PSInt64,
    PSNoteProperty,
    PSObject,
    PSString,
    PSUInt64,
)


class Choice(enum.Enum):
    """A .NET enum; its members are named as there."""


@dataclass(frozen=True)
class Wide:
    """A number that travels as Int64, or as UInt64."""

    number: int
    unsigned: bool = False


class Live:
    """An object on the host: TYPES from the most to the least special, `shown` its properties."""

    TYPES: ClassVar[tuple[str, ...]] = ("System.Object",)

    def shown(self) -> Mapping[str, object]:
        return {}

    def __str__(self) -> str:
        return self.TYPES[0]


@dataclass(frozen=True)
class Said(Live):
    """A plain text that a cmdlet gives, such as a name of a file."""

    text: str


def leaving(live: Live) -> object:
    """Return the object as it goes on the wire."""
    if isinstance(live, Said):
        return PSString(live.text)
    away = PSObject()
    away.PSObject.type_names = list(live.TYPES)
    away.PSObject.to_string = _escaped(str(live))
    away.PSObject.adapted_properties.extend(PSNoteProperty(k, value=_property(v)) for k, v in live.shown().items())
    return away


def _property(value: object) -> object:
    match value:
        case Live():
            return str(value)
        case Choice():
            return value.name
        case str() | bytes() | bool() | None:
            return value
        case Sequence():
            return [str(each) if isinstance(each, Live) else _property(each) for each in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case Wide():
            return PSUInt64(value.number) if value.unsigned else PSInt64(value.number)
        case int():
            return PSInt(value)
        case UUID():
            return PSGuid(str(value))
        case timedelta():
            return PSDuration(days=value.days, seconds=value.seconds, microseconds=value.microseconds)
        case datetime():
            return PSDateTime.fromisoformat(value.isoformat())
    raise TypeError(f"the simulation shows a {type(value).__name__}")


def _escaped(text: str) -> str:
    """Escape what psrpcore leaves as it is in <ToString>, where a control character would end the session."""
    return PSString("".join(f"_x{ord(c):04X}_" if ord(c) < 32 else c for c in text.replace("_x", "_x005F_x")))
