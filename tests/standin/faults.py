"""Faults on demand: what goes wrong, where, and how often."""

from dataclasses import dataclass, field
from enum import Enum
from threading import Lock


class Kind(Enum):
    """What can go wrong."""

    DELAY = "the cmdlet takes its time"
    REFUSAL = "the cmdlet ends with an access error"
    BUSY = "the object is busy"
    TERMINATING = "the cmdlet ends its statement with an error; the host carries on with the batch"
    QUOTA = "the host takes no more sessions"
    LOST_ANSWER = "the work is done, and the connection breaks before its answer"
    LOST_REQUEST = "the connection breaks before the work is taken"
    SESSION_LOST = "the shell is gone"
    GARBAGE = "the answer is no SOAP"


AT_CMDLETS = frozenset({Kind.DELAY, Kind.REFUSAL, Kind.BUSY, Kind.TERMINATING})


@dataclass(frozen=True)
class Fault:
    """One kind of fault, `at` a cmdlet (empty: any) or, for those of the wire, at an action such as Command."""

    kind: Kind
    at: str = ""
    times: int = 1
    seconds: float = 0.0


@dataclass
class Faults:
    """The faults to come; each is used up as often as it says."""

    _waiting: list[tuple[Fault, int]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, kind: Kind, at: str = "", *, times: int = 1, seconds: float = 0.0) -> None:
        with self._lock:
            self._waiting.append((Fault(kind, at, times, seconds), times))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def at_cmdlet(self, name: str) -> Fault | None:
        return self._due(name, on_wire=False)

    def at_action(self, name: str) -> Fault | None:
        return self._due(name, on_wire=True)

    def _due(self, where: str, *, on_wire: bool) -> Fault | None:
        with self._lock:
            for at, (fault, left) in enumerate(self._waiting):
                if (fault.kind not in AT_CMDLETS) == on_wire and fault.at in {"", where}:
                    self._waiting[at : at + 1] = [(fault, left - 1)] if left > 1 else []
                    return fault
        return None
