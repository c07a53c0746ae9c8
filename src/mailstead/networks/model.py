"""Segments and the numbers they are made of, as frozen values.

NoRoom
├── VlansExhausted      every VLAN of the range is in use
└── AddressesExhausted  an address pool has no free subnet or address; `field` names the pool
Refused
└── NotPrepared         the host has no switch of ours yet
NotFound
└── PortMissing         the machine's port is not on the switch: it does not run
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network

from mailstead.ground.errors import NoRoom, NotFound, Refused


class VlansExhausted(NoRoom):
    """Every VLAN of the range is in use."""

    code = "vlans-exhausted"


class AddressesExhausted(NoRoom):
    """An address pool has nothing free."""

    code = "addresses-exhausted"


class NotPrepared(Refused):
    """The host's switch and tables are not there yet."""

    code = "not-prepared"


class PortMissing(NotFound):
    """The machine's port is not on the switch, or the segment is unknown."""

    code = "port-missing"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What one tenant holds of the platform's pools; no two tenants share any of it."""

    vlan: int
    ipv4: IPv4Network
    ipv6: IPv6Network
    public_ipv4: IPv4Address
    public_ipv6: IPv6Address


@dataclass(frozen=True, slots=True)
class Allow:
    """TCP ports that may be reached from outside the segment; no sources means: from everywhere."""

    service: str
    ports: tuple[int, ...]
    sources: tuple[IPv4Network | IPv6Network, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A tenant's network on one host.

    `ipv4` and `ipv6` are the machine's own addresses with the prefix of its subnet; `public_ipv4` (goes into
    A) is translated to `ipv4`; `public_ipv6` (goes into AAAA) lies on the machine itself as a /128 beside
    `ipv6`. `bandwidth_mbit` is the most that the machine may send, in Mbit/s; 0: no limit. `flaws` is empty in what is
    wanted; in what was found it says what deviates on the host.
    """

    tenant: str
    vlan: int
    mac: str
    ipv4: IPv4Interface
    ipv6: IPv6Interface
    public_ipv4: IPv4Address
    public_ipv6: IPv6Address
    rules: tuple[Allow, ...]
    bandwidth_mbit: int = 0
    flaws: tuple[str, ...] = ()

    @property
    def port(self) -> str:
        """Name of the tap device that the hypervisor makes for the machine."""
        return f"ms-t{self.vlan}"

    @property
    def gateway_port(self) -> str:
        return f"ms-g{self.vlan}"

    @property
    def gateway_ipv4(self) -> IPv4Interface:
        return IPv4Interface((self.ipv4.network[1], self.ipv4.network.prefixlen))

    @property
    def gateway_ipv6(self) -> IPv6Interface:
        return IPv6Interface((self.ipv6.network[1], self.ipv6.network.prefixlen))


@dataclass(frozen=True, slots=True)
class HostNetwork:
    """What a host's switch has beside segments: the resolver's addresses, the public pools, the way out.

    Without `uplink` nothing leaves the host. `flaws` as in Segment.
    """

    resolver_ipv4: IPv4Address
    resolver_ipv6: IPv6Address
    public_ipv4: IPv4Network
    public_ipv6: IPv6Network
    uplink: str | None = None
    flaws: tuple[str, ...] = ()
