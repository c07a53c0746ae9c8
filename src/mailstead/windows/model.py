"""What a Windows guest is made of, as a person reads it in a plan. Frozen values, equal when nothing differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

StartMode: TypeAlias = Literal["Automatic", "Manual", "Disabled"]
Direction: TypeAlias = Literal["Inbound", "Outbound"]
Action: TypeAlias = Literal["Allow", "Block"]

PREFIX = "mailstead-"  # of our firewall rules; all others are none of our business
ANY = ("Any",)


@dataclass(frozen=True, slots=True)
class Feature:
    """A role, role service or feature (ServerManager), by its name; one that waits for a restart counts as done."""

    name: str
    installed: bool = True


@dataclass(frozen=True, slots=True)
class Service:
    """A Windows service. A delayed start shows as Automatic: Windows PowerShell 5.1 does not tell them apart."""

    name: str
    start: StartMode = "Automatic"
    running: bool = True


@dataclass(frozen=True, slots=True)
class NameServers:
    """The name servers that one adapter asks, IPv4 before IPv6."""

    adapter: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FirewallProfile:
    """What the firewall does in one kind of network: Domain, Private or Public."""

    name: str
    enabled: bool = True
    inbound: Action = "Block"
    outbound: Action = "Allow"
    log_blocked: bool = False


@dataclass(frozen=True, slots=True)
class FirewallRule:
    """A rule of ours; its name has our prefix. Ports are text as Windows has them, addresses networks or Any."""

    name: str
    direction: Direction = "Inbound"
    action: Action = "Allow"
    protocol: str = "TCP"
    ports: tuple[str, ...] = ANY
    addresses: tuple[str, ...] = ANY
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Restart:
    """Whether something that was changed waits for a restart."""

    waits: bool = False


Item: TypeAlias = Feature | Service | NameServers | FirewallProfile | FirewallRule | Restart


@dataclass(frozen=True, slots=True)
class GuestState:
    """A guest, wanted or found, each part by its name.

    Found: what of the parts that were asked for is there, and all rules of ours; `restart` tells whether one of these
    features waits for a restart. Wanted: what is to be; `restart.waits` False.
    """

    features: Mapping[str, Feature] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    name_servers: Mapping[str, NameServers] = field(default_factory=dict)
    profiles: Mapping[str, FirewallProfile] = field(default_factory=dict)
    rules: Mapping[str, FirewallRule] = field(default_factory=dict)
    restart: Restart = Restart()
