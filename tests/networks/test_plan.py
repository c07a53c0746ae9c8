"""Numbers are the lowest free ones; segments follow from tenant and numbers."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Interface, IPv6Network, ip_network

import pytest

from mailstead.networks.model import AddressesExhausted, Allow, Numbers, VlansExhausted
from mailstead.networks.plan import compare_segments, host_network_for, next_numbers, segment_for
from mailstead.sites.model import NameServers, Network
from mailstead.tenants.model import Service

from .world import numbers, segment, tenant

POOLS = Network()


def _allocated(count: int, pools: Network = POOLS) -> list[Numbers]:
    taken: list[Numbers] = []
    for _ in range(count):
        taken.append(next_numbers(pools, taken))
    return taken


def test_the_first_tenant_gets_the_lowest_numbers() -> None:
    assert _allocated(1) == [
        Numbers(
            vlan=100,
            ipv4=IPv4Network("10.64.0.0/28"),
            ipv6=IPv6Network("fd64:6d73::/64"),
            public_ipv4=IPv4Address("203.0.113.1"),
            public_ipv6=IPv6Address("2001:db8:6d73::1"),
        )
    ]


def test_no_two_tenants_share_a_number() -> None:
    taken = _allocated(200)
    for field in ("vlan", "ipv4", "ipv6", "public_ipv4", "public_ipv6"):
        assert len({getattr(entry, field) for entry in taken}) == 200
    assert taken[1].ipv4 == IPv4Network("10.64.0.16/28")


def test_a_freed_number_is_the_next_one_given() -> None:
    taken = _allocated(5)
    freed = taken.pop(2)
    assert next_numbers(POOLS, taken) == freed


def test_exhausted_vlans_are_named_with_the_remedy() -> None:
    pools = POOLS.changed(vlan_first=100, vlan_last=101)
    with pytest.raises(VlansExhausted) as caught:
        _allocated(3, pools)
    assert caught.value.code == "vlans-exhausted"
    assert caught.value.field == "network.vlan_last"
    assert "range" in caught.value.remedy


@pytest.mark.parametrize(
    ("field", "pool", "fits"),
    [
        ("ipv4_pool", "10.64.0.0/27", 2),
        ("ipv6_pool", "fd64:6d73::/63", 2),
        ("public_ipv4", "203.0.113.0/30", 2),
        ("public_ipv4", "203.0.113.4/31", 2),
        ("public_ipv6", "2001:db8::/126", 3),
        ("ipv4_pool", "10.64.0.0/29", 0),
    ],
)
def test_an_exhausted_pool_is_named_with_the_remedy(field: str, pool: str, fits: int) -> None:
    pools = POOLS.changed(**{field: ip_network(pool)})
    taken = _allocated(fits, pools)
    with pytest.raises(AddressesExhausted) as caught:
        next_numbers(pools, taken)
    assert caught.value.code == "addresses-exhausted"
    assert (caught.value.field, caught.value.value) == (f"network.{field}", pool)
    assert field in caught.value.remedy


def test_a_segment_is_derived_from_tenant_and_numbers() -> None:
    found = segment("acme", 7)
    assert (found.port, found.gateway_port, found.mac) == ("ms-t107", "ms-g107", "02:6d:0a:40:07:02")
    assert str(found.ipv4) == "10.64.7.2/28"
    assert str(found.gateway_ipv4) == "10.64.7.1/28"
    assert found.ipv6 == IPv6Interface("fd64:6d73:0:7::2/64")
    assert str(found.gateway_ipv6) == "fd64:6d73:0:7::1/64"
    assert found.flaws == ()


def test_the_access_list_holds_what_the_mail_server_needs_and_no_more() -> None:
    found = segment_for(tenant("acme"), numbers(1), (Service.SMTP, Service.SUBMISSION))
    assert found.rules == (Allow("smtp", (25,)), Allow("submission", (465, 587)))


def test_a_rule_closes_its_service_to_other_sources() -> None:
    rules = [
        {"service": "imap", "sources": ["192.0.2.0/24", "2001:db8::/32"]},
        {"service": "imap", "sources": ["192.0.2.128/25", "198.51.100.0/24"]},
    ]
    found = {allow.service: allow for allow in segment("acme", 1, firewall=rules).rules}
    # Overlapping sources are merged: nftables refuses them.
    merged = ("192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32")
    assert found["imap"].sources == tuple(map(ip_network, merged))
    assert found["smtp"].sources == ()


def test_the_host_network_follows_from_the_platform_file() -> None:
    base = host_network_for(POOLS, NameServers())
    assert (base.resolver_ipv4, base.uplink) == (IPv4Address("198.51.100.53"), None)


def test_unchanged_segments_need_nothing() -> None:
    found = {"acme": segment("acme", 1)}
    assert not compare_segments(found, dict(found))
    assert [change.kind.value for change in compare_segments({}, found)] == ["remove"]
