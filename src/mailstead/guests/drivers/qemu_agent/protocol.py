"""What is said to the agent and what it answers, as bytes (QEMU Guest Agent Protocol Reference)."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from mailstead.guests.model import Output

# The agent drops a half-sent request when it reads this, and sends it before the answer to a sync.
_FLUSH = b"\xff"


class Declined(Exception):
    """The agent answered with an error; the text is its description."""


def request(command: str, /, **arguments: object) -> bytes:
    """Return one line asking for *command*; underscores in argument names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in arguments.items()}
    return json.dumps({"execute": command} | ({"arguments": named} if named else {})).encode() + b"\n"


def sync(number: int) -> bytes:
    """Return the request after which the agent's answers are known to be to us."""
    return _FLUSH + request("guest-sync-delimited", id=number)


def answers_sync(line: bytes, number: int) -> bool:
    """Say whether *line* answers `sync(number)`, and not an older or half-read one."""
    try:
        return bool(value(line) == number)
    except (ValueError, Declined):
        return False


def value(line: bytes) -> Any:
    """Return what the agent returned in *line*; raise Declined, or ValueError for what is no answer."""
    reply = json.loads(line.rpartition(_FLUSH)[2])
    if not isinstance(reply, dict) or not reply.keys() & {"return", "error"}:
        raise ValueError("neither return nor error")
    if "error" in reply:
        raise Declined(str(reply["error"].get("desc", "no reason given")))
    return reply["return"]


def declined(description: str) -> bytes:
    """Return the line with which an agent declines: for transports that take the answer apart themselves."""
    return json.dumps({"error": {"class": "GenericError", "desc": description}}).encode()


def execute(argv: Sequence[str], stdin: bytes) -> bytes:
    """Return the request that runs a program; what it reads is no part of its argv."""
    given = {"input_data": pack_bytes(stdin)} if stdin else {}
    return request("guest-exec", path=argv[0], arg=list(argv[1:]), capture_output=True, **given)


def output(status: dict[str, Any]) -> Output | None:
    """Return what a `guest-exec-status` says, or None while the program runs."""
    if not status["exited"]:
        return None
    code = status.get("exitcode", 128 + status.get("signal", 0))
    return Output(code, unpack_bytes(status.get("out-data", "")), unpack_bytes(status.get("err-data", "")))


def cut_short(status: dict[str, Any]) -> bool:
    """Say whether the agent dropped output because there was too much (16 MiB)."""
    return bool(status.get("out-truncated") or status.get("err-truncated"))


def pack_bytes(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def unpack_bytes(text: str) -> bytes:
    return base64.b64decode(text)
