"""Through a plain UNIX socket, as a QEMU started by hand offers it."""

import socket
from collections.abc import Callable
from pathlib import Path

from mailstead.guests.errors import NoSuchGuest

from .lines import Lines


class SocketTransport(Lines):
    """Agents behind sockets; *path_of* gives a machine's."""

    def __init__(self, path_of: Callable[[str], Path]) -> None:
        super().__init__(lambda machine, timeout_s: _dial(machine, path_of(machine), timeout_s))


def _dial(machine: str, path: Path, timeout_s: float) -> socket.socket:
    connected = socket.socket(socket.AF_UNIX)
    connected.settimeout(timeout_s)
    try:
        connected.connect(str(path))
    except FileNotFoundError as error:
        connected.close()
        raise NoSuchGuest(f"there is no machine {machine}", field="machine", value=machine) from error
    except OSError:
        connected.close()
        raise
    return connected
