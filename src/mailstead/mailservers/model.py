"""One tenant's mail server as wanted: complete, validated, and with its secrets kept out of every repr."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Literal

from mailstead.tenants.model import Alias, MailList, Status, Tenant
from mailstead.tenants.self_service import Forwarding, Vacation

from . import plain


@dataclass(frozen=True, slots=True)
class Link:
    """The machine's place in its segment; `public_ipv6` lies on the machine itself, where there is one."""

    mac: str
    ipv4: IPv4Interface
    ipv4_gateway: IPv4Address
    ipv6: IPv6Interface
    ipv6_gateway: IPv6Address
    resolvers: tuple[IPv4Address | IPv6Address, ...]  # validating ones: DANE rests on their AD bit
    public_ipv6: IPv6Interface | None = None

    def __post_init__(self) -> None:
        plain.mac(self.mac)


@dataclass(frozen=True, slots=True)
class Identity:
    """Certificate chain and key of the machine, PEM; the names are the issuer's business."""

    chain_pem: bytes
    key_pem: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A signing key (RFC 6376, RFC 8463); `private_pem` is PKCS #8."""

    selector: str
    algorithm: Literal["rsa", "ed25519"]
    private_pem: bytes = field(repr=False)

    def __post_init__(self) -> None:
        plain.selector(self.selector)


@dataclass(frozen=True, slots=True)
class HostedDomain:
    """A mail domain; unknown addresses go to `catch_all`, if there is one."""

    name: str
    catch_all: str | None = None
    mta_sts: Literal["none", "testing", "enforce"] = "enforce"
    dkim: tuple[DkimKey, ...] = ()

    def __post_init__(self) -> None:
        plain.domain(self.name)
        if self.catch_all:
            plain.address(self.catch_all)


@dataclass(frozen=True, slots=True)
class HostedMailbox:
    """A mailbox; without a password hash nobody can sign in, disabled it takes no mail either."""

    address: str
    quota_mib: int
    name: str = ""
    enabled: bool = True
    password_hash: str = field(default="", repr=False)
    forwarding: Forwarding | None = None
    vacation: Vacation | None = None

    def __post_init__(self) -> None:
        plain.address(self.address)
        plain.password_hash(self.password_hash)
        if self.forwarding:
            _all_plain(*self.forwarding.targets)


@dataclass(frozen=True, slots=True)
class MailHost:
    """Everything a tenant's mail server needs to know."""

    tenant: str
    name: str
    status: Status
    link: Link
    identity: Identity
    domains: tuple[HostedDomain, ...]
    mailboxes: tuple[HostedMailbox, ...] = ()
    aliases: tuple[Alias, ...] = ()
    lists: tuple[MailList, ...] = ()
    client_networks: tuple[IPv4Network | IPv6Network, ...] = ()  # many people behind one address: uncounted

    def __post_init__(self) -> None:
        plain.domain(self.name)
        for entry in self.aliases:
            _all_plain(entry.address, *entry.targets)
        for group in self.lists:
            _all_plain(group.address, *group.members)


def mail_host(
    tenant: Tenant,
    *,
    link: Link,
    identity: Identity,
    password_hashes: Mapping[str, str],
    dkim: Mapping[str, tuple[DkimKey, ...]],
) -> MailHost:
    """Return what *tenant*'s machine shall serve; hashes are by address, DKIM keys by domain."""
    return MailHost(
        tenant=tenant.name,
        name=tenant.mail_host,
        status=tenant.status,
        link=link,
        identity=identity,
        domains=tuple(
            HostedDomain(domain.name, domain.catch_all, domain.mta_sts, dkim.get(domain.name, ()))
            for domain in tenant.domains
        ),
        mailboxes=tuple(
            HostedMailbox(
                address=box.address,
                quota_mib=box.quota_mib,
                name=box.name,
                enabled=box.enabled,
                password_hash=password_hashes.get(box.address, ""),
                forwarding=box.forwarding,
                vacation=box.vacation,
            )
            for box in tenant.mailboxes
        ),
        aliases=tenant.aliases,
        lists=tenant.lists,
    )


def _all_plain(*addresses: str) -> None:
    for text in addresses:
        plain.address(text)
