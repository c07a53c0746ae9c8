"""How programs of the host are run: argv lists, text in, text out, errors of our own tree."""

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from typing import Any

from mailstead.ground.errors import Denied, MailsteadError, OutcomeUnknown, Rejected, Unreachable

_NOT_RUNNING = (
    "database connection failed",
    "failed to connect",
    "failed to open socket",
    "is not a bridge or a socket",
)
_NO_RIGHT = ("operation not permitted", "permission denied", "you must be root")


class Commands:
    """Runs programs, each behind *prefix*: nothing, or for instance `ip netns exec NAME`."""

    def __init__(self, prefix: Sequence[str] = (), timeout_s: float = 60.0) -> None:
        self._prefix = tuple(prefix)
        self._timeout_s = timeout_s

    def run(self, argv: Sequence[str], stdin: str = "") -> str:
        """Return what the program printed.

        Raises Unreachable (Open vSwitch is not running), Denied (no root rights), OutcomeUnknown (no answer
        in time), Rejected (anything else, with the program's own words).
        """
        try:
            done = subprocess.run(
                [*self._prefix, *argv],
                input=stdin,
                capture_output=True,
                text=True,
                timeout=self._timeout_s,
                check=False,
                env={**os.environ, "LC_ALL": "C"},  # we read messages
            )
        except FileNotFoundError as error:
            raise _missing(str(error.filename)) from error
        except subprocess.TimeoutExpired as error:
            raise _unanswered(argv[0]) from error
        if done.returncode == -signal.SIGALRM:  # how Open vSwitch's own `--timeout` ends a program
            raise _unanswered(argv[0])
        if done.returncode:
            raise _failed(argv[0], done.stderr.strip() or done.stdout.strip())
        return done.stdout

    def succeeds(self, argv: Sequence[str]) -> bool:
        """Say whether the program ends with status 0; a program that is missing does not."""
        try:
            self.run(argv)
        except (Rejected, Unreachable):
            return False
        return True


def _unanswered(program: str) -> OutcomeUnknown:
    remedy = "see whether Open vSwitch runs: mailstead services start"
    return OutcomeUnknown(f"{program} got no answer in time", field="host", value=program, remedy=remedy)


def understood(answer: str, program: str) -> Any:
    """Read a program's answer in JSON; raise Rejected for one that is none."""
    try:
        return json.loads(answer)
    except ValueError as error:
        remedy = f"run {program} by hand and look at what it prints"
        raise Rejected(f"{program} answered what nobody understands: {answer[:60]!r}", remedy=remedy) from error


def _missing(program: str) -> Rejected:
    return Rejected(
        f"the program {program} is not installed",
        field="host",
        value=program,
        remedy="install openvswitch-switch, nftables, iproute2 and procps",
    )


def _failed(program: str, words: str) -> MailsteadError:
    lowered = words.lower()
    if any(mark in lowered for mark in _NO_RIGHT):
        return Denied(f"{program}: {words}", field="user", remedy="run as root")
    if any(mark in lowered for mark in _NOT_RUNNING):
        remedy = "start Open vSwitch: mailstead services start; then: mailstead apply"
        return Unreachable(f"{program}: {words}", field="host", value=program, remedy=remedy)
    return Rejected(f"{program}: {words}", field="host", value=program)
