"""Where a server answers."""

import errno
import socket
from dataclasses import dataclass

from .errors import CannotListen, PortTaken


@dataclass(frozen=True, slots=True)
class Place:
    """An address of this machine, and a port."""

    listen: str
    port: int

    def __str__(self) -> str:
        return f"{self.listen} port {self.port}"

    def taken(self) -> socket.socket:
        """Return a socket bound here. Raises PortTaken, CannotListen."""
        family = socket.AF_INET6 if ":" in self.listen else socket.AF_INET
        # Named as TCP, so that asyncio sends answers at once (TCP_NODELAY).
        door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((self.listen, self.port))
        except OSError as error:
            door.close()
            raise self._refused(error) from error
        return door

    def _refused(self, error: OSError) -> CannotListen | PortTaken:
        if error.errno == errno.EADDRINUSE:
            remedy = "give another one with --port, or stop what answers there"
            return PortTaken(f"another program answers at {self}", field="--port", value=self.port, remedy=remedy)
        remedy = "give an address of this machine with --listen; a port below 1024 needs CAP_NET_BIND_SERVICE"
        return CannotListen(f"cannot answer at {self}: {error.strerror}", field="--listen", value=self, remedy=remedy)
