"""The way out and in, where the platform has one; and what the host was like before."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mailstead.networks.model import Segment

from .lab import HOST, OUTSIDE, UPLINK, OpenVSwitchLab
from .namespaces import listener, reaches
from .world import BASE, narrowed, segment

pytestmark = pytest.mark.host

OPEN = replace(BASE, uplink=UPLINK)
WORLD = ("192.0.2.1", "2001:db8:ffff::1")
ACME = narrowed(segment("acme", 1), "imap", "198.51.100.0/24", "2001:db8:ffff::/64")


@pytest.fixture(scope="module")
def lab(openvswitch: OpenVSwitchLab) -> Iterator[OpenVSwitchLab]:
    openvswitch.clean()
    openvswitch.make_uplink()
    openvswitch.switch.prepare(OPEN)
    openvswitch.switch.ensure(ACME)
    openvswitch.start(ACME)
    openvswitch.switch.attach("acme")
    yield openvswitch
    openvswitch.clean()


def test_the_uplink_is_part_of_what_was_prepared(lab: OpenVSwitchLab) -> None:
    assert lab.switch.prepared() == OPEN
    assert lab.switch.segments() == {"acme": ACME}


@pytest.mark.parametrize(
    ("address", "source"), [("192.0.2.1", "203.0.113.1"), ("2001:db8:ffff::1", "2001:db8:6d73::1")]
)
def test_mail_and_web_leave_with_the_public_address(lab: OpenVSwitchLab, address: str, source: str) -> None:
    for port in (25, 80, 443):
        with listener(OUTSIDE, address, port) as server:
            assert reaches(lab.machine(ACME), address, port, timeout_s=5)
            connection, peer = server.accept()
            connection.close()
        assert peer[0] == source


@pytest.mark.parametrize("address", WORLD)
def test_nothing_else_leaves(lab: OpenVSwitchLab, address: str) -> None:
    assert not [port for port in (22, 53, 587, 3306) if reaches(lab.machine(ACME), address, port)]


def test_the_world_reaches_the_mail_services_only(lab: OpenVSwitchLab) -> None:
    for address in (str(ACME.public_ipv4), str(ACME.public_ipv6)):
        assert reaches(OUTSIDE, address, 25, timeout_s=5)
        assert not [port for port in (22, 143) if reaches(OUTSIDE, address, port)]


def test_a_rule_narrows_one_service_to_its_sources(lab: OpenVSwitchLab) -> None:
    # The rule names the world's IPv6 network, but another IPv4 one.
    assert reaches(OUTSIDE, str(ACME.public_ipv6), 993, timeout_s=5)
    assert not reaches(OUTSIDE, str(ACME.public_ipv4), 993)
    assert not reaches(HOST, str(ACME.public_ipv4), 993)


def test_the_world_cannot_address_inner_networks(lab: OpenVSwitchLab) -> None:
    for address in (ACME.ipv4.ip, ACME.ipv6.ip):
        assert not reaches(OUTSIDE, str(address), 25)


def test_the_host_forwards_for_us_alone_and_as_before_when_we_are_gone(ovs_lab: OpenVSwitchLab) -> None:
    ovs_lab.make_uplink()
    keys = (
        "net/ipv4/ip_forward",
        "net/ipv6/conf/all/forwarding",
        f"net/ipv4/conf/{UPLINK}/forwarding",
        f"net/ipv6/conf/{UPLINK}/forwarding",
    )
    before = [ovs_lab.setting(key) for key in keys]
    ovs_lab.switch.prepare(OPEN)
    ovs_lab.switch.prepare(OPEN)
    assert ovs_lab.setting(keys[0]) == "0"
    assert ovs_lab.setting(keys[2]) == "1"
    ovs_lab.switch.withdraw()
    assert [ovs_lab.setting(key) for key in keys] == before


def test_withdrawing_leaves_no_table_bridge_or_device(ovs_lab: OpenVSwitchLab) -> None:
    ovs_lab.switch.prepare(BASE)
    wanted: Segment = segment("acme", 1)
    ovs_lab.switch.ensure(wanted)
    ovs_lab.switch.withdraw()
    assert ovs_lab.nft("list", "tables") == ""
    assert ovs_lab.vsctl("list-br") == ""
    assert "ms-" not in ovs_lab.commands.run(["ip", "link", "show"])
