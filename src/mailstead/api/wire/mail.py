"""Domains, mailboxes, aliases and lists on the wire."""

from typing import Annotated, Generic, Literal, Self, TypeVar

from fastapi import Response
from pydantic import Field

from mailstead.access.mailboxes import Given
from mailstead.ground.values import Value
from mailstead.security.model import Secret
from mailstead.tenants.model import Alias, Mailbox, MailDomain, MailList

from .orders import OrderOut, accepted
from .own_mailbox import ForwardingWire, VacationWire
from .parts import Address, Changes, Domain, Shown, Truth, Whole

Dmarc = Literal["none", "quarantine", "reject"]
MtaSts = Literal["none", "testing", "enforce"]
Posting = Literal["anyone", "members"]
PersonName = Annotated[str, Field(max_length=200, examples=["Anna Berg"])]
Quota = Annotated[Whole, Field(ge=1, le=16 * 1024 * 1024, description="Most that it may hold, in MiB.")]
Password = Annotated[str, Field(min_length=1, max_length=1024, json_schema_extra={"writeOnly": True})]
Addresses = Annotated[list[Address], Field(max_length=1000)]
T = TypeVar("T")


class DomainNew(Value):
    """A mail domain to be served."""

    name: Domain
    catch_all: Address | None = None
    dmarc: Dmarc = "reject"
    mta_sts: MtaSts = "enforce"

    def wanted(self) -> MailDomain:
        return MailDomain.parse(self.model_dump())


class DomainChange(Changes):
    """Policies of a domain; a catch-all of null takes it away."""

    catch_all: Address | None = Field(default_factory=lambda: None)
    dmarc: Dmarc = Field(default_factory=lambda: "reject")
    mta_sts: MtaSts = Field(default_factory=lambda: "enforce")

    def wanted(self) -> dict[str, str]:
        """Return the policies that were sent, as `access` takes them."""
        return {name: getattr(self, name) or "" for name in self.model_fields_set}


class DomainOut(Shown):
    """A mail domain and its policies."""

    name: str
    catch_all: str | None
    dmarc: Dmarc
    mta_sts: MtaSts

    @classmethod
    def of(cls, domain: MailDomain) -> Self:
        return cls(name=domain.name, catch_all=domain.catch_all, dmarc=domain.dmarc, mta_sts=domain.mta_sts)


class MailboxWanted(Value):
    """A mailbox."""

    address: Address
    name: PersonName = ""
    quota_mib: Quota = 1024
    enabled: Truth = True
    forwarding: ForwardingWire | None = None
    vacation: VacationWire | None = None

    def wanted(self) -> Mailbox:
        return Mailbox.parse(self.model_dump(include=set(MailboxWanted.model_fields)))


class MailboxNew(MailboxWanted):
    """A mailbox to be added. Without a password, one is made and shown once."""

    password: Password | None = None

    @property
    def secret(self) -> Secret | None:
        return None if self.password is None else Secret.of(self.password)


class MailboxChange(Changes):
    """Fields of a mailbox."""

    name: PersonName = Field(default_factory=str)
    quota_mib: Quota = Field(default_factory=int)
    enabled: Truth = Field(default_factory=bool)


class PasswordNew(Value):
    """A password of 15 letters or more; without one, it is made and shown once."""

    password: Password | None = None

    @property
    def secret(self) -> Secret | None:
        return None if self.password is None else Secret.of(self.password)


class MailboxOut(Shown):
    """A mailbox; its password is kept as a hash, where nobody sees it."""

    address: str
    name: str
    quota_mib: int
    enabled: bool
    forwarding: ForwardingWire | None
    vacation: VacationWire | None

    @classmethod
    def of(cls, box: Mailbox) -> Self:
        return cls(
            address=box.address,
            name=box.name,
            quota_mib=box.quota_mib,
            enabled=box.enabled,
            forwarding=ForwardingWire.of(box.forwarding),
            vacation=VacationWire.of(box.vacation),
        )


class PasswordsGiven(Shown):
    """An order, and the passwords that were made, by address: shown this once."""

    order: OrderOut
    passwords: dict[str, str] = Field(examples=[{"anna@acme.example": "shown this once"}])

    @classmethod
    def of(cls, response: Response, given: Given) -> Self:
        passwords = {address: password.reveal_text() for address, password in given.passwords.items()}
        return cls(order=accepted(response, given.order), passwords=passwords)


class AliasNew(Value):
    """An alias: mail to its address goes to all its targets."""

    address: Address
    targets: Annotated[Addresses, Field(min_length=1)]
    own: Truth = Field(default=False, description="The user of the one target may remove it.")

    def wanted(self) -> Alias:
        return Alias.parse(self.model_dump())


class AliasChange(Changes):
    """Where an alias leads from now on."""

    targets: Annotated[Addresses, Field(min_length=1)]


class AliasOut(Shown):
    """An alias."""

    address: str
    targets: list[str]

    @classmethod
    def of(cls, alias: Alias) -> Self:
        return cls(address=alias.address, targets=list(alias.targets))


class ListNew(Value):
    """A distribution list."""

    address: Address
    members: Addresses = Field(default=[])
    posting: Posting = "members"

    def wanted(self) -> MailList:
        return MailList.parse(self.model_dump())


class ListChange(Changes):
    """Members of a list, and who may write to it."""

    members: Addresses = Field(default_factory=list)
    posting: Posting = Field(default_factory=lambda: "members")


class ListOut(Shown):
    """A distribution list."""

    address: str
    members: list[str]
    posting: Posting

    @classmethod
    def of(cls, entry: MailList) -> Self:
        return cls(address=entry.address, members=list(entry.members), posting=entry.posting)


class Page(Shown, Generic[T]):
    """A page in the order of addresses."""

    items: list[T]
    next: str | None = Field(description="What to send as `after` for the next page; null: this was the last.")
