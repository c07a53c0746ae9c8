"""Mail programs of people and of strangers, against a machine's ports."""

import base64
import imaplib
import smtplib
import socket
import ssl
import time
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import BinaryIO

from mailstead.ground.clock import SystemClock

from .example import PASSWORD
from .machine import Machine

TIMEOUT_S = 240


def message(sender: str, recipient: str, subject: str, body: str = "Hello", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, recipient, subject
    made["Date"], made["Message-ID"] = format_datetime(SystemClock().now()), make_msgid(domain="else.example")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(body)
    return made


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def submit(machine: Machine, login: str, mail: EmailMessage, *, sender: str = "", port: int = 465) -> None:
    """Send as a mail program does; raise what smtplib raises."""
    here = ("127.0.0.1", machine.ports[port])
    if port == 465:
        client: smtplib.SMTP = smtplib.SMTP_SSL(*here, context=trusting(), timeout=TIMEOUT_S)
    else:
        client = smtplib.SMTP(*here, timeout=TIMEOUT_S)
        client.starttls(context=trusting())
    with client:
        client.login(login, PASSWORD)
        client.sendmail(sender or login, [mail["To"]], mail.as_bytes())


def deliver(machine: Machine, sender: str, mail: EmailMessage, *, recipient: str = "") -> None:
    """Send as a foreign mail server does."""
    with smtplib.SMTP("127.0.0.1", machine.ports[25], timeout=TIMEOUT_S) as client:
        client.ehlo("else.example")
        client.sendmail(sender, [recipient or mail["To"]], mail.as_bytes())


def inbox(machine: Machine, login: str) -> imaplib.IMAP4_SSL:
    client = imaplib.IMAP4_SSL("127.0.0.1", machine.ports[993], ssl_context=trusting(), timeout=TIMEOUT_S)
    try:
        client.login(f'"{login}"', PASSWORD)
    except imaplib.IMAP4.error:
        client.shutdown()
        raise
    return client


def upload_filter(machine: Machine, login: str, script: bytes) -> None:
    """Put a Sieve script there and switch it on, as a mail program does (RFC 5804)."""
    with socket.create_connection(("127.0.0.1", machine.ports[4190]), timeout=TIMEOUT_S) as plain:
        _answer(plain.makefile("rb"))
        plain.sendall(b"STARTTLS\r\n")
        _answer(plain.makefile("rb"))
        with trusting().wrap_socket(plain) as line:
            replies = line.makefile("rb")
            _answer(replies)
            secret = base64.b64encode(f"\0{login}\0{PASSWORD}".encode())
            for command in (
                b'AUTHENTICATE "PLAIN" "%s"' % secret,
                b'PUTSCRIPT "own" {%d+}\r\n%s' % (len(script), script),
                b'SETACTIVE "own"',
            ):
                line.sendall(command + b"\r\n")
                _answer(replies)


def _answer(replies: BinaryIO) -> None:
    while not (line := replies.readline()).startswith(b"OK"):
        assert line.startswith(b'"'), line


def received(machine: Machine, login: str, subject: str, folder: str = "INBOX", patience_s: float = 240) -> str:
    """Return the mail of that subject as text, waiting for it; empty if it does not come."""
    client = inbox(machine, login)
    end = time.monotonic() + patience_s
    try:
        while True:
            client.select(folder)
            found = client.search(None, "SUBJECT", f'"{subject}"')[1][0].split()
            if found:
                part = client.fetch(found[-1].decode(), "(RFC822)")[1][0]
                assert isinstance(part, tuple)
                return part[1].decode()
            if time.monotonic() > end:
                return ""
            time.sleep(0.5)
    finally:
        client.logout()
