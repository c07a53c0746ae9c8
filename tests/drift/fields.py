"""Every field of a value, from its own type, and the same value with one of them changed."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import Path, PurePath
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

SAMPLES: dict[type, object] = {
    str: "bent",
    int: 7,
    bool: True,
    float: 700.0,
    bytes: b"bent",
    Path: Path("/bent"),
    PurePath: Path("/bent"),
    UUID: UUID(int=7),
    IPv4Address: IPv4Address("192.0.2.7"),
    IPv6Address: IPv6Address("2001:db8::7"),
    IPv4Interface: IPv4Interface("192.0.2.7/27"),
    IPv6Interface: IPv6Interface("2001:db8::7/72"),
    IPv4Network: IPv4Network("192.0.2.0/27"),
    IPv6Network: IPv6Network("2001:db8::/72"),
}


def paths(kind: Any) -> Iterator[str]:
    """Yield the dotted names of all fields; `*` stands for every member of a tuple."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        inner = _inner(hints[field.name])
        many = get_origin(hints[field.name]) is tuple
        if many or not is_dataclass(inner):
            yield field.name
        if is_dataclass(inner):
            yield from (f"{field.name}{'.*' if many else ''}.{path}" for path in paths(inner))


def flipped(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield *value* with the field at *path* changed, in each way there is, and the name of what was changed."""
    name, _, rest = path.partition(".")
    was = getattr(value, name)
    if rest.startswith("*."):
        for place, member in enumerate(was):
            for inner, other in flipped(member, rest.removeprefix("*.")):
                yield f"{name}.{place}.{inner}", replace(value, **{name: (*was[:place], other, *was[place + 1 :])})
    elif rest:
        for inner, other in flipped(was, rest):
            yield f"{name}.{inner}", replace(value, **{name: other})
    else:
        for other in _others(was, get_type_hints(type(value))[name]):
            yield name, replace(value, **{name: other})


def _others(was: Any, hint: Any) -> Iterator[Any]:
    if get_origin(hint) is tuple:
        yield from ([was[1:], (*reversed(was),)] if len(was) > 1 else [(SAMPLES[_inner(hint)],)])
    elif isinstance(was, Enum):
        yield from (other for other in type(was) if other is not was)
    elif isinstance(was, bool):
        yield not was
    elif isinstance(was, int):
        yield from (was + 1, was - 1)
    else:
        yield SAMPLES[_inner(hint)]


def _inner(hint: Any) -> Any:
    """Return the type within a tuple, or the first of a union."""
    inner = get_args(hint)
    if get_origin(hint) in (tuple, None) and not inner:
        return hint
    return _inner(inner[0]) if inner else hint
