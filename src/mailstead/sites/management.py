"""Where a tenant's machine stands in the management network of a Hyper-V host: counted, never stored."""

from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_interface,
)

from .model import HyperV


@dataclass(frozen=True, slots=True)
class ManagementPlace:
    """The management card of one machine: its MAC address, its address, and whom it may hear.

    Without a gateway the control plane stands in the pool itself, at its first address: no VLAN is numbered 1.
    """

    mac: str
    address: IPv4Interface | IPv6Interface
    gateway: IPv4Address | IPv6Address | None = None

    @property
    def pool(self) -> IPv4Network | IPv6Network:
        return self.address.network

    @property
    def neighbour(self) -> IPv4Address | IPv6Address:
        """The one address of the pool that may open a connection."""
        return self.gateway or self.pool[1]


def management_place(host: HyperV, vlan: int) -> ManagementPlace:
    """Return the place of the machine whose tenant has this VLAN.

    >>> place = management_place(HyperV(address="hv01.example"), 300)
    >>> print(place.address, place.mac)
    10.255.241.44/20 02:6e:0a:ff:f1:2c
    """
    pool = host.management_pool
    address = ip_interface(f"{pool[vlan]}/{pool.prefixlen}")
    mac = bytes.fromhex("026e") + address.ip.packed[-4:]  # locally administered (IEEE 802)
    return ManagementPlace(mac.hex(":"), address, host.management_gateway)
