"""Somebody with an account, and what they prove themselves with. Values; secrets are not in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from mailstead.ground.errors import InvalidInput
from mailstead.ground.names import Address, TenantName
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.ground.values import Value
from mailstead.ground.zones import zone_names

from .model import GRAVE, OPERATORS, RIGHTS, TWO_FACTORS, Right, Role

ADDRESS_MAX = 72  # with "session:" before it, the audit trail's 80
Language = Literal["en", "de"]


class Profile(Value):
    """What people may change about themselves."""

    name: str = Field(default="", max_length=100)
    language: Language = "en"
    time_zone: str = "UTC"

    @field_validator("name")
    @classmethod
    def _one_line(cls, given: str) -> str:
        if not given.isprintable():
            raise InvalidInput("a name is one line", field="name", remedy="leave out line ends and control signs")
        return given

    @field_validator("time_zone")
    @classmethod
    def _known(cls, given: str) -> str:
        if given not in zone_names():
            remedy = "give one of the tz database, such as Europe/Berlin"
            raise InvalidInput(f"{given!r} is no time zone", field="time_zone", value=given, remedy=remedy)
        return given


class PersonChange(Value):
    """What somebody is to be from now on. Operators see all tenants; so does an auditor to whom none is given."""

    role: Role
    tenants: frozenset[TenantName] = frozenset()

    @property
    def everywhere(self) -> bool:
        return self.role in OPERATORS or (self.role is Role.AUDITOR and not self.tenants)

    @model_validator(mode="after")
    def _tenants_fit_the_role(self) -> Self:
        if self.role in OPERATORS and self.tenants:
            remedy = "leave the tenants out, or give another role"
            raise InvalidInput("an operator sees all tenants", field="tenants", remedy=remedy)
        if not self.tenants and not self.everywhere:
            raise InvalidInput(f"a {self.role} is one of a tenant", field="tenants", remedy="give at least one tenant")
        return self


class NewPerson(Profile, PersonChange):
    """Somebody to be invited."""

    address: Address = Field(max_length=ADDRESS_MAX)


class NewToken(Value):
    """A key for programs, to be made: with some of its person's rights, for some (none named: all) of their tenants."""

    name: str = Field(min_length=1, max_length=100)
    rights: frozenset[Right] = Field(min_length=1)
    tenants: frozenset[TenantName] = frozenset()
    days: int = Field(default=90, ge=1, le=366)

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.days)

    @field_validator("rights")
    @classmethod
    def _not_grave(cls, given: frozenset[Right]) -> frozenset[Right]:
        if grave := sorted(given & GRAVE):
            message = f"{', '.join(grave)}: needs a second factor each time, which a program cannot give"
            raise InvalidInput(message, field="rights", value=grave[0], remedy="leave it out; do this in the console")
        return given


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `tenants` are those that whoever asks may see."""

    id: str
    address: str
    name: str
    role: Role
    tenants: frozenset[str]
    everywhere: bool
    language: Language
    time_zone: str
    created: datetime
    disabled: bool = False
    has_password: bool = False

    @property
    def scope(self) -> Scope:
        return EVERYTHING if self.everywhere else Scope(self.tenants)

    @property
    def rights(self) -> frozenset[Right]:
        return RIGHTS[self.role]

    @property
    def needs_two_factors(self) -> bool:
        return self.role in TWO_FACTORS


def new_person(person: str, wanted: NewPerson, at: datetime) -> Person:
    """Return somebody with this id who was just invited."""
    return Person(
        id=person,
        address=wanted.address,
        name=wanted.name,
        role=wanted.role,
        tenants=wanted.tenants,
        everywhere=wanted.everywhere,
        language=wanted.language,
        time_zone=wanted.time_zone,
        created=at,
    )


class FactorKind(StrEnum):
    TOTP = "totp"  # an app on a phone, RFC 6238
    PASSKEY = "passkey"  # WebAuthn


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that somebody has. `used` is None until it was."""

    id: str
    kind: FactorKind
    name: str
    created: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """All that somebody has to prove themselves with beside the password."""

    factors: tuple[Factor, ...] = ()
    recovery_codes_left: int = 0

    def __bool__(self) -> bool:
        return bool(self.factors)


@dataclass(frozen=True, slots=True)
class Token:
    """A key for programs. The key itself was shown once; it begins with `begins`."""

    id: str
    person: str
    name: str
    begins: str
    rights: frozenset[Right]
    scope: Scope
    created: datetime
    expires: datetime
    used: datetime | None
