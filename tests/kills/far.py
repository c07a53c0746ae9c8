"""The world outside in one process, its ports in another: calls travel over a Unix socket, and a caller may be killed.

A request is (port, verb, arguments, named arguments), an answer (whether it worked, value or error); both are pickles
between processes of one test.
"""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from threading import Lock, Thread
from typing import Any

STEPS = "steps"


@dataclass
class Fate:
    """Where the next caller dies: before or after the effect of a step, or of a call ("names.apply")."""

    where: tuple[str, str] | None = None
    met: int = 0

    def meets(self, what: str, moment: str) -> bool:
        """Say whether the caller is to die now; it is asked once, for a fate strikes once."""
        if self.where != (what, moment):
            return False
        self.where = None
        self.met += 1
        return True


@dataclass
class Server:
    """Serves *ports* by name at *address*, each caller in a thread of its own."""

    ports: Mapping[str, object]
    address: str
    fate: Fate = field(default_factory=Fate)

    @contextmanager
    def serving(self) -> Iterator[None]:
        with Listener(self.address, "AF_UNIX") as listener:
            Thread(target=self._accept, args=(listener,), name="world", daemon=True).start()
            yield

    def _accept(self, listener: Listener) -> None:
        with suppress(OSError):  # the listener was closed: the test is over
            while True:
                Thread(target=self._serve, args=(listener.accept(),), name="caller", daemon=True).start()

    def _serve(self, caller: Connection) -> None:
        with suppress(EOFError, ConnectionError), caller:
            pid = caller.recv()
            while True:
                caller.send(self._answered(pid, *caller.recv()))

    def _answered(self, pid: int, port: str, verb: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if port == STEPS:
            return True, self.fate.meets(*args)
        self._die(pid, f"{port}.{verb}", "before")
        try:
            answer = True, getattr(self.ports[port], verb)(*args, **named)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the caller's
            answer = False, error
        self._die(pid, f"{port}.{verb}", "after")
        return answer

    def _die(self, pid: int, call: str, moment: str) -> None:
        if self.fate.meets(call, moment):
            os.kill(pid, signal.SIGKILL)


class Wire:
    """A caller's connection; threads take turns."""

    def __init__(self, address: str) -> None:
        self._connection = Client(address, "AF_UNIX")
        self._connection.send(os.getpid())
        self._turn = Lock()

    def call(self, port: str, verb: str, *args: Any, **named: Any) -> Any:
        with self._turn:
            self._connection.send((port, verb, args, named))
            worked, value = self._connection.recv()
        if not worked:
            raise value
        return value


class Far:
    """The port *name* of the process at the other end of *wire*."""

    def __init__(self, wire: Wire, name: str) -> None:
        self._wire = wire
        self._name = name

    def __getattr__(self, verb: str) -> Any:
        if verb.startswith("__"):
            raise AttributeError(verb)
        return lambda *args, **named: self._wire.call(self._name, verb, *args, **named)


def address_in(folder: Path) -> str:
    """Return where a server in *folder* listens."""
    return str(folder / "world")
