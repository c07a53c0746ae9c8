"""What passes a port of a Hyper-V switch, by an evaluator of its own; and what would show if somebody changed it."""

from dataclasses import fields, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.networks.drivers.hyperv.ports import GUARDS, Port, flaws, mac_of, vlan_of
from mailstead.networks.drivers.hyperv.rules import PortRule, rules_for
from mailstead.networks.model import Segment

from .acl import TCP, UDP, Address, Packet, PortAcl, packet
from .hyperv_lab import INNER
from .world import BASE, narrowed, segment

ACME, GLOBEX = segment("acme", 1), segment("globex", 2)
STRANGER4, STRANGER6 = "198.51.100.9", "2001:db8:9::9"
ICMP, ICMPV6 = "1", "58"
TO_PUBLIC: dict[Address, Address] = {each.ipv4.ip: each.public_ipv4 for each in (ACME, GLOBEX)}
TO_INNER: dict[Address, Address] = {public: inner for inner, public in TO_PUBLIC.items()}


LISTS = {each.tenant: rules_for(each, BASE, INNER) for each in (ACME, GLOBEX)}


def port_of(of: Segment = ACME) -> PortAcl:
    return PortAcl(LISTS[of.tenant])


@pytest.mark.parametrize("number", [25, 465, 587, 993, 4190, 443])
@pytest.mark.parametrize(("stranger", "own"), [(STRANGER4, "10.64.1.2"), (STRANGER6, "2001:db8:6d73::1")])
def test_a_stranger_reaches_the_services_and_is_answered(number: int, stranger: str, own: str) -> None:
    port, call = port_of(), packet(stranger, own, to=number)
    assert port.lets_in(call)
    assert port.lets_out(call.answer())


@pytest.mark.parametrize("number", [22, 80, 110, 143, 3389, 5985, 8080])
def test_a_stranger_reaches_nothing_else(number: int) -> None:
    for stranger, own in ((STRANGER4, "10.64.1.2"), (STRANGER6, "2001:db8:6d73::1"), (STRANGER6, "fd64:6d73:0:1::2")):
        for protocol in (TCP, UDP):
            assert not port_of().lets_in(packet(stranger, own, protocol, to=number))


@pytest.mark.parametrize(
    ("target", "protocol", "number"),
    [
        ("198.51.100.53", UDP, 53),
        ("198.51.100.53", TCP, 53),
        (STRANGER4, TCP, 25),
        (STRANGER4, TCP, 80),
        (STRANGER4, TCP, 443),
        ("203.0.113.2", TCP, 25),
        ("10.64.1.1", ICMP, 0),
    ],
)
def test_the_machine_reaches_what_it_needs_by_ipv4(target: str, protocol: str, number: int) -> None:
    port, call = port_of(), packet("10.64.1.2", target, protocol, to=number)
    assert port.lets_out(call)
    assert port.lets_in(call.answer())


@pytest.mark.parametrize(
    ("source", "target", "protocol", "number"),
    [
        ("fd64:6d73:0:1::2", "fd64:6d72::53", UDP, 53),
        ("2001:db8:6d73::1", STRANGER6, TCP, 25),
        ("2001:db8:6d73::1", STRANGER6, TCP, 443),
        ("2001:db8:6d73::1", "2001:db8:6d73::2", TCP, 25),
        ("fd64:6d73:0:1::2", "fd64:6d73:0:1::1", ICMPV6, 0),
        ("fe80::6d:aff:fe40:102", "fe80::1", ICMPV6, 0),
    ],
)
def test_the_machine_reaches_what_it_needs_by_ipv6(source: str, target: str, protocol: str, number: int) -> None:
    port, call = port_of(), packet(source, target, protocol, to=number)
    assert port.lets_out(call)
    assert port.lets_in(call.answer())


def test_neighbours_are_found_and_errors_of_the_way_come_in() -> None:
    assert port_of().lets_out(packet("::", "ff02::1:ff00:2", ICMPV6))
    assert port_of().lets_in(packet("fe80::1", "ff02::1:ff00:2", ICMPV6))
    assert port_of().lets_in(packet("192.0.2.77", "10.64.1.2", ICMP))
    assert port_of().lets_in(packet("2001:db8:77::1", "2001:db8:6d73::1", ICMPV6))


