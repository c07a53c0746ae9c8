"""Where a process can die: in an order's step, in a driver's call, between two writes to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, event

from mailstead.orders.drivers.memory import Crashed, Moment
from mailstead.state.database import Database
from simulation.faults import READS, Fault, Faults, Trouble

from .stage import Stage

WRITING = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class AtStep:
    """At a moment of a step."""

    step: str
    moment: Moment


@dataclass(frozen=True)
class AtCall:
    """Before or after the effect of the *number*th call of a verb, from 1."""

    port: str
    verb: str
    fault: Fault
    number: int = 1


@dataclass(frozen=True)
class AfterWrite:
    """After the *number*th transaction from now that changed something, from 1."""

    number: int


Death: TypeAlias = AtStep | AtCall | AfterWrite


class Mortal:
    """A stage whose process dies where it is told; `writes` counts what it has written since it began."""

    def __init__(self, stage: Stage, faults: Faults) -> None:
        self.stage = stage
        self.faults = faults
        self.writes = 0
        self._last = 0
        self._wear(stage.world.tenants._database)

    def dies(self, death: Death | None) -> bool:
        """Let all that is due happen; say whether the process died of *death*, and began again."""
        self._arm(death)
        try:
            self.stage.engine.settle()
        except Crashed:
            self.again()
            return True
        self._disarm()
        return False

    def again(self) -> None:
        """Begin the next process on the same world."""
        self._disarm()
        self.stage.again()
        self.writes = 0
        self._wear(self.stage.world.tenants._database)

    def _arm(self, death: Death | None) -> None:
        match death:
            case AtStep(step, moment):
                self.stage.engine.crash_at(step, moment)
            case AtCall(port, verb, fault, number):
                self.faults.place(Trouble(port, verb, fault, first=number))
            case AfterWrite(number):
                self._last = self.writes + number

    def _disarm(self) -> None:
        self.faults.clear()
        self.stage.engine._crash = None
        self._last = 0

    def _wear(self, database: Database) -> None:
        transaction, wrote = database.transaction, False

        @event.listens_for(database.engine, "after_cursor_execute")
        def _note(_c: object, cursor: Any, statement: str, *_rest: object) -> None:
            nonlocal wrote
            wrote |= statement.startswith(WRITING) and cursor.rowcount > 0

        @contextmanager
        def mortal() -> Iterator[Connection]:
            nonlocal wrote
            wrote = False
            with transaction() as connection:
                yield connection
            self.writes += wrote
            if wrote and self.writes == self._last:
                raise Crashed

        database.transaction = mortal  # type: ignore[method-assign]  # worn over a method


def calls_of(faults: Faults) -> Iterator[AtCall]:
    """Yield a death before and one after each call that changed something."""
    for (port, verb), times in sorted(faults.calls.items()):
        if verb not in READS:
            for number in range(1, times + 1):
                yield AtCall(port, verb, Fault.KILLED_BEFORE, number)
                yield AtCall(port, verb, Fault.KILLED_AFTER, number)
