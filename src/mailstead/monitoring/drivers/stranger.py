"""What a stranger can try at a mail server: envelopes it should refuse, sign-in without TLS, wrong
passwords.
"""

import imaplib
import secrets
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice

from mailstead.monitoring.facts import Envelope, PlainFacts, RelayFacts, Reply, SignInFacts
from mailstead.monitoring.target import Service, Speech

from .dialer import Dialer, reaching
from .talk import HELLO_NAME, Talk, begin_tls, extensions, plain_credentials

ENVELOPES_AT_ONCE = 4  # below the number of errors after which servers grow slow or hang up


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody from outside without an account; sends no message and tries each door once."""

    dialer: Dialer
    context: ssl.SSLContext

    def offer(self, address: object, envelopes: Sequence[Envelope]) -> tuple[RelayFacts, ...]:
        """Offer *envelopes* to port 25, some per connection; raises Unreachable."""
        facts: list[RelayFacts] = []
        waiting = iter(envelopes)
        while batch := list(islice(waiting, ENVELOPES_AT_ONCE)):
            with reaching(f"{address}:25"), Talk(self.dialer.dial(address, 25)) as talk:
                greeting = talk.greet()
                source = str(talk.sock.getsockname()[0])
                facts += [RelayFacts(e, _offered(talk, greeting, e), source) for e in batch]
                talk.send("QUIT")
        return tuple(facts)

    def plain(self, address: object, service: Service) -> PlainFacts:
        """See what sign-in there is before TLS; raises Unreachable."""
        with reaching(f"{address}:{service.port}"), Talk(self.dialer.dial(address, service.port)) as talk:
            if service.speech is Speech.SIEVE:
                return self._plain_sieve(talk, service.port)
            mechanisms = extensions(talk.greet()).get("AUTH", "")
            reply = talk.ask(f"AUTH PLAIN {plain_credentials(_nobody(), _nobody())}")
            return PlainFacts(service.port, tuple(mechanisms.split()), reply)

    def _plain_sieve(self, talk: Talk, port: int) -> PlainFacts:
        mechanisms = talk.sieve_capabilities().get("SASL", "")
        talk.send(f'AUTHENTICATE "PLAIN" "{plain_credentials(_nobody(), _nobody())}"')
        answer = talk.line()
        needs_tls = "ENCRYPT-NEEDED" in answer.upper()
        return PlainFacts(port, tuple(mechanisms.split()), Reply(530 if needs_tls else 535, answer))

    def sign_in(self, address: object, service: Service, name: str, user: str) -> SignInFacts:
        """Sign in once with a made-up password; raises Unreachable."""
        with reaching(f"{name}:{service.port}"):
            if service.name == "imaps":
                return self._sign_in_imap(address, service.port, name, user)
            return self._sign_in_smtp(address, service, name, user)

    def _sign_in_smtp(self, address: object, service: Service, name: str, user: str) -> SignInFacts:
        with open_submission(self.dialer, self.context, address, service, name) as talk:
            reply = talk.ask(f"AUTH PLAIN {plain_credentials(user, _nobody())}")
            return SignInFacts(service.port, reply.code == 235, reply.code >= 500, str(reply))

    def _sign_in_imap(self, address: object, port: int, name: str, user: str) -> SignInFacts:
        client = open_imap(self.dialer, self.context, address, name, port)
        try:
            client.login(user, _nobody())
        except imaplib.IMAP4.abort as error:
            raise ConnectionResetError(str(error)) from error
        except imaplib.IMAP4.error as error:
            said = _said(error)
            return SignInFacts(port, let_in=False, refused="[UNAVAILABLE]" not in said, said=said)
        finally:
            client.shutdown()
        return SignInFacts(port, let_in=True, refused=False, said="signed in")


class Imap(imaplib.IMAP4_SSL):
    """IMAP over TLS at an address of our choice; the certificate must bear *name*."""

    def __init__(self, dialer: Dialer, context: ssl.SSLContext, address: object, name: str, port: int) -> None:
        self._dialer = dialer
        self._trust = context
        self._address = address
        super().__init__(name, port, ssl_context=context)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = self._dialer.dial(self._address, self.port)
        return self._trust.wrap_socket(plain, server_hostname=self.host)


def open_imap(dialer: Dialer, context: ssl.SSLContext, address: object, name: str, port: int = 993) -> Imap:
    """Return a greeted IMAP client, over verified TLS; raises OSError."""
    try:
        return Imap(dialer, context, address, name, port)
    except imaplib.IMAP4.error as error:
        raise ConnectionResetError(str(error)) from error


def open_submission(dialer: Dialer, context: ssl.SSLContext, address: object, service: Service, name: str) -> Talk:
    """Return a conversation with a submission service, over verified TLS and greeted; raises OSError."""
    with ExitStack() as stack:
        talk = stack.enter_context(Talk(dialer.dial(address, service.port)))
        if service.speech is Speech.SMTP:
            _start_tls(talk, context, name)
        else:
            talk.secure(context, name)
            talk.greet()
        stack.pop_all()  # it is the caller's to close now
        return talk


def _start_tls(talk: Talk, context: ssl.SSLContext, name: str) -> None:
    trouble = begin_tls(talk, Speech.SMTP)
    if trouble:
        raise ConnectionRefusedError(trouble)
    talk.secure(context, name)
    talk.ask(f"EHLO {HELLO_NAME}")


def _offered(talk: Talk, greeting: Reply, envelope: Envelope) -> Reply:
    """Say MAIL and RCPT, take it back, and return the first refusal or the acceptance."""
    replies: Iterator[Reply] = (
        talk.ask(command) for command in (f"MAIL FROM:<{envelope.sender}>", f"RCPT TO:<{envelope.recipient}>")
    )
    answer = greeting
    for reply in replies if greeting.positive else ():
        answer = reply
        if not reply.positive:
            break
    talk.ask("RSET")
    return answer


def _said(error: imaplib.IMAP4.error) -> str:
    """imaplib hands on the server's words as bytes."""
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _nobody() -> str:
    return secrets.token_urlsafe(18)
