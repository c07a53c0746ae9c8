"""Reverse zones (RFC 1035 section 3.5, RFC 3596 section 2.5): which there are, and the pointers in them. Pure."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from .model import TTL_S, Record
from .plan import zone_of


def reverse_zones(pools: Iterable[IPv4Network | IPv6Network]) -> tuple[str, ...]:
    """Return the names of the zones that cover *pools*, cut at octets (IPv4) or nibbles (IPv6).

    A pool smaller than /24 lies in the zone of its /24: we do not delegate below that (RFC 2317).

    >>> reverse_zones([IPv4Network("198.51.100.64/26"), IPv6Network("2001:db8:6d70::/44")])
    ('100.51.198.in-addr.arpa', '7.d.6.8.b.d.0.1.0.0.2.ip6.arpa')
    """
    return tuple(sorted({name for pool in pools for name in _names(pool)}))


def _names(pool: IPv4Network | IPv6Network) -> list[str]:
    if isinstance(pool, IPv4Network):
        prefix = min(24, -(-pool.prefixlen // 8) * 8)
        parts = prefix // 8
    else:
        prefix = -(-pool.prefixlen // 4) * 4
        parts = prefix // 4
    # A network's pointer name begins with what lies below the cut; "0/26" style labels are never part of it.
    pieces = pool.subnets(new_prefix=prefix) if pool.prefixlen <= prefix else [pool.supernet(new_prefix=prefix)]
    return [".".join(piece.network_address.reverse_pointer.split(".")[-parts - 2 :]) for piece in pieces]


def pointers(
    hosts: Mapping[IPv4Address | IPv6Address, str], zones: Iterable[str], ttl: int = TTL_S
) -> dict[str, frozenset[Record]]:
    """Return, by reverse zone, the PTR records of *hosts*; addresses outside *zones* are left out."""
    known = tuple(zones)
    found: dict[str, set[Record]] = {zone: set() for zone in known}
    for address, host in hosts.items():
        zone = zone_of(address.reverse_pointer, known)
        if zone is not None:
            found[zone].add(Record(address.reverse_pointer, "PTR", ttl, f"{host}."))
    return {zone: frozenset(records) for zone, records in found.items()}
