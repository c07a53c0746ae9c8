"""What an operator wants of a tenant's Windows machine: the table [windows] of a tenant's file.

Features and services are those that the guest's role shows (jea/MailsteadGuest.psrc): one that it would refuse is
refused here already.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from mailstead.ground.errors import InvalidInput
from mailstead.ground.values import Value

FeatureName = Literal["AD-Domain-Services", "DNS", "GPMC", "RSAT-AD-PowerShell", "RSAT-DNS-Server", "Web-Server"]
Removable = Literal["DNS", "RSAT-DNS-Server", "Web-Server"]
ServiceName = Literal["DNS", "RemoteRegistry", "Spooler", "W32Time", "W3SVC", "wuauserv"]
ProfileName = Literal["domain", "private", "public"]
AnyAddress: TypeAlias = IPv4Address | IPv6Address

_PORTS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_COMPUTER = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,13}[A-Z0-9])?", re.IGNORECASE)


def parse_ports(text: str) -> str:
    """Return one port or a range of them, such as 25 or 49152-65535; raise InvalidInput.

    >>> parse_ports("080-0443")
    '80-443'
    """
    match = _PORTS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last <= 65535:
        remedy = "give a port from 1 to 65535, or a range such as 49152-65535"
        raise InvalidInput(f"{text!r} names no ports", field="ports", value=text, remedy=remedy)
    return str(first) if first == last else f"{first}-{last}"


def parse_computer_name(text: str) -> str:
    """Return the name of a Windows computer in capitals: a NetBIOS name that DNS takes, too. Raises InvalidInput.

    At most 15 letters, digits and hyphens, no hyphen at an end, not digits alone (Microsoft, "Naming conventions in
    Active Directory for computers, domains, sites, and OUs").

    >>> parse_computer_name("acme-mail1")
    'ACME-MAIL1'
    """
    if _COMPUTER.fullmatch(text) and not text.isdigit():
        return text.upper()
    raise InvalidInput(
        f"{text!r} cannot name a Windows computer",
        field="computer_name",
        value=text,
        remedy="use 1 to 15 letters, digits and hyphens, not digits alone, no hyphen at an end",
    )


class ServiceWish(Value):
    """How a service starts, and whether it runs now."""

    name: ServiceName
    start: Literal["automatic", "manual", "disabled"] = "automatic"
    running: bool = True

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        if self.start == "disabled" and self.running:
            remedy = "say running = false, or let it start by itself"
            raise InvalidInput(f"{self.name} is disabled and cannot run", field="running", remedy=remedy)
        return self


class ProfileWish(Value):
    """What the Windows firewall does in one kind of network with what no rule is for."""

    name: ProfileName
    enabled: bool = True
    inbound: Literal["allow", "block"] = "block"
    outbound: Literal["allow", "block"] = "allow"
    log_blocked: bool = False


class RuleWish(Value):
    """A rule of the Windows firewall; it is named mailstead-NAME there. Without sources it is for everyone."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$")
    direction: Literal["inbound", "outbound"] = "inbound"
    action: Literal["allow", "block"] = "allow"
    protocol: Literal["tcp", "udp"] = "tcp"
    ports: tuple[Annotated[str, AfterValidator(parse_ports)], ...] = Field(min_length=1)
    sources: tuple[IPv4Network | IPv6Network, ...] = ()


class Windows(Value):
    """A tenant's Windows machine. `image` is a file beside the host's images: a generalised (sysprep) VHDX.

    A feature in neither list is left as it is, a service that is not named too. Our firewall rules are ours: one that
    is not in `rules` any more goes.
    """

    image: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}\.vhdx$")
    system_gib: int = Field(default=64, ge=32, le=64 * 1024)
    computer_name: Annotated[str, AfterValidator(parse_computer_name)] | None = None  # None: from the tenant's name
    time_zone: str = Field(default="UTC", pattern=r"^[A-Za-z0-9][A-Za-z0-9 .()+-]{0,62}$")  # as tzutil /l lists them
    locale: str = Field(default="en-US", pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}$")
    restart: Literal["never", "when-needed"] = "never"
    features: tuple[FeatureName, ...] = ()
    without: tuple[Removable, ...] = ()
    services: tuple[ServiceWish, ...] = ()
    adapter: str = Field(default="Ethernet", pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._()-]{0,60}$")
    name_servers: tuple[AnyAddress, ...] = ()  # of the adapter; none: they are left as they are
    profiles: tuple[ProfileWish, ...] = ()
    rules: tuple[RuleWish, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        named = {
            "features": (*self.features, *self.without),
            "services": tuple(service.name for service in self.services),
            "profiles": tuple(profile.name for profile in self.profiles),
            "rules": tuple(rule.name for rule in self.rules),
        }
        for field, names in named.items():
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice:
                message = f"{field}: {twice} is there twice"
                raise InvalidInput(message, field=field, value=twice, remedy="keep one of them")
        return self
