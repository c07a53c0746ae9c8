"""What looking gives: facts without judgement, so that anything that can state them can be judged."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address


class AnswerState(StrEnum):
    FOUND = "found"
    EMPTY = "empty"  # the name is there, but nothing of this kind (RFC 2308)
    ABSENT = "absent"  # NXDOMAIN
    BOGUS = "bogus"  # there are data, but the resolver's validation of them failed
    FAILED = "failed"  # SERVFAIL or REFUSED without such a reason


@dataclass(frozen=True, slots=True)
class Answer:
    """A resolver's answer. `values` are canonical as in `dns.model.Record`; `aliases` the CNAMEs passed, in
    order.

    `secure` is the AD bit (RFC 4035 section 3.2.3): the resolver says that it validated the answer.
    """

    name: str
    kind: str
    state: AnswerState
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    secure: bool = False


class Knocked(StrEnum):
    """What came of an attempt to connect."""

    OPEN = "open"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    UNTRIED = "untried"  # the trial itself could not be made


@dataclass(frozen=True, slots=True)
class PortFacts:
    address: IPv4Address | IPv6Address
    port: int
    outcome: Knocked


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """One TLS endpoint. `chain` is DER as presented, leaf first; empty where no handshake came about.

    `starttls` is None where TLS begins at once. `old_version`, `weak_cipher` and `compression` name what
    the server agreed to when offered nothing better; empty when it refused. `trouble` says why there was no
    handshake.
    """

    port: int
    starttls: bool | None = None
    version: str = ""
    cipher: str = ""
    chain: tuple[bytes, ...] = ()
    old_version: str = ""
    weak_cipher: str = ""
    compression: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMTP reply (RFC 5321 section 4.2); code 0: the server hung up."""

    code: int
    text: str = ""

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 400

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Sender and recipient as written between the angle brackets; the sender may be empty."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class RelayFacts:
    """What the server said to an envelope, from a stranger at address `source`; nothing was sent after
    RCPT.
    """

    envelope: Envelope
    reply: Reply
    source: str


@dataclass(frozen=True, slots=True)
class PlainFacts:
    """What a service offers before TLS: the mechanisms it names, and what it said to AUTH all the same."""

    port: int
    mechanisms: tuple[str, ...]
    reply: Reply


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """What became of a wrong password: let in, refused, or neither (put off); and what the server said."""

    port: int
    let_in: bool
    refused: bool
    said: str


@dataclass(frozen=True, slots=True)
class Page:
    """An answer over HTTPS, the server's certificate verified; status 0 with `trouble` where none came."""

    url: str
    status: int
    kind: str = ""  # media type without parameters
    body: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class MailFacts:
    """A probe mail's way. `header` is the message's as found in the mailbox; `trouble` says why it was not
    found.

    `sender_log` holds the lines of the sending server's own log about the receiving one, where they can be
    had.
    """

    marker: str
    seconds: float
    header: bytes = b""
    trouble: str = ""
    deleted: bool = False
    sender_log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PathFacts:
    """What came of a connection tried from inside the tenant's machine."""

    outcome: Knocked
    said: str = ""
