"""Anna's mailbox as her mail program sees it, by IMAPS; and the mail that others send her."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from imaplib import IMAP4_SSL

from mailstead.cli.demo.cast import ANNA

from .programs import in_guest
from .stage import Stage

DELIVER = r"""
use IO::Socket::UNIX;
my ($to, $mails) = @ARGV;
my $lmtp = IO::Socket::UNIX->new(Peer => "/run/dovecot/lmtp") or die "no LMTP: $!";
sub answered { while (<$lmtp>) { die $_ if /^[45]/; return if /^\d+ / } }
sub say_it { print $lmtp "$_[0]\r\n"; answered() }
answered();
say_it("LHLO flood");
for (1 .. $mails) {
  say_it("MAIL FROM:<>");
  say_it("RCPT TO:<$to>");
  say_it("DATA");
  say_it("From: bert\@far.example\r\nTo: $to\r\nSubject: mail $_\r\n\r\n" . "text of mail $_\r\n" x 100 . ".");
}
"""


@contextmanager
def mailbox(stage: Stage) -> Iterator[IMAP4_SSL]:
    """Sign Anna in."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with IMAP4_SSL(stage.address("acme"), 993, ssl_context=context, timeout=180) as session:
        session.login(ANNA.address, stage.password(ANNA))
        yield session


def flood(stage: Stage, mails: int) -> None:
    """Let so many mails be delivered, by the door that Postfix uses, and wait until they are there."""
    wanted = count(stage) + mails
    in_guest("acme", "/usr/bin/perl", "-e", DELIVER, ANNA.address, str(mails))
    assert count(stage) == wanted


def count(stage: Stage) -> int:
    """Return how many mails are in the inbox."""
    with mailbox(stage) as session:
        return int(session.select("INBOX", readonly=True)[1][0] or 0)


def put(stage: Stage, subject: str, flags: str, date: str) -> None:
    """Put a mail into the inbox as a mail program does that moves it there."""
    content = f"From: Bert <bert@far.example>\r\nTo: {ANNA.address}\r\nSubject: {subject}\r\n\r\nyes\r\n"
    with mailbox(stage) as session:
        assert session.append("INBOX", flags, f'"{date}"', content.encode())[0] == "OK"


def delete(stage: Stage, subject: str) -> None:
    """Delete a mail for good."""
    with mailbox(stage) as session:
        session.select("INBOX")
        session.store(_numbers(session, subject), "+FLAGS", "\\Deleted")
        session.expunge()


def look(stage: Stage, folder: str, subject: str) -> list[tuple[set[str], str]]:
    """Return flags and date of the mails with this subject in a folder; none where there is no such folder."""
    with mailbox(stage) as session:
        if session.select(folder, readonly=True)[0] != "OK" or not (found := _numbers(session, subject)):
            return []
        answers = [line.decode() for line in session.fetch(found, "(FLAGS INTERNALDATE)")[1] if isinstance(line, bytes)]
    return [(_flags(answer), re.findall(r'INTERNALDATE "([^"]+)"', answer)[0].strip()) for answer in answers]


def _flags(answer: str) -> set[str]:
    return set(re.findall(r"FLAGS \(([^)]*)\)", answer)[0].split()) - {"\\Recent"}


def _numbers(session: IMAP4_SSL, subject: str) -> str:
    found: bytes = session.search(None, "SUBJECT", f'"{subject}"')[1][0]
    return ",".join(found.decode().split())