def test_who_asks_for_an_echo_gets_none() -> None:
    for call in (packet(STRANGER4, "10.64.1.2", ICMP), packet(STRANGER6, "2001:db8:6d73::1", ICMPV6)):
        assert not port_of().lets_out(call.answer())


@pytest.mark.parametrize(
    ("target", "number"),
    [(STRANGER4, 22), (STRANGER4, 53), ("203.0.113.2", 443), ("203.0.113.2", 993), ("10.64.1.1", 22)],
)
def test_the_machine_reaches_nothing_else(target: str, number: int) -> None:
    for protocol in (TCP, UDP):
        assert not port_of().lets_out(packet("10.64.1.2", target, protocol, to=number))


def test_a_service_that_was_closed_opens_to_its_sources_only() -> None:
    port = PortAcl(rules_for(narrowed(ACME, "imap", "192.0.2.0/24", "2001:db8:1::/48"), BASE, INNER))
    assert port.lets_in(packet("192.0.2.7", "10.64.1.2", to=993))
    assert port.lets_in(packet("2001:db8:1::7", "2001:db8:6d73::1", to=993))
    assert not port.lets_in(packet(STRANGER4, "10.64.1.2", to=993))
    assert not port.lets_in(packet(STRANGER6, "2001:db8:6d73::1", to=993))
    assert port.lets_in(packet(STRANGER4, "10.64.1.2", to=587))


OWN: list[Address] = [ACME.ipv4.ip, ACME.ipv6.ip, ACME.public_ipv6]
THEIRS: list[Address] = [GLOBEX.ipv4.ip, GLOBEX.ipv6.ip, GLOBEX.public_ipv4, GLOBEX.public_ipv6]
OTHERS: list[Address] = [ip_address(text) for text in (STRANGER4, STRANGER6, "fe80::1", "10.64.1.1")]
addresses = st.one_of(
    st.sampled_from(
        [*OWN, *THEIRS, ACME.public_ipv4, *map(ip_address, (STRANGER4, STRANGER6, "fe80::1", "10.64.1.1"))]
    ),
    st.builds(IPv4Address, st.integers(0, 2**32 - 1)),
    st.builds(IPv6Address, st.integers(0, 2**128 - 1)),
)
numbers = st.one_of(st.sampled_from([0, 22, 25, 53, 80, 443, 465, 587, 993, 4190]), st.integers(0, 65535))
protocols = st.sampled_from([TCP, UDP, ICMP, ICMPV6, "47"])
packets = st.builds(Packet, addresses, addresses, protocols, numbers, numbers)


@given(packets)
def test_between_tenants_passes_mail_to_public_addresses_alone(sent: Packet) -> None:
    """Whatever a machine forges, and though the router forwards everything."""
    out, into = port_of(ACME), port_of(GLOBEX)
    arrived = sent.through(TO_PUBLIC, TO_INNER)
    theirs = arrived.target in {GLOBEX.ipv4.ip, GLOBEX.ipv6.ip, GLOBEX.public_ipv6}
    if theirs and out.lets_out(sent) and into.lets_in(arrived):
        assert (sent.protocol, sent.target_port) == (TCP, 25)
        assert sent.source in {ACME.ipv4.ip, ACME.public_ipv6}
        assert sent.target in {GLOBEX.public_ipv4, GLOBEX.public_ipv6}


def test_each_pair_of_ends_is_tried_between_tenants() -> None:
    """The same, over all the ends that matter, lest chance should miss them."""
    tried = passed = 0
    for source, target in product([*OWN, ACME.public_ipv4, *OTHERS], THEIRS):
        for protocol, number in product((TCP, UDP, ICMP, ICMPV6), (0, 25, 53, 80, 443, 465, 587, 993, 4190)):
            if source.version == target.version:
                sent = Packet(source, target, protocol, 40000, number)
                tried += 1
                if port_of(ACME).lets_out(sent) and port_of(GLOBEX).lets_in(sent.through(TO_PUBLIC, TO_INNER)):
                    passed += 1
                    assert (sent.protocol, sent.target_port) == (TCP, 25), sent
    assert (tried, passed) == (576, 2)


