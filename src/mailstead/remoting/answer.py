"""What came back."""

from dataclasses import dataclass

from .errors import UnexpectedAnswer
from .values import PsObject, Value


@dataclass(frozen=True, slots=True)
class Answer:
    """All that the statements gave, in order; `round_trips` counts the messages that had to be waited for."""

    values: tuple[Value, ...] = ()
    warnings: tuple[str, ...] = ()
    round_trips: int = 0
    seconds: float = 0.0

    def all(self, kind: str) -> tuple[PsObject, ...]:
        """Return the objects of this type, such as VirtualMachine."""
        return tuple(value for value in self.values if isinstance(value, PsObject) and value.is_a(kind))

    def one(self, kind: str) -> PsObject:
        """Return the only object of this type; raise UnexpectedAnswer if there are none or several."""
        found = self.all(kind)
        if len(found) != 1:
            remedy = "look at the host: something else has changed it meanwhile"
            raise UnexpectedAnswer(f"{len(found)} objects of type {kind} instead of one", field=kind, remedy=remedy)
        return found[0]
