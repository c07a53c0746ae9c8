"""A segment as extended access-list entries of its port. Pure.

Of the entries of one direction that fit a packet, the one with the greatest weight counts; one that is stateful lets
answers through as well. Where none fits, a port passes everything: so the last of each direction denies. Entries see
IP only; ARP stays in the VLAN, in which there is nobody but the machine and its router. Source: Microsoft's reference
of Add-VMNetworkAdapterExtendedAcl.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network

from mailstead.networks.model import Allow, HostNetwork, Segment
from mailstead.remoting.cmdlets.hyperv import AclAction, AclDirection

ANY = "ANY"
TCP, UDP, ICMP, ICMPV6 = "TCP", "UDP", "1", "58"  # protocol numbers of IANA where there is no name
LINK_LOCAL, LINK_MULTICAST = "fe80::/10", "ff02::/16"
# Weights: the first of each band, greatest counts. What is denied keeps its weight whatever is allowed below it.
LINK, RESOLVER, INNER, MAIL, PUBLIC, WEB, SERVICES, ERRORS, LAST = 9000, 8500, 8000, 7000, 6000, 5000, 4000, 2000, 1

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, order=True)
class PortRule:
    """One entry; addresses are texts without a prefix where they are single, ANY where all fit."""

    direction: AclDirection
    weight: int
    action: AclAction
    protocol: str = ANY
    local: str = ANY
    remote: str = ANY
    local_port: str = ANY
    remote_port: str = ANY
    stateful: bool = False

    def __str__(self) -> str:
        ends = f"{self.local} port {self.local_port} with {self.remote} port {self.remote_port}"
        state = " stateful" if self.stateful else ""
        return f"rule {self.direction} {self.weight}: {self.action} {self.protocol} {ends}{state}"


def rules_for(segment: Segment, base: HostNetwork, inner: Iterable[Network] = ()) -> frozenset[PortRule]:
    """Return what the segment's port lets through.

    *inner* are the pools of all tenants' inner addresses: nothing goes from one to another, whatever the router does.
    """
    pools = [_text(pool) for pool in inner]
    public = [_text(base.public_ipv4), _text(base.public_ipv6)]
    return frozenset([*_arriving(segment, pools), *_leaving(segment, base, pools, public)])


def _leaving(segment: Segment, base: HostNetwork, pools: list[str], public: list[str]) -> Iterator[PortRule]:
    allow = PortRule("Outbound", LINK, "Allow")
    deny = replace(allow, action="Deny")
    own = (str(segment.ipv4.ip), str(segment.public_ipv6))
    to_router = [
        replace(allow, protocol=ICMP, local=own[0], remote=str(segment.gateway_ipv4.ip)),
        replace(allow, protocol=ICMPV6, local=str(segment.ipv6.ip), remote=str(segment.gateway_ipv6.ip)),
        replace(allow, protocol=ICMPV6, remote=LINK_LOCAL),
        replace(allow, protocol=ICMPV6, remote=LINK_MULTICAST),
    ]
    resolvers = ((own[0], base.resolver_ipv4), (str(segment.ipv6.ip), base.resolver_ipv6))
    names = [
        replace(allow, protocol=layer, local=local, remote=str(at), remote_port="53", stateful=True)
        for local, at in resolvers
        for layer in (UDP, TCP)
    ]
    yield from _band(LINK, to_router)
    yield from _band(RESOLVER, names)
    yield from _band(INNER, [replace(deny, remote=pool) for pool in pools])
    yield from _band(MAIL, _opening(allow, own, (25,)))
    yield from _band(PUBLIC, [replace(deny, remote=pool) for pool in public])
    yield from _band(WEB, _opening(allow, own, (80, 443)))
    yield replace(deny, weight=LAST)


def _arriving(segment: Segment, pools: list[str]) -> Iterator[PortRule]:
    allow = PortRule("Inbound", LINK, "Allow")
    deny = replace(allow, action="Deny")
    ipv4, public_ipv6 = str(segment.ipv4.ip), str(segment.public_ipv6)
    from_router = [
        replace(allow, protocol=ICMP, local=ipv4, remote=str(segment.gateway_ipv4.ip)),
        replace(allow, protocol=ICMPV6, remote=str(segment.gateway_ipv6.ip)),
        replace(allow, protocol=ICMPV6, remote=LINK_LOCAL),
    ]
    # Types of ICMP cannot be told apart: errors of the way come in, and echo requests, which get no answer out.
    errors = [
        replace(allow, protocol=ICMP, local=ipv4),
        replace(allow, protocol=ICMPV6, local=public_ipv6),
    ]
    yield from _band(LINK, from_router)
    yield from _band(INNER, [replace(deny, remote=pool) for pool in pools])
    yield from _band(SERVICES, [each for rule in segment.rules for each in _service(rule, ipv4, public_ipv6)])
    yield from _band(ERRORS, errors)
    yield replace(deny, weight=LAST)


def _service(rule: Allow, ipv4: str, ipv6: str) -> Iterator[PortRule]:
    open_to = rule.sources or (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
    for source in open_to:
        local = ipv4 if source.version == 4 else ipv6
        for port in rule.ports:
            yield PortRule("Inbound", 0, "Allow", TCP, local, _text(source), local_port=str(port), stateful=True)


def _opening(allow: PortRule, own: Iterable[str], ports: Iterable[int]) -> list[PortRule]:
    """Return what lets connections to these ports of the outside out, from each of the own addresses."""
    return [
        replace(allow, protocol=TCP, local=local, remote_port=str(port), stateful=True)
        for local in own
        for port in ports
    ]


def _band(first: int, rules: list[PortRule]) -> list[PortRule]:
    """Give each rule a weight of its own, beginning with the first of the band and going down."""
    return [replace(rule, weight=first - place) for place, rule in enumerate(rules)]


def _text(network: Network) -> str:
    if network.prefixlen == 0:
        return ANY
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if single else str(network)
