"""What libvirt says about an agent, told apart: its errors carry text more often than meaning."""

import libvirt
import pytest

from mailstead.guests.drivers.qemu_agent import LibvirtTransport, protocol
from mailstead.guests.errors import AnswerLost, GuestSilent, NoSuchGuest


class Failing:
    """A connection on which every look-up fails with one libvirt error."""

    def __init__(self, code: int, text: str) -> None:
        self.error = libvirt.libvirtError(text)
        self.error.err = (code, 0, text, 2, "", "", "", 0, 0)

    def lookupByName(self, name: str) -> None:  # noqa: N802  # libvirt's spelling
        raise self.error


def ask(code: int, text: str) -> bytes:
    transport = LibvirtTransport(lambda: Failing(code, text), lambda tenant: f"ms-{tenant}")
    return transport.ask("acme", protocol.request("guest-ping"), timeout_s=1)


def test_an_unknown_domain() -> None:
    with pytest.raises(NoSuchGuest, match="no machine acme"):
        ask(libvirt.VIR_ERR_NO_DOMAIN, "Domain not found")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (libvirt.VIR_ERR_OPERATION_INVALID, "Requested operation is not valid: domain is not running"),
        (
            libvirt.VIR_ERR_AGENT_UNRESPONSIVE,
            "Guest agent is not responding: QEMU guest agent is not connected",
        ),
        (libvirt.VIR_ERR_OPERATION_TIMEOUT, "cannot acquire state change lock"),
        (libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED, "QEMU guest agent is not configured"),
    ],
)
def test_nothing_was_sent(code: int, text: str) -> None:
    with pytest.raises(GuestSilent, match="does not answer"):
        ask(code, text)


def test_the_answer_did_not_come() -> None:
    with pytest.raises(AnswerLost):
        ask(libvirt.VIR_ERR_AGENT_UNRESPONSIVE, "Guest agent is not responding: Guest agent not available for now")


def test_a_refusal_is_an_answer() -> None:
    text = "internal error: unable to execute QEMU agent command 'guest-file-open': failed to open file '/x'"
    with pytest.raises(protocol.Declined, match="^failed to open file '/x'$"):
        protocol.value(ask(libvirt.VIR_ERR_INTERNAL_ERROR, text))
