"""The one place that opens connections, so that a test or a laboratory can send them elsewhere."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailstead.ground.errors import Unreachable

Endpoint = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Dialer:
    """Connects within `connect_s`; each later read is bounded by `timeout_s`, patient with a server just
    started.

    `elsewhere` maps (host, port) to the (address, port) that is dialled instead.
    """

    timeout_s: float = 40.0
    connect_s: float = 5.0
    elsewhere: Mapping[Endpoint, Endpoint] = field(default_factory=dict)

    def resolve(self, host: object, port: int) -> Endpoint:
        """Return where a connection to *host* and *port* really goes."""
        return self.elsewhere.get((str(host), port), (str(host), port))

    def dial(self, host: object, port: int) -> socket.socket:
        """Return a connected socket; raises OSError."""
        connected = socket.create_connection(self.resolve(host, port), timeout=self.connect_s)
        connected.settimeout(self.timeout_s)
        return connected


@contextmanager
def reaching(what: str) -> Iterator[None]:
    """Turn what sockets and TLS raise into Unreachable, naming *what* was to be reached."""
    try:
        yield
    except OSError as error:  # ssl.SSLError is one
        raise Unreachable(
            f"{what} did not answer: {_reason(error)}",
            field="port",
            value=what,
            remedy="see that the machine runs (mailstead tenant show) and that nothing blocks the way to it",
        ) from error


def _reason(error: OSError) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else (error.strerror or str(error))
