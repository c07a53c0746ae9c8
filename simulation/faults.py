"""Faults as data: what strikes which call, from which one on, how often.

A port is named as `kvm1.machines` (a host's: machines, volumes, switch, guests, mail, changes, places),
`names`, `resolver`, `issuer`, or that of a backup target: `near.target`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from mailstead.ground.clock import Clock

SLOWER = 100

# Seconds that a call usually takes, by kind of port.
LATENCY_S = {
    "machines": 0.02,
    "volumes": 0.05,
    "switch": 0.05,
    "guests": 0.01,
    "mail": 0.2,
    "names": 0.01,
    "resolver": 0.02,
    "issuer": 0.1,
    "changes": 0.1,
    "places": 0.5,
    "target": 0.02,
}
_HOST_READS = ("machines", "statistics", "room", "volumes", "segments", "prepared", "answers", "observe")
_NAME_READS = ("zones", "records", "anchors", "serials")
READS = frozenset((*_HOST_READS, *_NAME_READS))


class Fault(StrEnum):
    """What happens in place of the call, or beside it."""

    REFUSED = "says no"  # not done, and asking again is no use
    SILENT = "is silent"  # not done, and worth asking again
    LOST = "does it, and its answer is lost"
    HALF = "does half of it"  # where the verb has parts; else nothing; the outcome is unknown
    SLOW = "is slow"  # 100 times as slow as usual
    TWICE = "does it twice"
    GARBAGE = "answers what nobody understands"  # done, where it is something to do
    STALE = "answers as the time before"  # reads only
    KILLED_BEFORE = "is about to do it when we are killed"
    KILLED_AFTER = "has done it when we are killed"

    def strikes(self, verb: str) -> bool:
        """Say whether there is such a fault of *verb*."""
        if self is Fault.STALE:
            return verb in READS
        return self not in {Fault.HALF, Fault.TWICE} or verb not in READS


@dataclass(frozen=True, slots=True)
class Trouble:
    """*fault* strikes *times* calls of *verb* on *port*, from number *first* on (from 1, since it was placed)."""

    port: str
    verb: str
    fault: Fault
    first: int = 1
    times: int = 1


class Faults:
    """What is wrong with the world now. `calls` counts (port, verb), `struck` what each trouble has done so far."""

    def __init__(self, clock: Clock, troubles: Iterable[Trouble] = (), *, pace: float = 0.0) -> None:
        self.clock = clock
        self.pace = pace  # what a call's latency is multiplied by; 0: calls take no time
        self.silent: set[str] = set()  # hosts and ports that do not answer at all
        self.calls: Counter[tuple[str, str]] = Counter()
        self.struck: Counter[Trouble] = Counter()
        self._met: Counter[Trouble] = Counter()
        self.strikes: Counter[Fault] = Counter()
        self.tell: Callable[[str], None] = lambda _: None  # hears of every strike
        self.troubles: tuple[Trouble, ...] = ()
        for trouble in troubles:
            self.place(trouble)

    def place(self, trouble: Trouble) -> None:
        """Let *trouble* strike from now on; its calls are counted from now."""
        self._met[trouble] = self.struck[trouble] = 0
        self.troubles = (*(other for other in self.troubles if other != trouble), trouble)

    def clear(self) -> None:
        """Everything answers again."""
        self.troubles = ()
        self.silent.clear()

    def met(self, port: str, verb: str) -> Fault | None:
        """Count a call and return what strikes it."""
        self.calls[port, verb] += 1
        if self.silent and not self.silent.isdisjoint((port, port.partition(".")[0])):
            return Fault.SILENT
        fault = next((trouble.fault for trouble in self.troubles if self._strikes(trouble, port, verb)), None)
        if fault:
            self.strikes[fault] += 1
            self.tell(f"{port} {fault}: {verb}")
        return fault

    def pass_time(self, port: str, *, slow: bool) -> None:
        """Let the time pass that a call takes."""
        if pace := SLOWER if slow else self.pace:
            self.clock.sleep(pace * LATENCY_S[kind_of(port)])

    def _strikes(self, trouble: Trouble, port: str, verb: str) -> bool:
        if (trouble.port, trouble.verb) != (port, verb) or self.struck[trouble] >= trouble.times:
            return False
        self._met[trouble] += 1
        strikes = self._met[trouble] >= trouble.first
        self.struck[trouble] += strikes
        return strikes


def kind_of(port: str) -> str:
    """Return what kind of port *port* names.

    >>> kind_of("kvm1.machines"), kind_of("names")
    ('machines', 'names')
    """
    return port.rpartition(".")[2]
