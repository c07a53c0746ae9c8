"""What travels: values as Python has them, and objects as PowerShell describes them (MS-PSRP 2.2.5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar
from uuid import UUID

from mailstead.security.model import Secret

from .errors import UnexpectedAnswer

Scalar: TypeAlias = bool | int | float | str | bytes | UUID | timedelta | datetime | Secret | None
Value: TypeAlias = "Scalar | Credential | PsObject | tuple[Value, ...] | Mapping[str, Value]"

T = TypeVar("T", bool, int, str, UUID, timedelta, datetime)


@dataclass(frozen=True, slots=True)
class Credential:
    """A PSCredential: it travels under the session key, and never shows its password."""

    user: str
    password: Secret


class PsObject(Mapping[str, Value]):
    """A .NET object as it was when it was sent: its type names, its text, its properties in any case.

    >>> vm = PsObject(("Deserialized.Microsoft.HyperV.PowerShell.VirtualMachine",), "vm", {"Name": "acme"})
    >>> vm.is_a("VirtualMachine"), vm.text_of("name")
    (True, 'acme')

    The typed readings (`text_of`, `number`, `numbers`, `truth`, `guid`, `span`, `moment`, `texts`) raise
    UnexpectedAnswer where the property is missing or of another type.
    """

    __slots__ = ("_index", "_properties", "text", "types")

    def __init__(self, types: tuple[str, ...], text: str, properties: Mapping[str, Value]) -> None:
        self.types = types
        self.text = text
        self._properties = properties
        self._index: dict[str, str] | None = None

    def __getitem__(self, name: str) -> Value:
        try:
            return self._properties[name]
        except KeyError:
            return self._properties[self._names()[name.lower()]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._properties)

    def __len__(self) -> int:
        return len(self._properties)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.text}>"

    @property
    def kind(self) -> str:
        """The name of the type without its namespace, such as VirtualMachine."""
        return self.types[0].rsplit(".", 1)[-1] if self.types else "Object"

    def is_a(self, kind: str) -> bool:
        """Say whether the object is of this type, given with or without its namespace, or of one below it."""
        return any(name == kind or name.endswith(f".{kind}") for name in self.types)

    def text_of(self, name: str) -> str:
        return self._of(name, str)

    def number(self, name: str) -> int:
        if isinstance(value := self.get(name), bool):
            raise self._unexpected(name, value)
        return self._of(name, int)

    def truth(self, name: str) -> bool:
        return self._of(name, bool)

    def guid(self, name: str) -> UUID:
        return self._of(name, UUID)

    def span(self, name: str) -> timedelta:
        return self._of(name, timedelta)

    def moment(self, name: str) -> datetime:
        return self._of(name, datetime)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; a list of other objects comes as the texts of these (depth 1)."""
        value = self.get(name)
        if not isinstance(value, tuple) or not all(isinstance(one, str) for one in value):
            raise self._unexpected(name, value)
        return tuple(str(one) for one in value)

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return a list of numbers."""
        value = self.get(name)
        if not isinstance(value, tuple) or not all(type(one) is int for one in value):
            raise self._unexpected(name, value)
        return tuple(one for one in value if isinstance(one, int))

    def _of(self, name: str, kind: type[T]) -> T:
        value = self.get(name)
        if not isinstance(value, kind):
            raise self._unexpected(name, value)
        return value

    def _unexpected(self, name: str, value: object) -> UnexpectedAnswer:
        there = type(value).__name__ if name.lower() in self._names() else "nothing"
        remedy = "this host answers unlike those we know: report its Windows version with this message"
        return UnexpectedAnswer(f"{self.kind} has {there} as its {name}", field=name, value=there, remedy=remedy)

    def _names(self) -> dict[str, str]:
        if self._index is None:
            self._index = {name.lower(): name for name in self._properties}
        return self._index
