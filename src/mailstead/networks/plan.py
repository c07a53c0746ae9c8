"""Which numbers a tenant gets, what its segment should look like, and how it differs from what was found."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    collapse_addresses,
)

from mailstead.ground.plans import ChangePlan, compare
from mailstead.sites.model import NameServers, Network
from mailstead.tenants.model import AccessRule, Service, Tenant

from .model import AddressesExhausted, Allow, HostNetwork, Numbers, Segment, VlansExhausted

PORTS: Mapping[Service, tuple[int, ...]] = {
    Service.SMTP: (25,),
    Service.SUBMISSION: (465, 587),  # RFC 8314 implicit TLS; RFC 6409
    Service.IMAP: (993,),
    Service.SIEVE: (4190,),  # RFC 5804
    Service.HTTPS: (443,),
}


def next_numbers(pools: Network, taken: Collection[Numbers]) -> Numbers:
    """Return the lowest free number of each pool.

    Raises VlansExhausted or AddressesExhausted, naming the pool and the remedy.
    """
    return Numbers(
        vlan=_free_vlan(pools, {numbers.vlan for numbers in taken}),
        ipv4=_free_ipv4_subnet(pools, [numbers.ipv4 for numbers in taken]),
        ipv6=_free_ipv6_subnet(pools, [numbers.ipv6 for numbers in taken]),
        public_ipv4=_free_public_ipv4(pools.public_ipv4, [numbers.public_ipv4 for numbers in taken]),
        public_ipv6=_free_public_ipv6(pools.public_ipv6, [numbers.public_ipv6 for numbers in taken]),
    )


def segment_for(tenant: Tenant, numbers: Numbers, services: Iterable[Service] = tuple(Service)) -> Segment:
    """Return the wanted segment; *services* are those that the tenant's mail server offers.

    The gateway has the first address of each subnet, the machine the second.
    """
    address = numbers.ipv4[2]
    return Segment(
        tenant=tenant.name,
        vlan=numbers.vlan,
        mac=_mac(address),
        ipv4=IPv4Interface((address, numbers.ipv4.prefixlen)),
        ipv6=IPv6Interface((numbers.ipv6[2], numbers.ipv6.prefixlen)),
        public_ipv4=numbers.public_ipv4,
        public_ipv6=numbers.public_ipv6,
        rules=tuple(_allow(service, tenant.firewall) for service in services),
        bandwidth_mbit=tenant.allowance.bandwidth_mbit,
    )


def host_network_for(pools: Network, name_servers: NameServers) -> HostNetwork:
    """Return what every host needs beside segments."""
    return HostNetwork(
        name_servers.resolver, name_servers.resolver_ipv6, pools.public_ipv4, pools.public_ipv6, pools.uplink
    )


def compare_segments(wanted: Mapping[str, Segment], found: Mapping[str, Segment]) -> ChangePlan[Segment]:
    """Plan the way from the segments found on a host to those wanted there; nothing of it loses data."""
    return compare(wanted, found, subject="segment {}".format)


def compare_host_network(host: str, wanted: HostNetwork, found: HostNetwork | None) -> ChangePlan[HostNetwork]:
    """Plan the way to what *host* needs beside segments; preparing it anew disturbs no segment."""
    return compare({host: wanted}, {host: found} if found else {}, subject="host network {}".format)


def _allow(service: Service, firewall: Iterable[AccessRule]) -> Allow:
    sources = [source for rule in firewall if rule.service is service for source in rule.sources]
    ipv4 = collapse_addresses(source for source in sources if isinstance(source, IPv4Network))
    ipv6 = collapse_addresses(source for source in sources if isinstance(source, IPv6Network))
    return Allow(service.value, PORTS[service], (*ipv4, *ipv6))


def _mac(address: IPv4Address) -> str:
    """Locally administered (second bit of the first byte) and unique because the address is."""
    return ":".join(f"{byte:02x}" for byte in (0x02, 0x6D, *address.packed))


def _free_vlan(pools: Network, taken: Collection[int]) -> int:
    for vlan in range(pools.vlan_first, pools.vlan_last + 1):
        if vlan not in taken:
            return vlan
    raise VlansExhausted(
        f"all VLANs from {pools.vlan_first} to {pools.vlan_last} are in use",
        field="network.vlan_last",
        value=pools.vlan_last,
        remedy="widen the range in the platform file, or purge removed tenants",
    )


def _free_ipv4_subnet(pools: Network, taken: Sequence[IPv4Network]) -> IPv4Network:
    size = 1 << (32 - pools.ipv4_prefix)
    used = [int(net.network_address) for net in taken]
    start = _free("ipv4_pool", pools.ipv4_pool, used, range(pools.ipv4_pool.num_addresses // size), size)
    return IPv4Network((start, pools.ipv4_prefix))


def _free_ipv6_subnet(pools: Network, taken: Sequence[IPv6Network]) -> IPv6Network:
    size = 1 << (128 - pools.ipv6_prefix)
    used = [int(net.network_address) for net in taken]
    start = _free("ipv6_pool", pools.ipv6_pool, used, range(pools.ipv6_pool.num_addresses // size), size)
    return IPv6Network((start, pools.ipv6_prefix))


def _free_public_ipv4(pool: IPv4Network, taken: Sequence[IPv4Address]) -> IPv4Address:
    # Network and broadcast address stay free, except where there are none (RFC 3021).
    edge = 1 if pool.prefixlen < 31 else 0
    places = range(edge, pool.num_addresses - edge)
    return IPv4Address(_free("public_ipv4", pool, [int(address) for address in taken], places))


def _free_public_ipv6(pool: IPv6Network, taken: Sequence[IPv6Address]) -> IPv6Address:
    # Address 0 is the subnet-router anycast address (RFC 4291, 2.6.1).
    first = 1 if pool.prefixlen < 127 else 0
    used = [int(address) for address in taken]
    return IPv6Address(_free("public_ipv6", pool, used, range(first, pool.num_addresses)))


def _free(field: str, pool: IPv4Network | IPv6Network, used: Iterable[int], places: range, size: int = 1) -> int:
    """Return the first free address of the pool; *places* count in steps of *size* from its start."""
    base = int(pool.network_address)
    indexes = {(number - base) // size for number in used}
    for index in places:
        if index not in indexes:
            return base + index * size
    raise AddressesExhausted(
        f"{pool} has nothing free",
        field=f"network.{field}",
        value=pool,
        remedy=f"give a larger {field} in the platform file, or purge removed tenants",
    )
