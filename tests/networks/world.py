"""Values and small makers that several tests of this chapter share."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from mailstead.networks.model import Allow, HostNetwork, Numbers, Segment
from mailstead.networks.plan import segment_for
from mailstead.tenants.model import MailDomain, Tenant

BASE = HostNetwork(
    resolver_ipv4=IPv4Address("198.51.100.53"),
    resolver_ipv6=IPv6Address("fd64:6d72::53"),
    public_ipv4=IPv4Network("203.0.113.0/24"),
    public_ipv6=IPv6Network("2001:db8:6d73::/48"),
)


def tenant(name: str, **fields: object) -> Tenant:
    return Tenant.parse({"name": name, "domains": [MailDomain(name=f"{name}.example")], **fields})


def numbers(index: int) -> Numbers:
    """Numbers of the tenant with that index, 1 to 250."""
    return Numbers(
        vlan=100 + index,
        ipv4=IPv4Network(f"10.64.{index}.0/28"),
        ipv6=IPv6Network(f"fd64:6d73:0:{index}::/64"),
        public_ipv4=IPv4Address(f"203.0.113.{index}"),
        public_ipv6=IPv6Address(f"2001:db8:6d73::{index}"),
    )


def segment(name: str, index: int, **fields: object) -> Segment:
    return segment_for(tenant(name, **fields), numbers(index))


def narrowed(segment: Segment, service: str, *sources: str) -> Segment:
    """The same segment with one kind of traffic allowed from *sources* only."""
    networks = tuple(IPv6Network(source) if ":" in source else IPv4Network(source) for source in sources)

    def change(allow: Allow) -> Allow:
        return replace(allow, sources=networks) if allow.service == service else allow

    return replace(segment, rules=tuple(change(allow) for allow in segment.rules))
