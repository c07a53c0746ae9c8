"""Whatever somebody changes by hand on the host shows, and the same verb as ever heals it."""

from collections.abc import Callable, Iterator

import pytest

from .lab import BRIDGE, HOST, TABLE, OpenVSwitchLab
from .namespaces import batch
from .world import BASE, segment

pytestmark = pytest.mark.host

ACME = segment("acme", 1)
PLACE = ("inet", TABLE)
Change = Callable[[OpenVSwitchLab, str], None]


@pytest.fixture(scope="module")
def lab(openvswitch: OpenVSwitchLab) -> Iterator[OpenVSwitchLab]:
    openvswitch.clean()
    openvswitch.switch.prepare(BASE)
    openvswitch.switch.ensure(ACME)
    openvswitch.switch.ensure(segment("globex", 2))
    openvswitch.start(ACME)
    openvswitch.switch.attach("acme")
    yield openvswitch
    openvswitch.clean()


def by_database(lab: OpenVSwitchLab, words: str) -> None:
    lab.vsctl(*words.split())


def by_flow(lab: OpenVSwitchLab, words: str) -> None:
    verb, flow = words.split(" ", 1)
    lab.flow(verb, flow)


def by_nft(lab: OpenVSwitchLab, words: str) -> None:
    verb, kind, rest = words.split(" ", 2)
    lab.nft(verb, kind, *PLACE, *rest.split())


def by_link(lab: OpenVSwitchLab, words: str) -> None:
    batch(HOST, words)


@pytest.mark.parametrize(
    ("change", "words", "flaw"),
    [
        (by_database, "set port ms-g101 tag=102", "missing: port ms-g101 in VLAN 101"),
        (by_database, "set port ms-t101 tag=102", "unexpected: port ms-t101 in VLAN 102"),
        (by_database, 'set interface ms-g101 mac="02:00:00:00:00:09"', "unexpected: port ms-g101 in VLAN 101"),
        (by_flow, "del-flows in_port=ms-t101,arp", "missing: flow table=0,priority=100,arp"),
        (by_flow, "del-flows in_port=ms-g101", "missing: flow table=0,priority=100,in_port=ms-g101"),
        (by_flow, "add-flow cookie=101,in_port=ms-t101,actions=NORMAL", "unexpected: flow table=0,priority=32768"),
        (by_nft, "flush chain enter-101", "missing: rule enter-101: smtp from anywhere"),
        (by_nft, "insert rule enter-101 accept", "unexpected: rule enter-101"),
        (by_nft, 'delete element inside4 { "ms-g101" . 10.64.1.2 }', "missing: element inside4: ms-g101 10.64.1.2"),
        (by_nft, 'delete element enter { "ms-g101" }', "missing: element enter: ms-g101 → jump enter-101"),
        (by_nft, "delete element public_to_machine { 203.0.113.1 }", "missing: element public_to_machine"),
        (by_nft, 'add element inside4 { "ms-g101" . 10.9.9.9 comment "acme" }', "unexpected: element inside4"),
        (by_link, "address delete 10.64.1.1/28 dev ms-g101", "missing: address ms-g101 10.64.1.1/28"),
        (by_link, "address add 10.99.0.1/24 dev ms-g101", "unexpected: address ms-g101 10.99.0.1/24"),
        (by_link, "route delete 2001:db8:6d73::1/128 dev ms-g101", "missing: route ms-g101 2001:db8:6d73::1/128"),
        (by_link, "link set ms-g101 down", "missing: up ms-g101"),
    ],
)
def test_a_change_to_a_segment_shows_and_heals(lab: OpenVSwitchLab, change: Change, words: str, flaw: str) -> None:
    change(lab, words)
    found = lab.switch.segments()
    assert any(entry.startswith(flaw) for entry in found["acme"].flaws), found["acme"].flaws
    assert found["globex"] == segment("globex", 2)
    lab.switch.ensure(ACME)
    assert lab.switch.segments()["acme"] == ACME


@pytest.mark.parametrize(
    ("change", "words", "flaw"),
    [
        (by_flow, "add-flow priority=999,actions=NORMAL", "unexpected: flow table=0,priority=999"),
        (by_flow, "del-flows table=1,icmp6", "missing: flow table=1,priority=100,icmp6"),
        (by_nft, "insert rule to_host accept", "unexpected: rule to_host"),
        (by_nft, "flush chain across", "missing: rule across: from a machine"),
        (by_nft, "add chain hole", "unexpected: chain hole"),
        (by_nft, 'add element public6 { "ms-g109" . 2001:db8::9 }', "unexpected: element public6"),
        (by_link, "address delete 198.51.100.53/32 dev ms-svc", "missing: address ms-svc 198.51.100.53/32"),
    ],
)
def test_a_change_to_the_host_shows_and_heals(lab: OpenVSwitchLab, change: Change, words: str, flaw: str) -> None:
    change(lab, words)
    found = lab.switch.prepared()
    assert found is not None
    assert any(entry.startswith(flaw) for entry in found.flaws), found.flaws
    lab.switch.prepare(BASE)
    assert lab.switch.prepared() == BASE
    assert lab.switch.segments()["acme"] == ACME


def test_a_gateway_port_taken_away_is_made_again(lab: OpenVSwitchLab) -> None:
    lab.vsctl("del-port", BRIDGE, "ms-g101")
    assert "acme" not in lab.switch.segments()
    lab.switch.ensure(ACME)
    assert lab.switch.segments()["acme"] == ACME


def test_tables_taken_away_are_made_again(lab: OpenVSwitchLab) -> None:
    lab.nft("delete", "table", *PLACE)
    assert lab.switch.segments()["acme"].flaws
    lab.switch.prepare(BASE)
    for name, index in (("acme", 1), ("globex", 2)):
        lab.switch.ensure(segment(name, index))
    assert lab.switch.prepared() == BASE
    assert lab.switch.segments() == {"acme": ACME, "globex": segment("globex", 2)}
