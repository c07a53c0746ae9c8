"""Faults worn over any port: at the k-th call of a verb the far side is silent, says no, or its answer is lost."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from mailstead.ground.errors import MailsteadError, OutcomeUnknown, Rejected, Unreachable

P = TypeVar("P")


class Fault(StrEnum):
    """What happens in place of the call, or after it."""

    SILENT = "silent"  # not done, worth asking again
    LOST = "answer lost"  # done, but nobody says so
    REFUSED = "refused"  # not done, and asking again is no use


@dataclass
class Trouble:
    """Strikes the calls of *verb* from number *first* (from 1) on, *times* times."""

    verb: str
    fault: Fault
    first: int = 1
    times: int = 1
    struck: int = 0

    def error(self) -> MailsteadError:
        told = f"{self.verb}: {self.fault}, as ordered"
        if self.fault is Fault.REFUSED:
            return Rejected(told, remedy="mend what refuses")
        return OutcomeUnknown(told) if self.fault is Fault.LOST else Unreachable(told)


@dataclass
class Faulty(Generic[P]):
    """The port *inner* with *trouble*; `calls` counts each verb."""

    inner: P
    trouble: Trouble | None = None
    calls: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self.inner, name)
        return self._struck(name, verb) if callable(verb) else verb

    def _struck(self, name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            self.calls[name] += 1
            trouble = self.trouble
            strikes = trouble is not None and trouble.verb == name and trouble.struck < trouble.times
            if trouble is None or not strikes or self.calls[name] < trouble.first:
                return verb(*args, **named)
            trouble.struck += 1
            if trouble.fault is Fault.LOST:
                verb(*args, **named)
            raise trouble.error()

        return call
