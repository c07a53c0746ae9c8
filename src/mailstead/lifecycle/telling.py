"""Values told as plain tuples, much quicker than by their reprs. Pure.

Told is what counts when two are compared: fields that a dataclass leaves out of its comparison are left out here, too.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from operator import attrgetter, methodcaller
from typing import Any
from uuid import UUID

_Teller = Callable[[Any], object]


def tell(value: object) -> object:
    """Return *value* as tuples of texts and numbers; equal values are told alike, others differ.

    >>> tell((IPv4Address("192.0.2.1"), None))
    (3221225985, None)
    """
    teller = _TELLERS.get(value.__class__)
    return teller(value) if teller else _taught(value.__class__)(value)


def _interface(value: Any) -> tuple[int, int]:
    return int(value), value.network.prefixlen


def _network(value: Any) -> tuple[int, int]:
    return int(value.network_address), value.prefixlen


def _items(value: Any) -> tuple[object, ...]:
    return tuple([part if part.__class__ in _PLAIN else tell(part) for part in value])


def _same(value: Any) -> object:
    return value


_PLAIN: frozenset[type] = frozenset((str, int, bool, float, type(None)))  # told as they are, without a call each
_TELLERS: dict[type, _Teller] = dict.fromkeys(_PLAIN, _same)
_TELLERS |= dict.fromkeys((tuple, list), _items)
_TELLERS |= dict.fromkeys((IPv4Address, IPv6Address), int)
_TELLERS |= dict.fromkeys((IPv4Interface, IPv6Interface), _interface)
_TELLERS |= dict.fromkeys((IPv4Network, IPv6Network), _network)
_TELLERS[UUID] = attrgetter("int")


def recurs(kind: type) -> None:
    """Say that thousands of equal values of a frozen dataclass will be told: each is told once and looked up then."""
    _TELLERS[kind] = lru_cache(maxsize=4096)(_fields(kind))


def _taught(kind: type) -> _Teller:
    """Return the teller for a class that is met for the first time."""
    teller: _Teller = str
    if is_dataclass(kind):
        teller = _fields(kind)
    elif issubclass(kind, Enum):
        teller = attrgetter("value")
    elif kind.__module__ == "builtins":
        teller = methodcaller("__repr__")
    return _TELLERS.setdefault(kind, teller)


def _fields(kind: type) -> _Teller:
    names = [field.name for field in fields(kind) if field.compare]
    if len(names) < 2:
        return lambda value: tuple(tell(getattr(value, name)) for name in names)
    getter = attrgetter(*names)
    return lambda value: _items(getter(value))
