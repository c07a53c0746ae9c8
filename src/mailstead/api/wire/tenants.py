"""Tenants and their networks on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from mailstead.access.segments import SegmentView
from mailstead.ground.values import Value
from mailstead.tenants.model import AccessRule, Allowance, Tenant
from mailstead.tenants.store import Entry, Summary

from .mail import AliasNew, DomainNew, DomainOut, ListNew, MailboxWanted
from .own_mailbox import SelfServiceNew, SelfServiceOut
from .parts import Changes, Name, Shown, Truth, Whole, behind
from .protection import BackupWire
from .windows import WindowsWire

TenantStatus = Literal["active", "suspended", "removed"]
Vcpus = Annotated[Whole, Field(ge=1, le=64)]
Memory = Annotated[Whole, Field(ge=512, le=1024 * 1024, description="In MiB.")]
Disk = Annotated[Whole, Field(ge=1, le=64 * 1024, description="Of the mail disk, in GiB; it can only grow.")]
Bandwidth = Annotated[Whole, Field(ge=0, le=400_000, description="In each direction; 0: no limit.")]
Operations = Annotated[Whole, Field(ge=0, le=10_000_000, description="Of all disks together, a second; 0: no limit.")]
Nested = Annotated[Truth, Field(description="Whether it may run machines of its own.")]
BLOCK_DEVICE = r"^(/dev/[A-Za-z0-9/_.-]+|\\\\\.\\PHYSICALDRIVE[0-9]{1,4})$"


class AllowanceNew(Value):
    """What the tenant's machine may use."""

    vcpus: Vcpus = 1
    memory_mib: Memory = 768
    disk_gib: Disk = 4
    disk: Literal["dynamic", "fixed"] = "dynamic"
    block_device: str | None = Field(
        default=None, max_length=200, pattern=BLOCK_DEVICE, description="A whole device of the host for the mail disk."
    )
    bandwidth_mbit: Bandwidth = 0
    disk_iops: Operations = 0
    nested: Nested = False


class AllowanceChange(Changes):
    """Sizes of a machine, changed while it runs."""

    vcpus: Vcpus = Field(default_factory=int)
    memory_mib: Memory = Field(default_factory=int)
    disk_gib: Disk = Field(default_factory=int)
    bandwidth_mbit: Bandwidth = Field(default_factory=int)
    disk_iops: Operations = Field(default_factory=int)
    nested: Nested = Field(default_factory=bool)


class AllowanceOut(Shown):
    """What the tenant's machine may use."""

    vcpus: int
    memory_mib: int
    disk_gib: int
    disk: Literal["dynamic", "fixed"]
    block_device: str | None = Field(description="Told to operators alone.")
    bandwidth_mbit: int
    disk_iops: int
    nested: bool

    @classmethod
    def of(cls, has: Allowance) -> Self:
        return cls(**{name: getattr(has, name) for name in cls.model_fields})


class RuleWire(Value):
    """Who may reach one kind of traffic. The first rule for it closes it to everybody else."""

    service: Literal["smtp", "submission", "imap", "sieve", "https"]
    sources: list[Annotated[str, Field(max_length=49, examples=["192.0.2.0/24"])]] = Field(min_length=1, max_length=100)

    def wanted(self) -> AccessRule:
        return AccessRule.parse(self.model_dump())

    @classmethod
    def of(cls, rule: AccessRule) -> Self:
        return cls(service=rule.service.value, sources=[str(source) for source in rule.sources])


class Firewall(Value):
    """All access rules of a tenant."""

    rules: list[RuleWire] = Field(max_length=100)


class TenantNew(Value):
    """A tenant to be brought into service. The first domain names its mail host."""

    name: Name
    domains: list[DomainNew] = Field(min_length=1, max_length=100)
    mailboxes: list[MailboxWanted] = Field(default=[], max_length=1000)
    aliases: list[AliasNew] = Field(default=[], max_length=1000)
    lists: list[ListNew] = Field(default=[], max_length=1000)
    allowance: AllowanceNew = AllowanceNew()
    firewall: list[RuleWire] = Field(default=[], max_length=100)
    self_service: SelfServiceNew = SelfServiceNew()
    backup: BackupWire = BackupWire()
    windows: WindowsWire | None = Field(default=None, description="The machine is a Windows one; null: the appliance.")
    host: Name | None = Field(default=None, description="Place the machine on this host.")

    def wanted(self) -> Tenant:
        return Tenant.parse(self.model_dump())


