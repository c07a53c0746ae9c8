"""The memory driver passes the contract, and can be told to be silent."""

import pytest

from mailstead.ground.errors import Unreachable
from mailstead.guests.drivers.memory import Call, GuestState, MemoryGuests
from mailstead.guests.errors import AnswerLost
from mailstead.guests.model import GuestFile, Output, pack

from .contract import GuestChannelContract


def cat(call: Call) -> Output:
    return Output(0, call.stdin)


def sleep(call: Call) -> Output:
    if float(call.argv[1]) > call.timeout_s:
        raise AnswerLost(f"sleep on {call.machine} has not ended in time")
    return Output(0)


def guests() -> MemoryGuests:
    programs = {"/bin/cat": cat, "/bin/false": lambda _: Output(1), "/bin/sleep": sleep}
    made = MemoryGuests(programs)
    made.put("acme")
    return made


class TestMemoryGuests(GuestChannelContract):
    @pytest.fixture
    def channel(self) -> MemoryGuests:
        return guests()


def test_a_booting_machine_is_unreachable_and_worth_asking_again() -> None:
    channel = guests()
    channel.put("acme", GuestState.SILENT)
    assert not channel.answers("acme")
    with pytest.raises(Unreachable):
        channel.read("acme", "/etc/hostname")


def test_files_survive_silence_but_not_removal() -> None:
    channel = guests()
    channel.write("acme", "/a", b"1", mode=0o600)
    channel.put("acme", GuestState.SILENT)
    channel.put("acme")
    assert channel.read("acme", "/a") == b"1"
    channel.put("acme", GuestState.MISSING)
    channel.put("acme")
    assert channel.files("acme") == {}


def test_a_program_may_change_files() -> None:
    def touch(call: Call) -> Output:
        call.files[call.argv[1]] = GuestFile(b"")
        return Output(0)

    channel = guests()
    channel.programs["/bin/touch"] = touch
    channel.run("acme", ["/bin/touch", "/x"])
    assert channel.read("acme", "/x") == b""


def test_an_archive_keeps_mode_and_owner() -> None:
    channel = guests()
    file = GuestFile(b"k", 0o600, "vmail:dovecot")
    channel.unpack("acme", pack({"/key": file}))
    assert channel.files("acme") == {"/key": file}


def test_a_hypervisor_can_say_what_a_machine_is_doing() -> None:
    channel = MemoryGuests(state_of=lambda _: GuestState.SILENT)
    assert not channel.answers("anybody")
