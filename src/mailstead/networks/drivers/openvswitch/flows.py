"""OpenFlow rules of the bridge: who may send what. Pure: values to text and back.

Table 0 asks who sends: a machine only with its own MAC, IPv4 and IPv6 addresses, also inside ARP (RFC 826)
and neighbour discovery (RFC 4861), and without a VLAN tag of its own. Ports it does not know send nothing.
What a limited machine sends goes through its meter (meters.py).
Table 1 asks what is sent: no machine may play router or DHCP server (RFC 6105, RFC 7610).
"""

import re
from collections.abc import Iterable
from ipaddress import IPv6Address
from typing import NamedTuple

from mailstead.networks.model import Segment

BASE_COOKIE = 0x6D73  # above every VLAN number, which are the cookies of segments
_UNTAGGED = "vlan_tci=0x0000/0x1fff"
_CHECKED = "resubmit(,1)"
_STATISTICS = ("duration", "n_packets", "n_bytes", "idle_age", "hard_age")


class Flow(NamedTuple):
    """One OpenFlow rule; the match as a set of `field=value`."""

    cookie: int
    table: int
    priority: int
    match: frozenset[str]
    actions: str

    @property
    def port(self) -> str:
        """Name of the port that the frame must come from, empty for all."""
        return next((part[8:] for part in self.match if part.startswith("in_port=")), "")

    def __str__(self) -> str:
        head = f"table={self.table},priority={self.priority}"
        return f"flow {','.join((head, *sorted(self.match)))} actions={self.actions}"

    def written(self) -> str:
        """Return the rule as `ovs-ofctl` reads it."""
        head = f"cookie={self.cookie:#x},table={self.table},priority={self.priority}"
        return ",".join((head, *sorted(self.match), f"actions={self.actions}"))


def base_flows() -> frozenset[Flow]:
    """Return what holds for all ports."""
    forbidden = (
        ("icmp6", "icmp_type=134"),  # router advertisement
        ("icmp6", "icmp_type=137"),  # redirect
        ("udp", "tp_src=67"),  # DHCP server
        ("udp6", "tp_src=547"),  # DHCPv6 server
    )
    rules = [_base(1, 100, match, "drop") for match in forbidden]
    rules += [_base(1, 10, (kind,), "NORMAL") for kind in ("arp", "ip", "ipv6")]
    return frozenset([*rules, _base(0, 0, (), "drop"), _base(1, 0, (), "drop")])


def gateway_flows(segment: Segment) -> frozenset[Flow]:
    """Return what lets the host's own side of the segment send."""
    match = frozenset((f"in_port={segment.gateway_port}",))
    return frozenset((Flow(segment.vlan, 0, 100, match, "NORMAL"),))


def machine_flows(segment: Segment) -> frozenset[Flow]:
    """Return what binds the machine's port to its addresses."""
    mac, ipv4 = segment.mac, str(segment.ipv4.ip)
    rules = [
        _own(segment, 100, ("arp", f"arp_sha={mac}", f"arp_spa={ipv4}")),
        _own(segment, 100, ("ip", f"nw_src={ipv4}")),
        _from(segment, 150, ("icmp6", "icmp_type=135"), "drop"),
        _from(segment, 150, ("icmp6", "icmp_type=136"), "drop"),
        _from(segment, 1, (), "drop"),  # counts what was refused
    ]
    for address in (segment.ipv6.ip, segment.public_ipv6, link_local(mac)):
        rules += _ipv6(segment, address)
    return frozenset(rules)


def link_local(mac: str) -> IPv6Address:
    """Return the link-local address that belongs to *mac* (RFC 4291, appendix A).

    >>> str(link_local("02:6d:0a:40:00:02"))
    'fe80::6d:aff:fe40:2'
    """
    first, *rest = bytes.fromhex(mac.replace(":", ""))
    identifier = bytes((first ^ 2, *rest[:2], 0xFF, 0xFE, *rest[2:]))
    return IPv6Address(b"\xfe\x80" + bytes(6) + identifier)


def written(stale: Iterable[int], flows: Iterable[Flow]) -> str:
    """Return one OpenFlow bundle: all flows with a cookie in *stale* go, *flows* come, at once."""
    deletes = [f"delete cookie={cookie:#x}/-1" for cookie in sorted(stale)]
    return "\n".join((*deletes, *sorted(f"add {flow.written()}" for flow in flows), ""))


def parse(dump: str) -> frozenset[Flow]:
    """Read the output of `ovs-ofctl --names --no-stats dump-flows`."""
    return frozenset(_flow(line) for line in dump.splitlines() if "actions=" in line)


def _ipv6(segment: Segment, address: IPv6Address) -> list[Flow]:
    source = f"ipv6_src={address}"
    solicits, advertises, target = "icmp_type=135", "icmp_type=136", f"nd_target={address}"
    return [
        _own(segment, 100, ("ipv6", source)),
        _own(segment, 200, ("icmp6", source, solicits, f"nd_sll={segment.mac}")),
        # Duplicate address detection asks without a source (RFC 4862, 5.4.2).
        _own(segment, 200, ("icmp6", "ipv6_src=::", solicits, target)),
        _own(segment, 200, ("icmp6", source, advertises, target, f"nd_tll={segment.mac}")),
    ]


def _own(segment: Segment, priority: int, match: tuple[str, ...]) -> Flow:
    metered = f"meter:{segment.vlan}," if segment.bandwidth_mbit else ""
    return _from(segment, priority, (*match, _UNTAGGED, f"dl_src={segment.mac}"), f"{metered}{_CHECKED}")


def _from(segment: Segment, priority: int, match: tuple[str, ...], actions: str) -> Flow:
    return Flow(segment.vlan, 0, priority, frozenset((*match, f"in_port={segment.port}")), actions)


def _base(table: int, priority: int, match: tuple[str, ...], actions: str) -> Flow:
    return Flow(BASE_COOKIE, table, priority, frozenset(match), actions)


def _flow(line: str) -> Flow:
    head, _, actions = line.strip().partition(" actions=")
    parts = [part for part in re.split(r",\s*|\s+", head.replace('"', "")) if part]
    known = {name: value for name, _, value in (part.partition("=") for part in parts)}
    ours = {"cookie", "table", "priority", *_STATISTICS}
    match = frozenset(part for part in parts if part.partition("=")[0] not in ours)
    return Flow(
        cookie=int(known.get("cookie", "0"), 0),
        table=int(known.get("table", "0")),
        priority=int(known.get("priority", "32768")),
        match=match,
        actions=actions,
    )