class Purging(Value):
    """A purge, confirmed."""

    confirm: Name = Field(description="The tenant's name again.")
    early: Truth = Field(default=False, description="Even within the grace time.")


class TenantShort(Shown):
    """A tenant in a list; `mailboxes` is how many it has."""

    name: str
    status: TenantStatus
    domains: list[str]
    mailboxes: int
    vcpus: int
    memory_mib: int
    disk_gib: int
    host: str | None = Field(description="Told to operators alone.")
    revision: int
    removed_at: datetime | None

    @classmethod
    def of(cls, summary: Summary) -> Self:
        return cls(
            name=summary.name,
            status=summary.status.value,
            domains=list(summary.domains),
            mailboxes=summary.mailboxes,
            vcpus=summary.vcpus,
            memory_mib=summary.memory_mib,
            disk_gib=summary.disk_gib,
            host=summary.host,
            revision=summary.revision,
            removed_at=summary.removed_at,
        )


class TenantPage(Shown):
    """Tenants in the order of their names."""

    items: list[TenantShort]
    next: str | None = Field(description="What to send as `after` for the next page; null: this was the last.")

    @classmethod
    def of(cls, found: Sequence[Summary], limit: int) -> Self:
        return cls(items=[TenantShort.of(one) for one in found], next=behind(found, limit, lambda one: one.name))


class TenantOut(Shown):
    """A tenant. What it has of addresses is counted here, and listed under paths of its own."""

    name: str
    status: TenantStatus
    mail_host: str
    domains: list[DomainOut]
    mailboxes: int
    aliases: int
    lists: int
    allowance: AllowanceOut
    firewall: list[RuleWire]
    self_service: SelfServiceOut
    backup: BackupWire
    windows: WindowsWire | None = Field(description="What is wanted inside a Windows machine; null: the appliance.")
    host: str | None = Field(description="Told to operators alone.")
    source: Literal["command", "file"]
    revision: int = Field(description="Also in `ETag`.")
    removed_at: datetime | None

    @classmethod
    def of(cls, entry: Entry) -> Self:
        tenant = entry.tenant
        return cls(
            name=tenant.name,
            status=tenant.status.value,
            mail_host=tenant.mail_host,
            domains=[DomainOut.of(domain) for domain in tenant.domains],
            mailboxes=len(tenant.mailboxes),
            aliases=len(tenant.aliases),
            lists=len(tenant.lists),
            allowance=AllowanceOut.of(tenant.allowance),
            firewall=[RuleWire.of(rule) for rule in tenant.firewall],
            self_service=SelfServiceOut.of(tenant.self_service),
            backup=BackupWire.of(tenant.backup),
            windows=WindowsWire.of(tenant.windows) if tenant.windows else None,
            host=entry.host,
            source=entry.source,
            revision=entry.revision,
            removed_at=entry.removed_at,
        )


class SegmentOut(Shown):
    """A tenant's network: its VLAN, the machine's own addresses with their subnets, and those that the world uses."""

    vlan: int
    ipv4: str = Field(examples=["10.64.0.2/28"])
    ipv6: str
    gateway_ipv4: str
    gateway_ipv6: str
    public_ipv4: str
    public_ipv6: str
    open: list["OpenOut"]

    @classmethod
    def of(cls, view: SegmentView) -> Self:
        segment = view.segment
        return cls(
            vlan=segment.vlan,
            ipv4=str(segment.ipv4),
            ipv6=str(segment.ipv6),
            gateway_ipv4=str(segment.gateway_ipv4.ip),
            gateway_ipv6=str(segment.gateway_ipv6.ip),
            public_ipv4=str(segment.public_ipv4),
            public_ipv6=str(segment.public_ipv6),
            open=[
                OpenOut(service=rule.service, ports=list(rule.ports), sources=[str(source) for source in rule.sources])
                for rule in segment.rules
            ],
        )


class OpenOut(Shown):
    """Ports that may be reached from outside; no sources: from everywhere."""

    service: str
    ports: list[int]
    sources: list[str]
