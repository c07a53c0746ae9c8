"""nftables rules: read from what nft lists, changed by as little as needed, written down on the port."""

import json
from ipaddress import ip_network

import pytest

from mailstead.networks.drivers.openvswitch import ovsdb
from mailstead.networks.drivers.openvswitch.access import change, part_of, segment_ruleset
from mailstead.networks.drivers.openvswitch.nft import Element, Ruleset, Table, parse, rule, ruleset, written
from mailstead.networks.drivers.openvswitch.ruleset import base_ruleset
from mailstead.networks.model import Allow

from .world import BASE, narrowed, segment

ACME = segment("acme", 1)
TABLE = Table("inet", "mailstead")

# nft 1.0.6 -j list table, shortened
LISTING = """{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
{"table": {"family": "inet", "name": "mailstead", "handle": 1}},
{"set": {"family": "inet", "name": "inside4", "table": "mailstead", "type": ["ifname", "ipv4_addr"], "handle": 6,
 "elem": [{"elem": {"val": {"concat": ["ms-g101", "10.64.1.2"]}, "comment": "acme"}}]}},
{"map": {"family": "inet", "name": "public_to_machine", "table": "mailstead", "type": "ipv4_addr", "handle": 7,
 "map": "ipv4_addr", "elem": [[{"elem": {"val": "203.0.113.1", "comment": "acme"}}, "10.64.1.2"]]}},
{"map": {"family": "inet", "name": "enter", "table": "mailstead", "type": "ifname", "handle": 8, "map": "verdict",
 "elem": [[{"elem": {"val": "ms-g101", "comment": "acme"}}, {"jump": {"target": "enter-101"}}]]}},
{"chain": {"family": "inet", "table": "mailstead", "name": "enter-101", "handle": 1}},
{"rule": {"family": "inet", "table": "mailstead", "chain": "enter-101", "handle": 11,
 "comment": "submission from anywhere", "expr": [{"match":
 {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [587, 465]}}},
 {"accept": null}]}},
{"rule": {"family": "inet", "table": "mailstead", "chain": "enter-101", "handle": 14, "comment": "acme: nothing else",
 "expr": [{"counter": {"packets": 7, "bytes": 420}}, {"drop": null}]}}]}"""


def test_a_listing_reads_as_the_values_it_was_made_of() -> None:
    found, wanted = parse(LISTING), segment_ruleset(ACME)
    assert found.chains == wanted.chains
    assert set(found.rules) < set(wanted.rules)
    assert found.elements < wanted.elements
    assert part_of(found, 101, "acme") == found
    assert part_of(found, 102, "globex") == Ruleset()


def test_nothing_is_sent_where_nothing_differs() -> None:
    assert change(TABLE, segment_ruleset(ACME), segment_ruleset(ACME)) == []


def test_one_changed_rule_leaves_sets_and_maps_alone() -> None:
    wanted = segment_ruleset(narrowed(ACME, "imap", "192.0.2.0/24"))
    commands = change(TABLE, segment_ruleset(ACME), wanted)
    assert {kind for command in commands for value in command.values() for kind in value} == {"chain", "rule"}


def test_a_removed_segment_takes_elements_rules_and_chain_along_in_that_order() -> None:
    commands = change(TABLE, segment_ruleset(ACME), Ruleset())
    verbs = [(verb, kind) for command in commands for verb, value in command.items() for kind in value]
    assert verbs == [("delete", "element")] * 6 + [("flush", "chain"), ("delete", "chain")]


def test_a_removed_verdict_is_written_as_nft_wants_it() -> None:
    element = Element("enter", ("ms-g101",), "jump enter-101", "acme")
    (command,) = json.loads(written([TABLE.element("add", element)]))["nftables"]
    (entry,) = command["add"]["element"]["elem"]
    assert entry == [{"elem": {"val": "ms-g101", "comment": "acme"}}, {"jump": {"target": "enter-101"}}]


def test_everyone_of_one_family_is_no_source_of_the_other() -> None:
    wanted = segment_ruleset(narrowed(ACME, "imap", "0.0.0.0/0"))
    (imap,) = [entry for entry in wanted.rules if entry.comment.startswith("imap")]
    assert '"nfproto"' in imap.body
    assert "prefix" not in imap.body


def test_counters_and_the_order_in_sets_do_not_matter() -> None:
    one = rule("a", "", {"counter": {"packets": 1, "bytes": 2}}, {"x": {"set": [3, 1]}})
    other = rule("a", "", {"counter": None}, {"x": {"set": [1, 3]}})
    assert ruleset(rules=[one]) == ruleset(rules=[other])


def test_without_an_uplink_no_rule_names_a_device_of_the_host() -> None:
    assert "eth0" not in str(base_ruleset(BASE))


@pytest.mark.parametrize(
    "sources", [(), ("192.0.2.0/24",), ("192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32")], ids=len
)
def test_a_segment_reads_back_from_the_notes_on_its_port(sources: tuple[str, ...]) -> None:
    wanted = narrowed(ACME, "imap", *sources)
    assert Allow("imap", (993,), tuple(map(ip_network, sources))) in wanted.rules
    words = ovsdb.make_gateway("mailstead0", wanted)
    notes = dict(_note(word) for word in words if word.startswith("external_ids:"))
    bridge = ovsdb.Bridge({}, {"ms-g101": ovsdb.Port("ms-g101", 101, "", notes)})
    assert bridge.segment("acme") == wanted


def test_notes_that_cannot_be_read_are_no_segment() -> None:
    port = ovsdb.Port("ms-g101", 101, "", {"mailstead-tenant": "acme", "mailstead-ipv4": "?"})
    assert list(ovsdb.Bridge({}, {"ms-g101": port}).segments()) == []


def _note(word: str) -> tuple[str, str]:
    name, _, value = word.removeprefix("external_ids:").partition("=")
    return name, json.loads(value)
