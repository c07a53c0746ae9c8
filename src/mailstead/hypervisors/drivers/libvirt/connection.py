"""One connection to a libvirt daemon, opened when it is needed and again when it broke."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import libvirt

from mailstead.ground.errors import Unreachable

from .errors import explained


def _silent(_context: object, _error: object) -> None:
    """Take libvirt's messages, which it would print to standard error; they come as exceptions as well."""


libvirt.registerErrorHandler(_silent, None)


class LibvirtConnection:
    """May be shared by threads. *uri* as in https://libvirt.org/uri.html, say `qemu:///system`."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._lock = threading.Lock()
        self._open: libvirt.virConnect | None = None

    @contextmanager
    def doing(self, subject: str) -> Iterator[libvirt.virConnect]:
        """Give the connection; libvirt's errors inside come out as ours, with *subject* in their text."""
        try:
            yield self.current()
        except libvirt.libvirtError as error:
            ours = explained(error, f"{self.uri}: {subject}")
            if isinstance(ours, Unreachable):
                self.close()
            raise ours from error

    def close(self) -> None:
        """Let the connection go; the next use opens it again."""
        with self._lock:
            self._drop()

    def current(self) -> libvirt.virConnect:
        """Return the open connection, opening it if need be; raises libvirt's own errors."""
        with self._lock:
            if self._open is None or not self._open.isAlive():
                self._drop()
                self._open = libvirt.open(self.uri)
            return self._open

    def _drop(self) -> None:
        gone, self._open = self._open, None
        if gone is not None:
            with suppress(libvirt.libvirtError):
                gone.close()
