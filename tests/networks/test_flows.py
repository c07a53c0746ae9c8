"""OpenFlow rules: what is written is what `ovs-ofctl` says back."""

from mailstead.networks.drivers.openvswitch.flows import (
    Flow,
    base_flows,
    gateway_flows,
    link_local,
    machine_flows,
    parse,
    written,
)

from .world import segment

ACME = segment("acme", 1)

# ovs-ofctl 3.1.0 -O OpenFlow14 --names --no-stats dump-flows; the last line is of a port that went away
DUMP = """
 cookie=0x65, priority=100,in_port="ms-g101" actions=NORMAL
 cookie=0x65, priority=200,icmp6,in_port="ms-t101",vlan_tci=0x0000/0x1fff,dl_src=02:6d:0a:40:01:02,\
ipv6_src=fd64:6d73:0:1::2,icmp_type=136,nd_target=fd64:6d73:0:1::2,nd_tll=02:6d:0a:40:01:02 actions=resubmit(,1)
 cookie=0x65, priority=100,arp,in_port="ms-t101",vlan_tci=0x0000/0x1fff,dl_src=02:6d:0a:40:01:02,\
arp_spa=10.64.1.2,arp_sha=02:6d:0a:40:01:02 actions=resubmit(,1)
 cookie=0x6d73, table=1, priority=100,udp6,tp_src=547 actions=drop
 cookie=0x6d73, priority=0 actions=drop
 in_port=7 actions=drop
"""


def test_what_the_switch_lists_is_what_was_written() -> None:
    found = parse(DUMP)
    ours = gateway_flows(ACME) | machine_flows(ACME) | base_flows()
    assert len(found) == 6
    assert found - ours == {Flow(0, 0, 32768, frozenset({"in_port=7"}), "drop")}


def test_a_flow_knows_its_port() -> None:
    assert {flow.port for flow in machine_flows(ACME)} == {"ms-t101"}
    assert {flow.port for flow in base_flows()} == {""}


def test_a_bundle_deletes_before_it_adds() -> None:
    lines = written({101}, gateway_flows(ACME)).splitlines()
    assert lines[0] == "delete cookie=0x65/-1"
    assert lines[1] == "add cookie=0x65,table=0,priority=100,in_port=ms-g101,actions=NORMAL"


def test_a_machine_may_use_three_ipv6_addresses() -> None:
    sources = {
        part.removeprefix("ipv6_src=")
        for flow in machine_flows(ACME)
        for part in flow.match
        if part.startswith("ipv6_src=") and flow.priority == 100
    }
    assert sources == {"fd64:6d73:0:1::2", "2001:db8:6d73::1", str(link_local(ACME.mac))}
