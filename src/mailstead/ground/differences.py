"""How two values differ, field by field: so that a plan can name what was changed. Pure."""

from collections.abc import Iterator
from dataclasses import Field, dataclass, fields, is_dataclass
from typing import Any

NOTHING, WITHHELD = "", "(withheld)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not the same: its dotted name, and both values as text (empty: nothing there)."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.field}: {self.before or 'nothing'} → {self.after or 'nothing'}"


def differences(before: object, after: object, name: str = "") -> tuple[Difference, ...]:
    """Return what tells two values apart, going into dataclasses and into tuples of equal length.

    Fields that a dataclass does not compare are left out; of those it does not show, only the name is told.

    >>> from ipaddress import IPv4Interface
    >>> [str(one) for one in differences(IPv4Interface("10.0.0.1/8"), IPv4Interface("10.0.0.2/8"), "ipv4")]
    ['ipv4: 10.0.0.1/8 → 10.0.0.2/8']
    """
    return tuple(_found(before, after, name))


def _found(before: Any, after: Any, name: str) -> Iterator[Difference]:
    if before == after:
        return
    if is_dataclass(before) and type(before) is type(after):
        for field in fields(before):
            yield from _of_field(before, after, field, name)
    elif isinstance(before, tuple) and isinstance(after, tuple):
        yield from _of_tuples(before, after, name)
    else:
        yield Difference(name, _text(before), _text(after))


def _of_field(before: Any, after: Any, field: "Field[Any]", name: str) -> Iterator[Difference]:
    was, is_ = getattr(before, field.name), getattr(after, field.name)
    whole = f"{name}.{field.name}" if name else field.name
    if not field.compare or was == is_:
        return
    if field.repr:
        yield from _found(was, is_, whole)
    else:
        yield Difference(whole, WITHHELD, WITHHELD)


def _of_tuples(before: tuple[Any, ...], after: tuple[Any, ...], name: str) -> Iterator[Difference]:
    if len(before) == len(after) and any(map(is_dataclass, before)):
        for place, (was, is_) in enumerate(zip(before, after, strict=True)):
            yield from _found(was, is_, f"{name}.{place}")
        return
    gone, new = [one for one in before if one not in after], [one for one in after if one not in before]
    shown = (gone, new) if gone or new else (before, after)  # only their order or number differs
    yield Difference(name, *(", ".join(map(_text, one)) for one in shown))


def _text(value: object) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        shown = (getattr(value, field.name) for field in fields(value) if field.compare and field.repr)
        return " ".join(filter(None, map(_text, shown)))
    if isinstance(value, tuple | list | set | frozenset):
        return ",".join(map(_text, value))
    return NOTHING if value is None else str(value)
