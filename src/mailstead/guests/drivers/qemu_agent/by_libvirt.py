"""Through libvirt, which owns the agent's socket and synchronises by itself."""

import math
import re
from collections.abc import Callable

import libvirt
import libvirt_qemu

from mailstead.guests.errors import AnswerLost, GuestSilent, NoSuchGuest

from . import protocol

# libvirt takes the agent's refusal apart and leaves only its text; 9.0 has no code of its own for it.
_DECLINED = re.compile(r"unable to execute QEMU agent command '[^']*': (?P<said>.*)", re.DOTALL)
_NOT_SENT = ("not connected", "not running", "not configured", "due to an error")
_SILENT = {
    libvirt.VIR_ERR_OPERATION_INVALID,  # the machine is off
    libvirt.VIR_ERR_OPERATION_TIMEOUT,  # somebody else talks to the agent for long
    libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,  # no channel in this machine
}


class LibvirtTransport:
    """Agents of libvirt's machines.

    *connect* gives the connection that is used for the host anyhow; *domain_of* makes a domain's name from a
    machine's.
    """

    def __init__(self, connect: Callable[[], libvirt.virConnect], domain_of: Callable[[str], str]) -> None:
        self._connect = connect
        self._domain_of = domain_of

    def ask(self, machine: str, request: bytes, *, timeout_s: float) -> bytes:
        try:
            domain = self._connect().lookupByName(self._domain_of(machine))
            text = request.decode("ascii").rstrip("\n")
            answer: str = libvirt_qemu.qemuAgentCommand(domain, text, math.ceil(timeout_s), 0)
        except libvirt.libvirtError as error:
            return _explained(machine, error)
        return answer.encode()


def _explained(machine: str, error: libvirt.libvirtError) -> bytes:
    """Return the answer hidden in libvirt's error, or raise what it means to us."""
    text = error.get_error_message() or str(error)
    found = _DECLINED.search(text)
    if found:
        return protocol.declined(found["said"])
    code = error.get_error_code()
    if code == libvirt.VIR_ERR_NO_DOMAIN:
        raise NoSuchGuest(f"there is no machine {machine}", field="machine", value=machine) from error
    if code in _SILENT or any(words in text for words in _NOT_SENT):
        raise GuestSilent(f"{machine} does not answer: {text}", field="machine", value=machine) from error
    raise AnswerLost(f"{machine}: {text}", field="machine", value=machine) from error
