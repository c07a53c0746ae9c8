"""Through a plain UNIX socket, as a QEMU started by hand offers it."""

import itertools
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from mailstead.guests.errors import AnswerLost, GuestSilent, NoSuchGuest

from . import protocol


class SocketTransport:
    """Agents behind sockets; *path_of* gives a machine's. One request at a time for each machine."""

    def __init__(self, path_of: Callable[[str], Path]) -> None:
        self._path_of = path_of
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def ask(self, machine: str, request: bytes, *, timeout_s: float) -> bytes:
        with self._lock:
            line = self._lines.setdefault(machine, _Line(machine, self._path_of(machine)))
        with line.lock:
            return line.ask(request, timeout_s)

    def close(self) -> None:
        """Hang up everywhere."""
        for line in self._lines.values():
            line.hang_up()


class _Line:
    """One socket: connected and synchronised when first needed, and again after every failure."""

    def __init__(self, machine: str, path: Path) -> None:
        self.lock = threading.Lock()
        self._machine, self._path = machine, path
        self._numbers = itertools.count(1)
        self._socket: socket.socket | None = None
        self._unread = b""

    def ask(self, request: bytes, timeout_s: float) -> bytes:
        connected = self._connect(timeout_s)
        try:
            connected.settimeout(timeout_s)
            connected.sendall(request)
            return self._line(connected)
        except OSError as error:
            self.hang_up()
            raise AnswerLost(f"{self._machine} did not answer within {timeout_s:g} s") from error

    def hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._unread = None, b""

    def _connect(self, timeout_s: float) -> socket.socket:
        if self._socket is None:
            connected = socket.socket(socket.AF_UNIX)
            connected.settimeout(timeout_s)
            try:
                connected.connect(str(self._path))
                self._synchronise(connected)
            except FileNotFoundError as error:
                connected.close()
                raise NoSuchGuest(
                    f"there is no machine {self._machine}", field="machine", value=self._machine
                ) from error
            except OSError as error:
                connected.close()
                raise GuestSilent(f"{self._machine} does not answer", field="machine", value=self._machine) from error
            self._socket = connected
        return self._socket

    def _synchronise(self, connected: socket.socket) -> None:
        """Read past answers to requests that nobody waits for any more."""
        number = next(self._numbers)
        self._unread = b""
        connected.sendall(protocol.sync(number))
        while not protocol.answers_sync(self._line(connected), number):
            pass

    def _line(self, connected: socket.socket) -> bytes:
        while b"\n" not in self._unread:
            more = connected.recv(65536)
            if not more:
                raise ConnectionError("hung up")
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line
