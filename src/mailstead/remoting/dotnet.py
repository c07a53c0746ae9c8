"""The .NET types that cmdlets take, as annotations: `StartupBytes: Int64 | None = None`.

Each says which Python values fit and what the type is called in Microsoft's reference; a test compares the two.
Types with a list of values are written where they are used: `Annotated[Literal["On", "Off"], Net("OnOffState")]`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin
from uuid import UUID

from mailstead.security.model import Secret

from .values import Credential, Scalar

Argument: TypeAlias = Scalar | Credential | tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Net:
    """A .NET type: its name in the reference, the Python type that fits, and the range of a number."""

    name: str
    python: type = str
    least: int = -(2**63)
    most: int = 2**64 - 1

    @property
    def is_list(self) -> bool:
        return self.name.endswith("[]") or self.name == "StringCollection"


Text = Annotated[str, Net("String")]
Texts = Annotated[tuple[str, ...], Net("String[]")]
Switch = Annotated[bool, Net("SwitchParameter", bool)]
Truth = Annotated[bool, Net("Boolean", bool)]
Byte = Annotated[int, Net("Byte", int, 0, 2**8 - 1)]
Int16 = Annotated[int, Net("Int16", int, -(2**15), 2**15 - 1)]
Int32 = Annotated[int, Net("Int32", int, -(2**31), 2**31 - 1)]
Int64 = Annotated[int, Net("Int64", int, -(2**63), 2**63 - 1)]
UInt32 = Annotated[int, Net("UInt32", int, 0, 2**32 - 1)]
UInt64 = Annotated[int, Net("UInt64", int, 0, 2**64 - 1)]
Guid = Annotated[UUID, Net("Guid", UUID)]
SecureString = Annotated[Secret, Net("SecureString", Secret)]
PSCredential = Annotated[Credential, Net("PSCredential", Credential)]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a cmdlet; `choices` are the values it takes, where they are listed."""

    name: str
    net: Net
    mandatory: bool
    choices: tuple[str, ...] = ()

    @property
    def is_switch(self) -> bool:
        return self.net.name == "SwitchParameter"

    def is_off(self, value: object) -> bool:
        """Say whether *value* is the switch in the position in which it is not sent."""
        return self.is_switch and value is False

    def fits(self, value: object) -> bool:
        """Say whether *value* can be sent for this parameter."""
        if self.net.is_list:
            return isinstance(value, tuple) and bool(value) and all(self._fits(one) for one in value)
        return self._fits(value)

    def _fits(self, value: object) -> bool:
        if isinstance(value, bool) != (self.net.python is bool) or not isinstance(value, self.net.python):
            return False
        if isinstance(value, int) and not self.net.least <= value <= self.net.most:
            return False
        return not self.choices or value in self.choices


def parameters_of(hints: dict[str, Any], optional: Collection[str]) -> tuple[Parameter, ...]:
    """Read the annotations of a declaration; raise TypeError for one that is no .NET type."""
    return tuple(_parameter(name, hint, mandatory=name not in optional) for name, hint in hints.items())


def _parameter(name: str, hint: Any, *, mandatory: bool) -> Parameter:
    if get_origin(hint) is Union:
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{name}: {hint!r} is no .NET type")
    python, net = get_args(hint)
    inner = get_args(python)[0] if get_origin(python) is tuple else python
    choices = get_args(inner) if get_origin(inner) is Literal else ()
    return Parameter(name, net, mandatory, choices)
