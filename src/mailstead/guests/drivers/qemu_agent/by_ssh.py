"""Through OpenSSH's client, to a machine that has no virtio channel: the session is joined to an agent there.

Neither key is ever in a file: the client reads both, and whom it may believe, from memory of ours that has no name.
"""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from math import ceil

from mailstead.guests.errors import GuestNotBelieved, GuestRefused
from mailstead.guests.seed.model import SshKey

from .lines import Lines

_OPENING_S = 30.0  # a key exchange and an agent's start: one second, ten under software emulation
_ALIAS = "guest"
_SETTINGS = {
    "BatchMode": "yes",
    "StrictHostKeyChecking": "yes",
    "GlobalKnownHostsFile": "none",
    "HostKeyAlias": _ALIAS,
    "HostKeyAlgorithms": "ssh-ed25519",
    "UpdateHostKeys": "no",
    "IdentitiesOnly": "yes",
    "IdentityAgent": "none",
    "PreferredAuthentications": "publickey",
    "ControlMaster": "no",
    "ControlPath": "none",
    "ForwardAgent": "no",
    "ClearAllForwardings": "yes",
    "RequestTTY": "no",
    "EscapeChar": "none",
    "LogLevel": "ERROR",
    "ServerAliveInterval": "5",
    "ServerAliveCountMax": "3",
}


@dataclass(frozen=True, slots=True)
class Callee:
    """A guest as its caller knows it: where it is, its public host key, and the key that lets us in."""

    address: IPv4Address | IPv6Address
    guest_key: str
    caller: SshKey
    port: int = 22


class SshTransport(Lines):
    """Agents behind SSH; *callee_of* says who a machine is, and raises NoSuchGuest.

    Raises GuestNotBelieved when another than this machine answers at its address, GuestRefused when it does not
    know our key: neither passes by waiting.
    """

    def __init__(self, callee_of: Callable[[str], Callee], *, program: str = "ssh") -> None:
        def dial(machine: str, timeout_s: float) -> _SshWire:
            return _SshWire(machine, callee_of(machine), program, timeout_s)

        super().__init__(dial, opening_s=_OPENING_S)


class _SshWire:
    """A session of the client, and the files without a name that it reads and writes."""

    def __init__(self, machine: str, callee: Callee, program: str, timeout_s: float) -> None:
        self._machine = machine
        self._said = os.memfd_create("ssh-says")
        self._key = _unnamed("ssh-key", callee.caller.private.reveal())
        self._believed = _unnamed("ssh-hosts", f"{_ALIAS} {callee.guest_key}\n".encode())
        self._socket, theirs = socket.socketpair()
        argv = [program, *_arguments(callee, self._key, self._believed, timeout_s)]
        with theirs:
            self._process = subprocess.Popen(argv, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=self._said)

    def settimeout(self, value: float, /) -> None:
        self._socket.settimeout(value)

    def sendall(self, data: bytes, /) -> None:
        with suppress(BrokenPipeError):  # whoever reads next is told why
            self._socket.sendall(data)

    def recv(self, most: int, /) -> bytes:
        with suppress(ConnectionResetError):
            if got := self._socket.recv(most):
                return got
        raise _reason(self._machine, os.pread(self._said, 4096, 0))

    def close(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()
        for file in (self._said, self._key, self._believed):
            os.close(file)


def _unnamed(label: str, content: bytes) -> int:
    """Return a file of ours alone that lies in memory only."""
    file = os.memfd_create(label)
    os.fchmod(file, 0o600)
    os.write(file, content)
    return file


def _arguments(callee: Callee, key: int, believed: int, timeout_s: float) -> Iterator[str]:
    here = f"/proc/{os.getpid()}/fd"
    settings = _SETTINGS | {"ConnectTimeout": str(ceil(timeout_s)), "UserKnownHostsFile": f"{here}/{believed}"}
    yield from ("-F", "none", "-T", "-l", "root", "-p", str(callee.port), "-i", f"{here}/{key}")
    yield from (f"-o{name}={value}" for name, value in settings.items())
    yield from ("--", str(callee.address))


def _reason(machine: str, words: bytes) -> Exception:
    """Say what the client's last words mean."""
    said = words.decode(errors="replace").strip()
    if "Host key verification failed" in said:
        remedy = "see who has the address; a machine that was made anew needs the seed disk of today"
        text = f"another than {machine} answers at its address"
        return GuestNotBelieved(text, field="machine", value=machine, remedy=remedy)
    last = said.rpartition("\n")[2] or "hung up"
    if "Permission denied" in last:
        remedy = "attach the machine's seed disk, and start it again"
        text = f"{machine} does not know our key: {last}"
        return GuestRefused(text, field="machine", value=machine, remedy=remedy)
    return ConnectionError(last)
