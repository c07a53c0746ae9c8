"""A machine cannot pretend to be anybody else: no forged frame comes out of the switch anywhere."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mailstead.networks.drivers.openvswitch.flows import link_local

from . import frames
from .lab import HOST, OpenVSwitchLab
from .namespaces import caught, send
from .world import BASE, segment

pytestmark = pytest.mark.host

ACME = segment("acme", 1)
GLOBEX = segment("globex", 2)
MAC, IPV4, IPV6, LOCAL = ACME.mac, ACME.ipv4.ip, ACME.ipv6.ip, link_local(ACME.mac)
GATEWAY4, GATEWAY6 = ACME.gateway_ipv4.ip, ACME.gateway_ipv6.ip
HONEST_ARP = frames.arp(MAC, MAC, IPV4, GATEWAY4)
HONEST_UDP = frames.udp4(MAC, IPV4, "10.64.1.15", (1000, 2000))

HONEST = {
    "arp request": HONEST_ARP,
    "ipv4": HONEST_UDP,
    "ipv6, inner address": frames.udp6(MAC, IPV6, "ff02::1", (1000, 2000)),
    "ipv6, public address": frames.udp6(MAC, ACME.public_ipv6, "ff02::1", (1000, 2000)),
    "advertisement of its own address": frames.advertisement(MAC, IPV6, IPV6, MAC),
    "solicitation": frames.solicitation(MAC, LOCAL, GATEWAY6, MAC),
}

FORGED = {
    "mac address": frames.arp("02:00:00:00:00:01", MAC, IPV4, GATEWAY4),
    "mac address inside arp": frames.arp(MAC, GLOBEX.mac, IPV4, GATEWAY4),
    "arp for the gateway": frames.arp(MAC, MAC, GATEWAY4, IPV4, reply=True),
    "arp for a neighbour": frames.arp(MAC, MAC, GLOBEX.ipv4.ip, GLOBEX.gateway_ipv4.ip),
    "ipv4 source in its own subnet": frames.udp4(MAC, "10.64.1.3", "10.64.1.15", (1000, 2000)),
    "ipv4 source of a neighbour": frames.udp4(MAC, GLOBEX.ipv4.ip, "10.64.2.15", (1000, 2000)),
    "ipv4 source of the resolver": frames.udp4(MAC, BASE.resolver_ipv4, IPV4, (53, 2000)),
    "its own public ipv4 source": frames.udp4(MAC, ACME.public_ipv4, "10.64.1.15", (1000, 2000)),
    "ipv6 source": frames.udp6(MAC, "fd64:6d73:0:1::3", "ff02::1", (1000, 2000)),
    "ipv6 source of a neighbour": frames.udp6(MAC, GLOBEX.public_ipv6, "ff02::1", (1000, 2000)),
    "link-local source": frames.udp6(MAC, "fe80::1", "ff02::1", (1000, 2000)),
    "advertisement of the gateway": frames.advertisement(MAC, IPV6, GATEWAY6, MAC),
    "advertisement with another mac": frames.advertisement(MAC, IPV6, IPV6, GLOBEX.mac),
    "solicitation with another mac": frames.solicitation(MAC, IPV6, GATEWAY6, GLOBEX.mac),
    "router advertisement": frames.router_advertisement(MAC, LOCAL),
    "router advertisement behind options": frames.hidden_router_advertisement(MAC, LOCAL),
    "dhcp offer": frames.udp4(MAC, IPV4, "255.255.255.255", (67, 68)),
    "dhcpv6 reply": frames.udp6(MAC, LOCAL, "ff02::1", (547, 546)),
    "frame tagged with its own vlan": frames.tagged(HONEST_UDP, ACME.vlan),
    "frame tagged with a neighbour's vlan": frames.tagged(HONEST_UDP, GLOBEX.vlan),
    "frame tagged twice": frames.tagged(HONEST_UDP, ACME.vlan, GLOBEX.vlan),
    "priority tag": frames.tagged(HONEST_UDP, 0),
    "spanning tree": frames.ethernet(MAC, "01:80:c2:00:00:00", 0x0026, b"\x42\x42\x03" + bytes(35)),
    "lldp": frames.ethernet(MAC, "01:80:c2:00:00:0e", 0x88CC, bytes(40)),
}


@pytest.fixture(scope="module")
def lab(openvswitch: OpenVSwitchLab) -> Iterator[OpenVSwitchLab]:
    openvswitch.clean()
    openvswitch.switch.prepare(BASE)
    for each in (ACME, GLOBEX):
        openvswitch.switch.ensure(each)
        openvswitch.start(each)
        openvswitch.switch.attach(each.tenant)
    yield openvswitch
    openvswitch.clean()


@pytest.fixture(scope="module")
def came_through(lab: OpenVSwitchLab) -> Callable[[dict[str, bytes]], set[str]]:
    """Send frames from acme's machine and say which came out at a gateway or at the neighbour."""

    def tried(some: dict[str, bytes]) -> set[str]:
        with ExitStack() as stack:
            places = [(HOST, ACME.gateway_port), (HOST, GLOBEX.gateway_port), (lab.machine(GLOBEX), "eth0")]
            seen = [stack.enter_context(caught(*place)) for place in places]
            send(lab.machine(ACME), "eth0", list(some.values()))
        # Compared without addresses of the frame itself: a tag may have been taken off on the way.
        bodies = {frame[12:] for frames in seen for frame in frames}
        return {name for name, frame in some.items() if {frame[12:], frame[16:], frame[20:]} & bodies}

    return tried


def test_honest_frames_come_through(came_through: Callable[[dict[str, bytes]], set[str]]) -> None:
    assert came_through(HONEST) == set(HONEST)


def test_no_forged_frame_comes_through(came_through: Callable[[dict[str, bytes]], set[str]]) -> None:
    assert came_through(FORGED) == set()


def test_a_machine_that_is_not_attached_sends_and_hears_nothing(
    lab: OpenVSwitchLab, came_through: Callable[[dict[str, bytes]], set[str]]
) -> None:
    lab.stop(ACME)
    lab.start(ACME)
    assert came_through(HONEST) == set()
    lab.switch.attach("acme")
    assert came_through(HONEST) == set(HONEST)


def test_without_flows_nothing_passes_and_everything_is_a_flaw(
    lab: OpenVSwitchLab, came_through: Callable[[dict[str, bytes]], set[str]]
) -> None:
    """So it is after a crash of the switch daemon."""
    lab.flow("del-flows", "table=0")
    assert came_through(HONEST) == set()
    assert set(lab.switch.segments()) == {"acme", "globex"}
    assert all(found.flaws for found in lab.switch.segments().values())
    lab.switch.prepare(BASE)
    for each in (ACME, GLOBEX):
        lab.switch.ensure(each)
    assert came_through(HONEST) == set(HONEST)
