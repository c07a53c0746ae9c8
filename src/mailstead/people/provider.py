"""What is said between us, a browser and a provider of sign-ins. Values; their words are OpenID Connect's."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from mailstead.security.model import Secret


class Errand(StrEnum):
    """What somebody is sent to a provider for."""

    SIGN_IN = "sign-in"
    ACCEPT = "accept"  # an invitation
    LINK = "link"  # to the account they are signed in to


@dataclass(frozen=True, slots=True)
class Way:
    """A provider as people choose it."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and the ticket it keeps until it comes back."""

    url: str
    ticket: Secret


@dataclass(frozen=True, slots=True)
class Question:
    """What we ask a provider (OpenID Connect Core 1.0, 3.1.2.1; PKCE, RFC 7636)."""

    state: str
    nonce: str
    verifier: Secret
    redirect: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brought back. Anything at all may stand in it."""

    state: str = ""
    code: str = ""
    issuer: str = ""  # RFC 9207
    error: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """Who somebody is to a provider. `name` is what they call themselves there, and proves nothing.

    `second_factor`: it was given one, and the platform's file says how that is known. `since` is when it asked them.
    """

    issuer: str
    subject: str
    name: str = ""
    second_factor: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProviderStanding:
    """What a provider says of itself: how many of its keys we can use, and how far its clock is from ours."""

    authorization: str
    token: str
    keys: int
    pkce: bool  # it says that it knows PKCE with S256
    names_itself: bool  # RFC 9207
    clock_off_s: float


@dataclass(frozen=True, slots=True)
class Linked:
    """A sign-in elsewhere that opens somebody's account."""

    id: str
    person: str
    issuer: str
    subject: str
    name: str
    created: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a browser keeps while it is away. All that we ask the provider is made of it, and of whom we ask.

    So an answer counts in the browser that asked, for the provider that was asked, and for what it was asked for.
    """

    key: str
    errand: Errand
    invitation: str = ""

    @property
    def packed(self) -> Secret:
        return Secret.of(".".join((self.errand, self.key, self.invitation)))

    @classmethod
    def unpacked(cls, text: str) -> Self | None:
        """Read what `packed` gave; None for anything else."""
        parts = text.split(".")
        if len(parts) != 3 or parts[0] not in set(Errand):
            return None
        return cls(parts[1], Errand(parts[0]), parts[2])

    def question(self, provider: str, redirect: str) -> Question:
        """Return what *provider* is asked, to answer to *redirect*."""

        def made(what: str) -> str:
            of = "\n".join((what, provider, self.errand, self.invitation))
            mac = hmac.digest(self.key.encode("utf-8", "replace"), of.encode("utf-8", "replace"), "sha256")
            return urlsafe_b64encode(mac).rstrip(b"=").decode()

        return Question(made("state"), made("nonce"), Secret.of(made("verifier")), redirect)
