"""A tenant as its operator wants it: one validated value behind command line, files in git and API."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from mailstead.ground.errors import Conflict, InvalidInput
from mailstead.ground.names import Address, Domain, TenantName, domain_of
from mailstead.ground.rhythms import Hours, Keep, Rhythm
from mailstead.ground.values import Value

from .forwarding import refuse_bad_forwarding
from .self_service import Forwarding, SelfService, Vacation
from .windows import Windows


class DomainTaken(Conflict):
    """The mail domain is served for another tenant already."""

    code = "domain-taken"


class AddressTaken(Conflict, InvalidInput):
    """The mail address is in use within the tenant already."""

    code = "address-taken"


class Status(StrEnum):
    """Where a tenant stands in its life."""

    ACTIVE = "active"
    SUSPENDED = "suspended"  # mail is refused with 4xx, data kept
    REMOVED = "removed"  # nothing runs, disks kept for the grace time


class MailServerKind(StrEnum):
    APPLIANCE = "appliance"


class MailDomain(Value):
    """One mail domain and its policies."""

    name: Domain
    catch_all: Address | None = None
    dmarc: Literal["none", "quarantine", "reject"] = "reject"
    mta_sts: Literal["none", "testing", "enforce"] = "enforce"


class Mailbox(Value):
    """One mailbox. Its password is no part of the wanted state: it lies with the secrets."""

    address: Address
    name: str = Field(default="", max_length=200)
    quota_mib: int = Field(default=1024, ge=1, le=16 * 1024 * 1024)
    enabled: bool = True
    forwarding: Forwarding | None = None
    vacation: Vacation | None = None


class Alias(Value):
    """Mail to `address` goes to all `targets`, here or elsewhere. `own`: the user of its one target made it."""

    address: Address
    targets: tuple[Address, ...] = Field(min_length=1)
    own: bool = False


class MailList(Value):
    """A simple distribution list; `posting` says who may write to it."""

    address: Address
    members: tuple[Address, ...] = ()
    posting: Literal["anyone", "members"] = "members"


class Service(StrEnum):
    """Kinds of traffic that a rule can name."""

    SMTP = "smtp"
    SUBMISSION = "submission"  # 465 and 587
    IMAP = "imap"  # 993
    SIEVE = "sieve"  # 4190
    HTTPS = "https"  # 443


class AccessRule(Value):
    """Who may reach one kind of traffic; a kind without a rule is open to everyone outside.

    The first rule that names a service closes it to all sources but those its rules allow.
    """

    service: Service
    sources: tuple[IPv4Network | IPv6Network, ...] = Field(min_length=1)


IOPS_LEAST = 100  # with fewer a machine does not come up within the time that orders wait for it


class Allowance(Value):
    """What the tenant's machine may use. Sizes in MiB (memory) and GiB (disk); a limit of 0 is none.

    `bandwidth_mbit` limits what the machine sends, in Mbit/s; `disk_iops` limits each of its disks, in operations a
    second, of which a larger one counts as many as it has blocks of 8 KiB. `nested`: it may run machines of its own.
    """

    vcpus: int = Field(default=1, ge=1, le=64)
    memory_mib: int = Field(default=768, ge=512, le=1024 * 1024)
    disk_gib: int = Field(default=4, ge=1, le=64 * 1024)
    disk: Literal["dynamic", "fixed"] = "dynamic"
    block_device: str | None = Field(default=None, pattern=r"^(/dev/[A-Za-z0-9/_.-]+|\\\\\.\\PHYSICALDRIVE[0-9]{1,4})$")
    bandwidth_mbit: int = Field(default=0, ge=0, le=400_000)
    disk_iops: int = Field(default=0, ge=0, le=10_000_000)
    nested: bool = False

    @field_validator("disk_iops")
    @classmethod
    def _comes_up(cls, disk_iops: int) -> int:
        if 0 < disk_iops < IOPS_LEAST:
            remedy = f"give {IOPS_LEAST} or more, or 0 for no limit"
            message = f"a machine does not come up on {disk_iops} operations a second"
            raise InvalidInput(message, field="disk_iops", value=disk_iops, remedy=remedy)
        return disk_iops


class Backup(Value):
    """What of the platform's rules for backups does not hold for this tenant; None: it does."""

    off: bool = False
    target: TenantName | None = None
    hours: Hours | None = None
    rhythm: Rhythm | None = None
    keep: Keep | None = None
    consistent: bool | None = None


DRILL = "mailstead-drill"
OURS = frozenset({"mailstead-check", "mailstead-claim", DRILL})  # of hosting/rehearsal.py, of claims, of drills


class Tenant(Value):
    """A customer as wanted."""

    name: TenantName
    domains: tuple[MailDomain, ...] = Field(min_length=1)
    mailboxes: tuple[Mailbox, ...] = ()
    aliases: tuple[Alias, ...] = ()
    lists: tuple[MailList, ...] = ()
    allowance: Allowance = Allowance()
    firewall: tuple[AccessRule, ...] = ()
    self_service: SelfService = SelfService()
    backup: Backup = Backup()
    server: MailServerKind = MailServerKind.APPLIANCE
    windows: Windows | None = None  # the machine is a Windows one; else it is the appliance
    host: str | None = None  # a pin; without it placement chooses
    status: Status = Status.ACTIVE

    @property
    def primary_domain(self) -> str:
        return self.domains[0].name

    @property
    def mail_host(self) -> str:
        """The name under which the tenant's machine is known to the world."""
        return f"mail.{self.primary_domain}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that is a mailbox, alias or list."""
        entries: tuple[Mailbox | Alias | MailList, ...] = (*self.mailboxes, *self.aliases, *self.lists)
        return tuple(entry.address for entry in entries)

    @field_validator("name")
    @classmethod
    def _not_ours(cls, name: str) -> str:
        if name in OURS:
            remedy = "give the tenant another name"
            raise InvalidInput(
                f"{name} is what mailstead calls a machine of its own", field="tenant", value=name, remedy=remedy
            )
        return name

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        domains = [domain.name for domain in self.domains]
        _refuse_repeated("domains", domains)
        _refuse_repeated("addresses", list(self.addresses))
        catch_alls = [domain.catch_all for domain in self.domains if domain.catch_all]
        for address in (*self.addresses, *catch_alls):
            if domain_of(address) not in domains:
                raise InvalidInput(
                    f"{address} is in none of the tenant's domains",
                    field="address",
                    value=address,
                    remedy=f"use one of {', '.join(domains)}, or add the domain first",
                )
        ways = {alias.address: alias.targets for alias in self.aliases} | {
            group.address: group.members for group in self.lists
        }
        catches = {domain.name: domain.catch_all for domain in self.domains}
        refuse_bad_forwarding(self.mailboxes, ways, catches, self.self_service)
        return self


def _refuse_repeated(field: str, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise AddressTaken(f"{value} is there twice", field=field, value=value, remedy="keep one of them")
        seen.add(value)
