"""What we ask of the world outside a tenant. Looking changes nothing but the probe mail, which is deleted
again.

All raise Unreachable where the far side does not answer at all; everything it does answer is a fact.
"""

from collections.abc import Sequence
from typing import Protocol

from .facts import (
    Answer,
    Envelope,
    MailFacts,
    Page,
    PathFacts,
    PlainFacts,
    PortFacts,
    RelayFacts,
    SignInFacts,
    TlsFacts,
)
from .target import Account, IPAddress, Path, Service


class Names(Protocol):
    """A validating resolver."""

    def lookup(self, name: str, kind: str) -> Answer:
        """Ask for one kind of record; the name is absolute, without the trailing dot."""


class Outside(Names, Protocol):
    """The view from outside at one tenant. Every verb ends within a bounded time."""

    def knock(self, address: IPAddress, port: int) -> PortFacts:
        """Connect and hang up."""

    def handshake(self, address: IPAddress, service: Service, name: str) -> TlsFacts:
        """Begin TLS as a client that looks for *name*, then as clients with old and weak wishes."""

    def offer(self, address: IPAddress, envelopes: Sequence[Envelope]) -> tuple[RelayFacts, ...]:
        """Offer each envelope to port 25 as a stranger, up to RCPT and never beyond."""

    def plain(self, address: IPAddress, service: Service) -> PlainFacts:
        """See what sign-in a service offers before TLS, and ask for it with a made-up name."""

    def sign_in(self, address: IPAddress, service: Service, name: str, user: str) -> SignInFacts:
        """Sign in as *user* with a made-up password, over TLS, once."""

    def page(self, address: IPAddress, host: str, path: str) -> Page:
        """Get https://*host*/*path* from *address*."""

    def send(self, sender: Account, recipient: Account) -> MailFacts:
        """Submit a probe mail, wait for it in the recipient's mailbox, delete it there."""

    def try_path(self, path: Path) -> PathFacts:
        """Connect from inside the tenant's machine."""
