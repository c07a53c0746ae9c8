"""A sign-in from within a machine that is thrown away: what it makes of the answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from mailstead.guests.model import Output
from mailstead.mailservers.drivers.appliance import ApplianceTrial
from mailstead.mailservers.errors import LiveMachine, TrialRefused
from mailstead.mailservers.port import SignedIn


@dataclass
class Answering:
    """A guest that answers every program alike."""

    said: bytes
    argv: Sequence[str] = ()

    def run(self, machine: str, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60.0) -> Output:
        self.argv = argv
        return Output(0, self.said, b"")

    def unpack(self, machine: str, tar: bytes) -> None:
        raise AssertionError(machine)


def tried(said: bytes) -> SignedIn | None:
    return ApplianceTrial(Answering(said), only="drill").sign_in("drill")


def test_what_was_signed_in_to_is_told_with_its_mails() -> None:
    assert tried(b"in\tanna@acme.example\t500\n") == SignedIn("anna@acme.example", 500)


def test_where_nobody_may_sign_in_nobody_does() -> None:
    assert tried(b"nobody\n") is None


def test_a_refusal_is_told_with_its_words() -> None:
    with pytest.raises(TrialRefused, match="nobody can sign in: Authentication failed"):
        tried(b"refused\tAuthentication failed\n")
    with pytest.raises(TrialRefused):
        tried(b"")


def test_no_other_machine_is_touched_and_no_password_is_said() -> None:
    guest = Answering(b"nobody\n")
    with pytest.raises(LiveMachine):
        ApplianceTrial(guest, only="drill").sign_in("acme")
    assert guest.argv == ()
    ApplianceTrial(guest, only="drill").sign_in("drill")
    assert list(guest.argv) == ["/usr/bin/perl", "-"]
