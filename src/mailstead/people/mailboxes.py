"""Mailboxes, as the sign-in of their users sees them: their passwords are those of the mail server. Values, a port."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mailstead.security.model import Secret

from .session import Admission, Visitor


@dataclass(frozen=True, slots=True)
class KnownMailbox:
    """A mailbox that can be used, with the Argon2id hash that its mail server has; empty: nobody can sign in."""

    tenant: str
    address: str
    hashed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailboxSession:
    """A browser in which the user of a mailbox signed in."""

    id: str
    mailbox: str
    created: datetime
    seen: datetime
    expires: datetime
    source: str
    agent: str


class Mailboxes(Protocol):
    """Where mailboxes are known."""

    def find(self, address: str) -> KnownMailbox | None:
        """Return the mailbox with this address, of a tenant in service; None: there is none that can be used."""


class MailboxSignIn(Protocol):
    """How mailbox users come in: by the address and password that their mail programs have, and by nothing else.

    All raise SignInRefused for what proves nothing and TooManyTries; those with a cookie NotSignedIn.
    """

    def by_password(self, address: str, password: Secret, visitor: Visitor) -> Admission:
        """Begin a session. Whether the mailbox exists shows in neither the answer nor its time."""

    def check(self, address: str, password: Secret, visitor: Visitor) -> None:
        """See that this is the password that the mailbox has now; raise SignInRefused."""

    def session(self, cookie: str, visitor: Visitor) -> MailboxSession:
        """Return the session of a cookie."""

    def sessions(self, cookie: str, visitor: Visitor) -> list[MailboxSession]:
        """Return the sessions of the same mailbox, the latest seen first."""

    def end_session(self, cookie: str, session: str, visitor: Visitor) -> None:
        """End one of the mailbox's sessions; one that is over is no error."""

    def end(self, cookie: str, visitor: Visitor) -> None:
        """Sign out; a session that is over already is no error."""