@given(packets)
def test_nothing_is_sent_under_another_address_but_to_the_neighbour(sent: Packet) -> None:
    if port_of().lets_out(sent) and sent.source not in OWN:
        assert sent.protocol == ICMPV6
        assert sent.target.is_link_local or sent.target.is_multicast


@given(packets)
def test_nothing_comes_in_but_services_icmp_and_answers(sent: Packet) -> None:
    if port_of().lets_in(sent):
        service = sent.protocol == TCP and sent.target_port in {25, 465, 587, 993, 4190, 443}
        assert service or sent.protocol in {ICMP, ICMPV6}


@given(packets)
def test_inner_ipv6_addresses_stay_in_the_segment(sent: Packet) -> None:
    inner = replace(sent, source=ACME.ipv6.ip)
    if port_of().lets_out(inner):
        near = {ACME.gateway_ipv6.ip, BASE.resolver_ipv6}
        assert inner.target in near or inner.target.is_link_local or inner.target.is_multicast


def test_every_rule_has_a_weight_of_its_own_in_its_direction() -> None:
    many = narrowed(ACME, "imap", *(f"192.0.{number}.0/24" for number in range(256)))
    rules = rules_for(many, BASE, INNER)
    assert len({(rule.direction, rule.weight) for rule in rules}) == len(rules)
    assert max(rule.weight for rule in rules) < 65536
    bands = [rule for rule in rules if rule.direction == "Inbound" and rule.protocol == TCP]
    assert min(rule.weight for rule in bands) > 2000


def test_what_is_denied_keeps_its_weight_whatever_is_allowed() -> None:
    wide, narrow = rules_for(ACME, BASE, INNER), rules_for(narrowed(ACME, "smtp", "192.0.2.0/24"), BASE, INNER)
    assert {rule for rule in wide ^ narrow if rule.action == "Deny"} == set()


RULES = rules_for(ACME, BASE, INNER)
GOOD = Port("Network Adapter", mac_of(ACME), "Tenants", tuple(GUARDS.items()), vlan_of(ACME), RULES)


def test_a_port_as_it_should_be_has_no_flaw() -> None:
    assert flaws(GOOD, ACME, RULES, "Tenants") == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"switch": ""}, "switch is none, not Tenants"),
        ({"vlan": "Access 102"}, "VLAN is Access 102, not Access 101"),
        ({"vlan": "Trunk"}, "VLAN is Trunk"),
        ({"mac": "00155D000001"}, "MAC is 00155D000001, not 026D0A400102"),
        ({"guards": tuple({**GUARDS, "MacAddressSpoofing": "On"}.items())}, "MacAddressSpoofing is On, not Off"),
        ({"guards": tuple({**GUARDS, "DhcpGuard": "Off"}.items())}, "DhcpGuard is Off, not On"),
        ({"guards": tuple({**GUARDS, "RouterGuard": "Off"}.items())}, "RouterGuard is Off, not On"),
        ({"rules": RULES | {PortRule("Inbound", 60000, "Allow")}}, "unexpected: rule Inbound 60000: Allow ANY"),
    ],
)
def test_each_attribute_that_deviates_is_named(change: dict[str, Any], words: str) -> None:
    (flaw,) = flaws(replace(GOOD, **change), ACME, RULES, "Tenants")
    assert words in flaw


OTHER: dict[str, Any] = {
    "direction": "sideways",
    "weight": 7,
    "protocol": "47",
    "local": "192.0.2.1",
    "remote": "192.0.2.2",
    "local_port": "7",
    "remote_port": "9",
}


@pytest.mark.parametrize("rule", sorted(RULES), ids=str)
def test_each_attribute_of_each_rule_that_deviates_is_named(rule: PortRule) -> None:
    others = {**OTHER, "action": {"Allow": "Deny", "Deny": "Allow"}[rule.action], "stateful": not rule.stateful}
    for field in fields(PortRule):
        changed = replace(rule, **{field.name: others[field.name]})
        told = flaws(replace(GOOD, rules=RULES - {rule} | {changed}), ACME, RULES, "Tenants")
        assert told == (f"missing: {rule}", f"unexpected: {changed}"), field.name
