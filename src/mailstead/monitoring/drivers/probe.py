"""A probe mail there and back: submitted by one account, found and deleted in another's mailbox."""

import imaplib
import secrets
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime

from mailstead.ground.clock import Clock, Deadline
from mailstead.monitoring.facts import MailFacts, Reply
from mailstead.monitoring.target import SERVICES, Account

from .dialer import Dialer, reaching
from .stranger import Imap, open_imap, open_submission
from .talk import plain_credentials

MARK = "X-Mailstead-Probe"
SUBMISSIONS = next(service for service in SERVICES if service.name == "submissions")
SenderLog = Callable[[Account, str], Sequence[str]]


RETRY_S = 10.0  # servers slow a client down after wrong passwords, such as the check's own


class _NotSent(Exception):
    """The sender's own server did not take the mail."""


class _NotYet(_NotSent):
    """The server said: later (RFC 5321 section 4.2.1, 4yz), or hung up. Every mail program tries again then."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Sends and finds probe mails; `log` asks a sender's server what it wrote about a receiving host."""

    dialer: Dialer
    context: ssl.SSLContext
    clock: Clock
    log: SenderLog | None = None
    patience_s: float = 90.0
    interval_s: float = 2.0

    def send(self, sender: Account, recipient: Account) -> MailFacts:
        """Send one mail and wait for it; raises Unreachable when one of the two servers is silent."""
        marker = secrets.token_hex(12)
        began = self.clock.monotonic()
        try:
            with reaching(f"{sender.mail_host}:{SUBMISSIONS.port}"):
                self._submit_patiently(sender, message(sender.address, recipient.address, marker, self.clock))
            with reaching(f"{recipient.mail_host}:993"):
                header, deleted = self._collect(recipient, marker)
        except (_NotSent, imaplib.IMAP4.error) as error:
            return MailFacts(marker, self.clock.monotonic() - began, trouble=str(error))
        seconds = self.clock.monotonic() - began
        trouble = "" if header else f"not there after {seconds:.0f} s"
        lines = tuple(self.log(sender, recipient.mail_host)) if self.log and header else ()
        return MailFacts(marker, seconds, header, trouble, deleted, lines)

    def _submit_patiently(self, sender: Account, content: EmailMessage) -> None:
        deadline = Deadline(self.clock, self.patience_s / 2, min(RETRY_S, self.patience_s / 4))
        while True:
            try:
                return self._submit(sender, content)
            except _NotYet:
                if not deadline.wait():
                    raise

    def _submit(self, sender: Account, content: EmailMessage) -> None:
        with open_submission(self.dialer, self.context, sender.server, SUBMISSIONS, sender.mail_host) as talk:
            steps = {
                f"AUTH PLAIN {plain_credentials(sender.address, sender.password.reveal_text())}": "sign-in",
                f"MAIL FROM:<{sender.address}>": "sender",
                f"RCPT TO:<{content['To']}>": "recipient",
                "DATA": "data",
            }
            for command, what in steps.items():
                _demand(talk.ask(command), what)
            talk.send_bytes(content.as_bytes() + b".\r\n")
            _demand(talk.reply(), "message")
            talk.send("QUIT")

    def _collect(self, recipient: Account, marker: str) -> tuple[bytes, bool]:
        """Return the probe's header, empty if it never came, and whether it was deleted."""
        client = open_imap(self.dialer, self.context, recipient.server, recipient.mail_host)
        try:
            client.login(recipient.address, recipient.password.reveal_text())
            deadline = Deadline(self.clock, self.patience_s, self.interval_s)
            while True:
                for folder in ("INBOX", "Junk"):
                    found = _find(client, folder, marker)
                    if found:
                        return _take(client, found)
                if not deadline.wait():
                    return b"", False
        finally:
            client.shutdown()


def message(sender: str, recipient: str, marker: str, clock: Clock) -> EmailMessage:
    """Return a probe mail, lines ending as on the wire."""
    mail = EmailMessage(policy=EmailMessage().policy.clone(linesep="\r\n"))
    mail["From"], mail["To"] = sender, recipient
    mail["Subject"] = "mailstead check"
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{marker}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody shall answer
    mail[MARK] = marker
    mail.set_content("A mail sent by `mailstead check`; it is deleted again at once.\n")
    return mail


def _find(client: Imap, folder: str, marker: str) -> bytes:
    status, _ = client.select(folder)
    if status != "OK":
        return b""
    _, found = client.uid("SEARCH", "HEADER", MARK, marker)
    numbers = (found[0] or b"").split() if found else []
    return bytes(numbers[0]) if numbers else b""


def _take(client: Imap, number: bytes) -> tuple[bytes, bool]:
    uid = number.decode("ascii")
    _, parts = client.uid("FETCH", uid, "(BODY.PEEK[HEADER])")
    header = next((bytes(part[1]) for part in parts if isinstance(part, tuple)), b"")
    client.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
    status, _ = client.expunge()
    return header, status == "OK"


def _demand(reply: Reply, what: str) -> None:
    if not reply.positive:
        failure = _NotYet if reply.code < 500 else _NotSent
        raise failure(f"{what} refused: {reply}")
