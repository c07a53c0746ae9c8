"""Sessions of the console, one-time links, and what is shown once. Values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from mailstead.security.model import Secret

from .person import Person

INVITATION_PATH = "/invitation/"
"""Where the console receives one-time links: the platform's URL, this, and the secret."""

SOURCE_MAX, AGENT_MAX = 64, 200


def _line(text: str, most: int) -> str:
    """Return the beginning of *text*, without what is no letter.

    >>> _line("Fire\\nfox", 5)
    'Fire?'
    """
    return "".join(sign if sign.isprintable() else "?" for sign in text[:most])


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from: network address and what the browser calls itself, cut to what can be stored."""

    source: str
    agent: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", _line(self.source, SOURCE_MAX))
        object.__setattr__(self, "agent", _line(self.agent, AGENT_MAX))


class Stage(StrEnum):
    """How far somebody has got. Only the last is worth anything to the API and the console's other pages."""

    SECOND = "second"  # the password was right; the second factor is next
    ENROL = "enrol"  # signed in, but without the second factor that the role needs: good for enrolling one
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody proved who they are."""

    id: str
    person: Person
    stage: Stage
    created: datetime
    seen: datetime
    expires: datetime
    source: str
    agent: str
    fresh_until: datetime | None = None

    def fresh(self, now: datetime) -> bool:
        """Say whether the second factor was given just now."""
        return self.fresh_until is not None and now < self.fresh_until


@dataclass(frozen=True, slots=True)
class Admission:
    """A step of the sign-in that went well. `cookie` replaces what the browser had until now."""

    cookie: Secret
    stage: Stage
    expires: datetime


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A second factor was added. The recovery codes, if any, are shown this once."""

    admission: Admission
    recovery_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TotpOffer:
    """A secret for an authenticator app: as `otpauth://` link for a QR code, and in letters of base32 for typing."""

    uri: Secret
    letters: Secret


Purpose = Literal["invitation", "reset"]


@dataclass(frozen=True, slots=True)
class Invited:
    """What a one-time link is for, told to whoever has it."""

    address: str
    name: str
    purpose: Purpose
    expires: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link for somebody, to be handed over; shown this once."""

    person: Person
    url: Secret
    expires: datetime
