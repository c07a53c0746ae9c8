"""A wire between us and a daemon that a test can cut."""

import contextlib
import socket
import threading
from pathlib import Path


class Relay:
    """Listens on the UNIX socket *place* and passes everything on to *far*, until it is cut."""

    def __init__(self, place: Path, far: Path) -> None:
        self._far = far
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(place))
        self._listener.listen()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def cut(self) -> None:
        """Break all connections that are open now; new ones work."""
        ends, self._ends = self._ends, []
        threads, self._threads = self._threads, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        for end in ends:
            end.close()

    def close(self) -> None:
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(str(self._far))
                self._ends += [near, far]
                for ends in ((near, far), (far, near)):
                    thread = threading.Thread(target=_pass_on, args=ends, daemon=True)
                    thread.start()
                    self._threads.append(thread)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
