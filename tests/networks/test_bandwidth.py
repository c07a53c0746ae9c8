"""A limited machine sends no more than it may, and whatever somebody does to its meter shows and heals."""

import socket
import time

import pytest

from mailstead.networks.drivers.openvswitch.meters import Meter, parse
from mailstead.networks.model import Segment

from .lab import BRIDGE, HOST, OpenVSwitchLab
from .namespaces import inside, listener
from .world import BASE, segment

FREE = segment("acme", 1)
LIMITED = segment("acme", 1, allowance={"bandwidth_mbit": 2})
RESOLVER = str(BASE.resolver_ipv4)
FLOOD_S = 1.0

# ovs-ofctl 3.1.0 -O OpenFlow14 dump-meters; the last one is not of a kind that we make
DUMP = """OFPST_METER_CONFIG reply (OF1.4) (xid=0x2):
meter=101 kbps burst bands=
type=drop rate=2000 burst_size=200

meter=7 pktps stats bands=
type=drop rate=5
"""


def test_what_the_switch_lists_is_what_was_written() -> None:
    assert parse(DUMP) == {Meter(101, 2000, 200), Meter(7, 0, 0)}
    assert Meter(101, 2000, 200).written() == "meter=101,kbps,burst,band=type=drop,rate=2000,burst_size=200"


def test_a_switch_without_meters_lists_none() -> None:
    assert parse("OFPST_METER_CONFIG reply (OF1.4) (xid=0x2):\n") == frozenset()


@pytest.fixture
def lab(ovs_lab: OpenVSwitchLab) -> OpenVSwitchLab:
    ovs_lab.switch.prepare(BASE)
    ovs_lab.switch.ensure(LIMITED)
    ovs_lab.start(LIMITED)
    ovs_lab.switch.attach("acme")
    return ovs_lab


@pytest.mark.host
def test_a_machine_sends_as_much_as_it_may_and_no_more_without_a_restart(lab: OpenVSwitchLab) -> None:
    assert 1.0 < _sent_mbit(lab, LIMITED) < 3.0
    lab.switch.ensure(segment("acme", 1, allowance={"bandwidth_mbit": 8}))
    assert 4.0 < _sent_mbit(lab, LIMITED) < 12.0
    lab.switch.ensure(FREE)
    assert lab.switch.segments() == {"acme": FREE}
    assert _sent_mbit(lab, FREE) > 20.0


@pytest.mark.host
@pytest.mark.parametrize(
    ("verb", "meter", "flaw"),
    [
        ("mod-meter", "meter=101,kbps,burst,band=type=drop,rate=9000,burst_size=900", "unexpected: meter 101: 9000"),
        ("mod-meter", "meter=101,pktps,band=type=drop,rate=9", "missing: meter 101: 2000 kbit/s"),
        ("del-meter", "meter=101", "missing: flow table=0,priority=100,arp"),
    ],
    ids=["raised", "other kind", "gone"],
)
def test_a_meter_changed_by_hand_shows_and_heals(lab: OpenVSwitchLab, verb: str, meter: str, flaw: str) -> None:
    assert lab.switch.segments() == {"acme": LIMITED}
    lab.flow(verb, meter)
    flaws = lab.switch.segments()["acme"].flaws
    assert any(entry.startswith(flaw) for entry in flaws), flaws
    lab.switch.ensure(LIMITED)
    assert lab.switch.segments() == {"acme": LIMITED}


@pytest.mark.host
def test_a_meter_of_nobody_is_told_and_taken_away(lab: OpenVSwitchLab) -> None:
    lab.flow("add-meter", "meter=7,kbps,band=type=drop,rate=1000")
    found = lab.switch.prepared()
    assert found is not None
    assert found.flaws == ("unexpected: meter 7: 0 kbit/s, at once 0 kbit",)
    lab.switch.prepare(BASE)
    assert lab.switch.prepared() == BASE
    assert lab.switch.segments() == {"acme": LIMITED}
    lab.switch.remove("acme")
    assert "meter=" not in lab.commands.run(["ovs-ofctl", "-O", "OpenFlow14", "dump-meters", BRIDGE])


def _sent_mbit(lab: OpenVSwitchLab, sender: Segment) -> float:
    """Return what arrives of a flood, in Mbit/s."""
    with listener(HOST, RESOLVER, 53, socket.SOCK_DGRAM) as server:
        with inside(lab.machine(sender)):
            flood = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.settimeout(0)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        arrived, end = 0, time.monotonic() + FLOOD_S
        with flood:
            while time.monotonic() < end:
                flood.sendto(bytes(1400), (RESOLVER, 53))
                arrived += _waiting(server)
    return arrived * 8 / FLOOD_S / 1e6


def _waiting(server: socket.socket) -> int:
    try:
        return len(server.recv(2000))
    except BlockingIOError:
        return 0
