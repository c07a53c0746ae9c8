"""Addresses and routes of the host's own ends of segments: `ip -j` read, `ip -batch` written. Pure."""

from collections.abc import Collection
from typing import NamedTuple

from mailstead.networks.model import HostNetwork, Segment

from .commands import understood
from .ovsdb import SERVICE_PORT

LIST_ADDRESSES = ("ip", "-j", "address", "show")
LIST_ROUTES = (("ip", "-j", "-4", "route", "show"), ("ip", "-j", "-6", "route", "show"))
BATCH = ("ip", "-batch", "-")
_PREFIX = "ms-"


class Link(NamedTuple):
    """Something of a network device: `what` is `up`, `address` or `route`."""

    device: str
    what: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.device} {self.value}".strip()


def gateway_links(segment: Segment) -> frozenset[Link]:
    """Return what the host's end needs; public addresses are routed here, IPv4 only until translated."""
    device = segment.gateway_port
    addresses = (segment.gateway_ipv4, segment.gateway_ipv6)
    routes = (f"{segment.public_ipv4}/32", f"{segment.public_ipv6}/128")
    return frozenset(
        (
            Link(device, "up"),
            *(Link(device, "address", str(address)) for address in addresses),
            *(Link(device, "route", route) for route in routes),
        )
    )


def service_links(base: HostNetwork) -> frozenset[Link]:
    addresses = (f"{base.resolver_ipv4}/32", f"{base.resolver_ipv6}/128")
    return frozenset((Link(SERVICE_PORT, "up"), *(Link(SERVICE_PORT, "address", address) for address in addresses)))


def parse(addresses: str, *routes: str) -> frozenset[Link]:
    """Read the output of LIST_ADDRESSES and LIST_ROUTES; only devices of ours, only what somebody set."""
    found: list[Link] = []
    for device in understood(addresses or "[]", "ip"):
        name = device.get("ifname", "")
        found += [Link(name, "up")] if "UP" in device.get("flags", ()) else []
        found += [
            Link(name, "address", f"{entry['local']}/{entry['prefixlen']}")
            for entry in device.get("addr_info", ())
            if entry.get("scope") == "global"
        ]
    for listing in routes:
        found += [
            Link(route["dev"], "route", _with_prefix(route["dst"]))
            for route in understood(listing or "[]", "ip")
            if route.get("protocol") == "static" and "dev" in route
        ]
    return frozenset(link for link in found if link.device.startswith(_PREFIX))


def written(found: Collection[Link], wanted: Collection[Link]) -> str:
    """Return the batch that leads from *found* to *wanted*; empty where they are the same."""
    gone = [_removal(link) for link in sorted(set(found) - set(wanted)) if link.what != "up"]
    # Sorted by what: addresses before the routes that need them, and the device up in between.
    rank = {"address": 0, "up": 1, "route": 2}
    new = sorted(set(wanted) - set(found), key=lambda link: (rank[link.what], link))
    return "".join(f"{line}\n" for line in (*gone, *map(_addition, new)))


def _removal(link: Link) -> str:
    return f"{link.what} delete {link.value} dev {link.device}{_protocol(link)}"


def _addition(link: Link) -> str:
    if link.what == "up":
        return f"link set dev {link.device} up"
    # Nobody else can hold an address on a segment of ours: usable at once.
    early = " nodad" if link.what == "address" and ":" in link.value else ""
    return f"{link.what} replace {link.value} dev {link.device}{early}{_protocol(link)}"


def _protocol(link: Link) -> str:
    return " proto static" if link.what == "route" else ""


def _with_prefix(target: str) -> str:
    if "/" in target:
        return target
    return f"{target}/{128 if ':' in target else 32}"
