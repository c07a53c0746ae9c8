"""Forwarding, vacation replies and a user's own mailbox on the wire."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field

from mailstead.access.own_mailbox import OwnMailbox
from mailstead.ground.values import Value
from mailstead.mailservers.rendering import clients
from mailstead.mailservers.rendering.clients import ClientSettings
from mailstead.security.model import Secret
from mailstead.tenants.self_service import FIRST_DAY, LAST_DAY, TARGETS_MOST, Forwarding, SelfService, Vacation

from .parts import Address, Changes, Shown, Truth, Whole
from .salvage import Guid, Number

Policy = Literal["anywhere", "own-domains", "off"]
Aliases = Annotated[Whole, Field(ge=0, le=100)]
RestoreDays = Annotated[
    Whole, Field(ge=0, le=365, description="How far back users bring deleted mail of their own back; 0: not at all.")
]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY, examples=["2026-07-01"])]
Typed = Annotated[str, Field(min_length=1, max_length=1024, json_schema_extra={"writeOnly": True})]


class ForwardingWire(Value):
    """Where mail is sent on to. With `keep`, it stays in the mailbox, too."""

    targets: list[Address] = Field(min_length=1, max_length=TARGETS_MOST)
    keep: Truth = True

    def wanted(self) -> Forwarding:
        return Forwarding.parse(self.model_dump())

    @classmethod
    def of(cls, has: Forwarding | None) -> Self | None:
        return None if has is None else cls(targets=list(has.targets), keep=has.keep)


class VacationWire(Value):
    """A reply that each sender gets once in seven days, from one day to another of a time zone, both included."""

    subject: str = Field(default="", max_length=150, description="Empty: that of the mail.")
    text: str = Field(min_length=1, max_length=4000)
    begins: Day | None = Field(default=None, description="Null: at once.")
    ends: Day | None = Field(default=None, description="Null: until it is taken back.")
    time_zone: str = Field(default="UTC", max_length=64, examples=["Europe/Berlin"])

    def wanted(self) -> Vacation:
        return Vacation.parse(self.model_dump())

    @classmethod
    def of(cls, has: Vacation | None) -> Self | None:
        return None if has is None else cls(**has.model_dump())


class SelfServiceNew(Value):
    """What mailbox users may do themselves: make so many aliases each, and forward mail there."""

    aliases: Aliases = 0
    forwarding: Policy = "own-domains"
    restore_days: RestoreDays = 0


class SelfServiceOut(Shown):
    """What mailbox users may do themselves: make so many aliases each, and forward mail there."""

    aliases: int
    forwarding: Policy
    restore_days: int

    @classmethod
    def of(cls, has: SelfService) -> Self:
        return cls(aliases=has.aliases, forwarding=has.forwarding, restore_days=has.restore_days)


class SelfServiceChange(Changes):
    """What mailbox users may do themselves from now on."""

    aliases: Aliases = Field(default_factory=int)
    forwarding: Policy = Field(default_factory=lambda: "off")
    restore_days: RestoreDays = Field(default_factory=int)


class OwnMailboxOut(Shown):
    """A user's own mailbox: what it does, and what they may do. Those of `aliases` in `own` they may remove."""

    address: str
    name: str
    quota_mib: int
    forwarding: ForwardingWire | None
    vacation: VacationWire | None
    aliases: list[str]
    own: list[str]
    may: SelfServiceOut

    @classmethod
    def of(cls, has: OwnMailbox) -> Self:
        return cls(
            address=has.mailbox.address,
            name=has.mailbox.name,
            quota_mib=has.mailbox.quota_mib,
            forwarding=ForwardingWire.of(has.mailbox.forwarding),
            vacation=VacationWire.of(has.mailbox.vacation),
            aliases=[alias.address for alias in has.aliases],
            own=[alias.address for alias in has.own],
            may=SelfServiceOut.of(has.may),
        )


class OwnPassword(Value):
    """The password until now, and the one from now on: 15 letters or more."""

    before: Typed
    after: Typed

    @property
    def secrets(self) -> tuple[Secret, Secret]:
        return Secret.of(self.before), Secret.of(self.after)


class OwnAlias(Value):
    """An alias of one's own."""

    address: Address


class OwnMails(Value):
    """Deleted mails of one's own, by their ids, and the backup that holds them: its `last` in the list."""

    snapshot: Number
    mails: list[Guid] = Field(min_length=1, max_length=200)


class ServerOut(Shown):
    """A server that speaks TLS from the first byte (RFC 8314)."""

    host: str
    port: int


class SettingsOut(Shown):
    """What a mail program must know. The name to sign in is the address."""

    address: str
    imap: ServerOut
    smtp: ServerOut
    sieve: ServerOut = Field(description="STARTTLS.")
    profile_url: str = Field(description="A profile for Apple's devices, without address and password.")

    @classmethod
    def of(cls, has: ClientSettings) -> Self:
        return cls(
            address=has.address,
            imap=ServerOut(host=has.host, port=clients.IMAPS),
            smtp=ServerOut(host=has.host, port=clients.SUBMISSIONS),
            sieve=ServerOut(host=has.host, port=clients.MANAGESIEVE),
            profile_url=has.profile_url,
        )
