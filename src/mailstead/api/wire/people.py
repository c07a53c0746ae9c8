"""People on the wire. Secrets are shown once, where they are made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from mailstead.ground.values import Value
from mailstead.people.model import Right, Role
from mailstead.people.person import FactorKind, Factors, Language, NewPerson, NewToken, Person, PersonChange, Token
from mailstead.people.provider import Linked
from mailstead.people.session import Link, Session, Stage

from .parts import Address, Name, Shown, Whole, behind

Tenants = Annotated[list[Name], Field(max_length=1000)]


class PersonNew(Value):
    """Somebody to be invited."""

    address: Annotated[Address, Field(max_length=72)]
    role: Role
    tenants: Tenants = Field(default=[], description="For tenant administrators, users and auditors of tenants.")
    name: Annotated[str, Field(max_length=100)] = ""
    language: Language = "en"
    time_zone: Annotated[str, Field(max_length=64, examples=["Europe/Berlin"])] = "UTC"

    def wanted(self) -> NewPerson:
        return NewPerson.parse(self.model_dump())


class RoleNew(Value):
    """What somebody is to be from now on."""

    role: Role
    tenants: Tenants = Field(default=[])

    def wanted(self) -> PersonChange:
        return PersonChange.parse(self.model_dump())


class TokenNew(Value):
    """A key for programs: with some of its person's rights, for some (none named: all) of their tenants."""

    name: str = Field(min_length=1, max_length=100)
    rights: list[Right] = Field(min_length=1, max_length=30)
    tenants: Tenants = Field(default=[])
    days: Annotated[Whole, Field(ge=1, le=366)] = 90

    def wanted(self) -> NewToken:
        return NewToken.parse(self.model_dump())


class PersonOut(Shown):
    """Somebody with an account. `everywhere`: of all tenants."""

    id: str
    address: str
    name: str
    role: Role
    tenants: list[str]
    everywhere: bool
    language: Language
    time_zone: str
    created: datetime
    disabled: bool

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(
            id=person.id,
            address=person.address,
            name=person.name,
            role=person.role,
            tenants=sorted(person.tenants),
            everywhere=person.everywhere,
            language=person.language,
            time_zone=person.time_zone,
            created=person.created,
            disabled=person.disabled,
        )


class PersonPage(Shown):
    """People in the order of their addresses."""

    items: list[PersonOut]
    next: str | None = Field(description="What to send as `after` for the next page; null: this was the last.")

    @classmethod
    def of(cls, people: Sequence[Person], limit: int) -> Self:
        return cls(
            items=[PersonOut.of(person) for person in people], next=behind(people, limit, lambda person: person.address)
        )


class LinkOut(Shown):
    """A one-time link, to be handed over: shown this once."""

    person: PersonOut
    url: str
    expires: datetime

    @classmethod
    def of(cls, link: Link) -> Self:
        return cls(person=PersonOut.of(link.person), url=link.url.reveal_text(), expires=link.expires)


class FactorOut(Shown):
    """A second factor."""

    id: str
    kind: FactorKind
    name: str
    created: datetime
    used: datetime | None


class FactorsOut(Shown):
    """All that somebody has to prove themselves with beside the password."""

    items: list[FactorOut]
    recovery_codes_left: int

    @classmethod
    def of(cls, has: Factors) -> Self:
        items = [
            FactorOut(id=one.id, kind=one.kind, name=one.name, created=one.created, used=one.used)
            for one in has.factors
        ]
        return cls(items=items, recovery_codes_left=has.recovery_codes_left)


class SignInOut(Shown):
    """An identity elsewhere that opens somebody's account. `name` is what they are called there, and proves nothing."""

    id: str
    issuer: str
    subject: str
    name: str
    created: datetime
    used: datetime | None

    @classmethod
    def of(cls, linked: Linked) -> Self:
        return cls(
            id=linked.id,
            issuer=linked.issuer,
            subject=linked.subject,
            name=linked.name,
            created=linked.created,
            used=linked.used,
        )


class SignIns(Shown):
    """All identities elsewhere that open somebody's account."""

    items: list[SignInOut]


class SessionOut(Shown):
    """A browser in which somebody proved who they are."""

    id: str
    stage: Stage
    created: datetime
    seen: datetime
    expires: datetime
    source: str
    agent: str

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(
            id=session.id,
            stage=session.stage,
            created=session.created,
            seen=session.seen,
            expires=session.expires,
            source=session.source,
            agent=session.agent,
        )


class Sessions(Shown):
    """Sessions, the latest seen first."""

    items: list[SessionOut]


class Ended(Shown):
    """How many sessions were ended."""

    ended: int


class TokenOut(Shown):
    """A key for programs; what it begins with is all that is known of it. `tenants` null: all of its person's."""

    id: str
    name: str
    begins: str
    rights: list[Right]
    tenants: list[str] | None
    created: datetime
    expires: datetime
    used: datetime | None

    @classmethod
    def of(cls, token: Token) -> Self:
        return cls(
            id=token.id,
            name=token.name,
            begins=token.begins,
            rights=sorted(token.rights),
            tenants=None if token.scope.tenants is None else sorted(token.scope.tenants),
            created=token.created,
            expires=token.expires,
            used=token.used,
        )


class Tokens(Shown):
    """All tokens of somebody."""

    items: list[TokenOut]


class TokenGiven(Shown):
    """A token that was made, and the key itself: shown this once."""

    token: TokenOut
    secret: str
