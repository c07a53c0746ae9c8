"""The platform file: what it may say, what it is refused for."""

from pathlib import Path

import pytest

from mailstead.ground.errors import InvalidInput, NotFound
from mailstead.sites.files import EXAMPLE, read_platform
from mailstead.sites.model import OverlappingPools, Platform

LEAST = {"sites": [{"name": "home", "hosts": [{"name": "kvm1"}]}]}


def test_the_example_that_init_writes_is_a_platform(tmp_path: Path) -> None:
    (tmp_path / "mailstead.toml").write_text(EXAMPLE)
    platform = read_platform(tmp_path / "mailstead.toml")
    assert [host.name for host in platform.hosts] == ["kvm1"]


def test_hosts_of_all_sites_are_the_platforms_hosts() -> None:
    sites = [{"name": "one", "hosts": [{"name": "a1"}]}, {"name": "two", "hosts": [{"name": "b1"}, {"name": "b2"}]}]
    assert [host.name for host in Platform.parse({"sites": sites}).hosts] == ["a1", "b1", "b2"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"network": {"vlan_last": 4095}}, "network.vlan_last"),
        ({"network": {"ipv4_pool": "10.0.0.1/8"}}, "network.ipv4_pool"),
        ({"network": {"uplink": "a name with spaces"}}, "network.uplink"),
        ({"dns": {"port": 0}}, "dns.port"),
        ({"dns": {"driver": "windows"}}, "dns.driver"),
        ({"certificates": {"issuer": "acme"}}, "certificates"),
        ({"certificates": {"issuer": "acme", "acme_directory": "http://plain"}}, "certificates.acme_directory"),
        ({"grace_days": -1}, "grace_days"),
        ({"colour": "red"}, "colour"),
        ({"sites": []}, "sites"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(more: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Platform.parse({**LEAST, **more}, where="mailstead.toml")
    assert refusal.value.field == field
    assert refusal.value.message.startswith("mailstead.toml: ")
    assert refusal.value.remedy


@pytest.mark.parametrize(
    "network",
    [
        {"ipv4_pool": "203.0.113.0/24"},
        {"ipv4_pool": "10.0.0.0/8", "public_ipv4": "10.1.0.0/16"},
        {"ipv6_pool": "2001:db8::/32"},
    ],
)
def test_pools_that_share_addresses_are_refused(network: dict[str, str]) -> None:
    with pytest.raises(OverlappingPools):
        Platform.parse({**LEAST, "network": network})


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refusal:
        read_platform(tmp_path / "mailstead.toml")
    assert "mailstead init" in refusal.value.remedy
