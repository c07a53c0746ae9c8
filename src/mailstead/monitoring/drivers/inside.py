"""Looking out from inside a tenant's machine, through the guest channel."""

import re
from dataclasses import dataclass

from mailstead.ground.errors import MailsteadError
from mailstead.guests.port import GuestChannel
from mailstead.monitoring.facts import Knocked, PathFacts
from mailstead.monitoring.target import Account, Path

SECONDS = 4
TIMED_OUT = 124  # exit status of timeout(1)
# Constant text; host and port come as arguments, so nothing in them is ever read as a command.
CONNECT = 'exec 3<>"/dev/tcp/$0/$1"'
REFUSALS = {"refused": Knocked.REFUSED, "timed out": Knocked.TIMEOUT}
UNREACHABLE = ("unreachable", "no route", "not permitted", "permission denied", "prohibited")


@dataclass(frozen=True, slots=True)
class Inside:
    """One tenant's machine as a place to look out from."""

    channel: GuestChannel
    tenant: str

    def try_path(self, path: Path) -> PathFacts:
        """Connect to *path* within a few seconds; a channel that fails is no proof of anything: UNTRIED."""
        argv = ["timeout", str(SECONDS), "bash", "-c", CONNECT, path.host, str(path.port)]
        try:
            output = self.channel.run(self.tenant, argv, timeout_s=SECONDS * 5)
        except MailsteadError as error:
            return PathFacts(Knocked.UNTRIED, error.message)
        return judged_output(output.status, output.stderr.decode("utf-8", "replace"))


def judged_output(status: int, said: str) -> PathFacts:
    """Say what *status* and the words of timeout(1) and bash mean."""
    lower = said.lower()
    last = said.strip().rpartition("\n")[2]
    if status == 0:
        return PathFacts(Knocked.OPEN, last)
    if status == TIMED_OUT:
        return PathFacts(Knocked.TIMEOUT, f"no answer in {SECONDS} s")
    for words, outcome in REFUSALS.items():
        if words in lower:
            return PathFacts(outcome, last)
    if any(words in lower for words in UNREACHABLE):
        return PathFacts(Knocked.UNREACHABLE, last)
    return PathFacts(Knocked.UNTRIED, last or f"exit status {status}")


@dataclass(frozen=True, slots=True)
class JournalLog:
    """Reads what a sender's Postfix wrote about a receiving host from the journal of the sender's machine."""

    channel: GuestChannel

    def __call__(self, sender: Account, mail_host: str) -> tuple[str, ...]:
        """Return the lines of the last half hour, newest last; none where they cannot be had."""
        argv = ["journalctl", "--no-pager", "--output=cat", "--since=-30min", "--identifier=postfix/smtp"]
        try:
            output = self.channel.run(sender.tenant, [*argv, f"--grep={re.escape(mail_host)}"], timeout_s=30)
        except MailsteadError:
            return ()
        return tuple(output.stdout.decode("utf-8", "replace").splitlines()[-20:])
