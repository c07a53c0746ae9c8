"""What libvirt says went wrong, as our errors. Pure.

Source: https://libvirt.org/html/libvirt-virterror.html; QEMU's own words come inside the message.
"""

import libvirt

from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.model import (
    AnswerLost,
    DeviceBusy,
    HostDenied,
    HostFull,
    HostUnreachable,
    MachineRefused,
    MissingFile,
    NoSuchMachine,
)

_START = "start libvirtd on the host: mailstead services start"
_BY_CODE: dict[int, tuple[type[MailsteadError], str]] = {
    libvirt.VIR_ERR_NO_DOMAIN: (NoSuchMachine, "plan and apply again: it was removed meanwhile"),
    libvirt.VIR_ERR_NO_CONNECT: (HostUnreachable, _START),
    libvirt.VIR_ERR_INVALID_CONN: (HostUnreachable, _START),
    libvirt.VIR_ERR_AUTH_FAILED: (HostDenied, "run as root"),
    libvirt.VIR_ERR_AUTH_UNAVAILABLE: (HostDenied, "run as root"),
    libvirt.VIR_ERR_ACCESS_DENIED: (HostDenied, "run as root"),
    libvirt.VIR_ERR_OPERATION_DENIED: (HostDenied, "run as root, and not over a read-only connection"),
    libvirt.VIR_ERR_OPERATION_TIMEOUT: (AnswerLost, "look again in a moment"),
    libvirt.VIR_ERR_NO_MEMORY: (HostFull, "place it on another host, or lower its memory"),
}
_WIRE = (AnswerLost, "start libvirtd on the host (mailstead services start), then look again")
_BY_WORDS: tuple[tuple[str, type[MailsteadError], str], ...] = (
    ("Failed to connect socket", HostUnreachable, _START),
    ("Cannot allocate memory", HostFull, "place it on another host, or lower its memory"),
    ("No space left", HostFull, "free room in the host's folder"),
    ("Failed to get", DeviceBusy, "stop what else uses the disk"),
    ("Unable to create tap device", DeviceBusy, "see with `ip link` who holds the port"),
    ("Device or resource busy", DeviceBusy, "see who else holds the device"),
    ("Permission denied", HostDenied, "let the user libvirt-qemu pass to the folder and read the image"),
    ("No such file", MissingFile, "build the image again, or restore the disk"),
    ("could not find", MissingFile, "build the image again, or restore the disk"),
    ("could not load kernel", MissingFile, "build the image again"),
    ("no bridge", MissingFile, "prepare the host's network first"),
    ("Unable to add port", MissingFile, "prepare the host's network first"),
)


def explained(error: libvirt.libvirtError, subject: str) -> MailsteadError:
    """Return our error for libvirt's; *subject* says what was being done to what."""
    said = " ".join((error.get_error_message() or "no reason given").split())
    kind, remedy = _kind(error.get_error_code(), error.get_error_domain(), said)
    return kind(f"{subject}: {said}", field="host", value=subject, remedy=remedy)


def _kind(code: int, origin: int, said: str) -> tuple[type[MailsteadError], str]:
    if code in _BY_CODE:
        return _BY_CODE[code]
    for words, kind, remedy in _BY_WORDS:
        if words in said:
            return kind, remedy
    if origin == libvirt.VIR_FROM_RPC:
        return _WIRE
    return MachineRefused, "see the host's log in /var/log/libvirt/qemu"
