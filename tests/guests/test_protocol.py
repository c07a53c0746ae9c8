"""The agent's words: bytes in, values out."""

import json

import pytest

from mailstead.guests.drivers.qemu_agent import protocol
from mailstead.guests.drivers.qemu_agent.protocol import Declined
from mailstead.guests.model import Output


def test_a_request_is_one_line() -> None:
    line = protocol.request("guest-file-write", handle=1, buf_b64="eA==")
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == {
        "execute": "guest-file-write",
        "arguments": {"handle": 1, "buf-b64": "eA=="},
    }


def test_what_a_program_reads_is_not_in_its_argv() -> None:
    said = json.loads(protocol.execute(["/bin/cat", "-A"], b"secret"))["arguments"]
    assert said["arg"] == ["-A"]
    assert said["input-data"] == "c2VjcmV0"
    assert b"secret" not in protocol.execute(["/bin/cat"], b"secret")


def test_an_answer_may_follow_the_mark() -> None:
    assert protocol.value(b'\xff{"return": 7}') == 7
    assert protocol.answers_sync(b'\xff{"return": 7}', 7)


@pytest.mark.parametrize("line", [b"", b'{"retu', b'{"return": 6}', b'{"error": {"desc": "bad"}}', b"[]"])
def test_leftovers_do_not_answer_a_sync(line: bytes) -> None:
    assert not protocol.answers_sync(line, 7)


def test_a_refusal_keeps_its_words() -> None:
    with pytest.raises(Declined, match="no room"):
        protocol.value(protocol.declined("no room"))


def test_a_running_program_has_no_output_yet() -> None:
    assert protocol.output({"exited": False}) is None


def test_a_signal_counts_from_128() -> None:
    assert protocol.output({"exited": True, "signal": 9, "err-data": "eA=="}) == Output(137, b"", b"x")


def test_dropped_output_is_noticed() -> None:
    assert protocol.cut_short({"exited": True, "out-truncated": True})
    assert not protocol.cut_short({"exited": True, "exitcode": 0})
