"""Lines to agents that we keep open ourselves: synchronised when opened, hung up after every failure and when idle."""

import itertools
import threading
from collections.abc import Callable
from typing import Protocol

from mailstead.ground.clock import Clock, SystemClock
from mailstead.guests.errors import AnswerLost, GuestSilent

from . import protocol

IDLE_S = 30.0  # a thousand machines that were asked once must not hold a thousand lines


class Wire(Protocol):
    """What of a connected socket is used here; all raise OSError."""

    def settimeout(self, value: float, /) -> None: ...
    def sendall(self, data: bytes, /) -> None: ...
    def recv(self, most: int, /) -> bytes: ...
    def close(self) -> None: ...


Dial = Callable[[str, float], Wire]  # a machine's wire, within so many seconds; raises OSError or what is meant


class Lines:
    """A line for each machine, made by *dial*; one request at a time on each.

    *opening_s* is how long a dialled machine may take to its first word, where that is more than an answer takes.
    """

    def __init__(self, dial: Dial, clock: Clock | None = None, *, opening_s: float = 0.0) -> None:
        self._dial = dial
        self._opening_s = opening_s
        self._clock = clock or SystemClock()
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def ask(self, machine: str, request: bytes, *, timeout_s: float) -> bytes:
        with self._lock:
            line = self._lines.setdefault(machine, _Line(machine, self._dial, self._opening_s))
            idle = [other for other in self._lines.values() if other.used < self._clock.monotonic() - IDLE_S]
        for other in idle:
            other.hang_up_if_free()
        with line.lock:
            line.used = self._clock.monotonic()
            return line.ask(request, timeout_s)

    def close(self) -> None:
        """Hang up everywhere."""
        for line in self._lines.values():
            line.hang_up()


class _Line:
    def __init__(self, machine: str, dial: Dial, opening_s: float) -> None:
        self.lock = threading.Lock()
        self.used = 0.0
        self._machine, self._dial, self._opening_s = machine, dial, opening_s
        self._numbers = itertools.count(1)
        self._wire: Wire | None = None
        self._unread = b""

    def ask(self, request: bytes, timeout_s: float) -> bytes:
        wire = self._wire or self._open(timeout_s)
        try:
            wire.settimeout(timeout_s)
            wire.sendall(request)
            return self._line(wire)
        except OSError as error:
            self.hang_up()
            raise AnswerLost(f"{self._machine} did not answer within {timeout_s:g} s") from error

    def hang_up(self) -> None:
        if self._wire is not None:
            self._wire.close()
        self._wire, self._unread = None, b""

    def hang_up_if_free(self) -> None:
        if self.lock.acquire(blocking=False):
            try:
                self.hang_up()
            finally:
                self.lock.release()

    def _open(self, timeout_s: float) -> Wire:
        try:
            self._wire = self._dial(self._machine, timeout_s)
            self._wire.settimeout(max(timeout_s, self._opening_s))
            self._synchronise(self._wire)
        except OSError as error:
            self.hang_up()
            text = f"{self._machine} does not answer: {error}"
            raise GuestSilent(text, field="machine", value=self._machine) from error
        except BaseException:
            self.hang_up()
            raise
        return self._wire

    def _synchronise(self, wire: Wire) -> None:
        """Read past answers to requests that nobody waits for any more."""
        number = next(self._numbers)
        self._unread = b""
        wire.sendall(protocol.sync(number))
        while not protocol.answers_sync(self._line(wire), number):
            pass

    def _line(self, wire: Wire) -> bytes:
        while b"\n" not in self._unread:
            more = wire.recv(65536)
            if not more:
                raise ConnectionError("hung up")
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line
