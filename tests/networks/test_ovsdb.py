"""What `ovs-vsctl --format=json` prints, as values (RFC 7047, 5.1)."""

from mailstead.networks.drivers.openvswitch.ovsdb import Bridge, Port, parse

# ovs-vsctl 3.1.0: Bridge, Port, Interface
LISTING = (
    '{"data":[["other0",["uuid","p9"],["map",[]]],'
    '["mailstead0",["set",[["uuid","p1"],["uuid","p2"]]],["map",[["mailstead-uplink","eth0"]]]]],'
    '"headings":["name","ports","external_ids"]}\n'
    '{"data":[[["uuid","p1"],"ms-g101",101,["map",[["mailstead-tenant","acme"]]]],'
    '[["uuid","p2"],"trunk",["set",[]],["map",[]]],[["uuid","p9"],"theirs",5,["map",[]]]],'
    '"headings":["_uuid","name","tag","external_ids"]}\n'
    '{"data":[["ms-g101","02:67:0a:40:01:01",32869],["trunk",["set",[]],-1],'
    '["theirs",["set",[]],["set",[]]]],'
    '"headings":["name","mac","ofport"]}'
)


def test_only_ports_of_our_bridge_are_read() -> None:
    notes = {"mailstead-tenant": "acme"}
    assert parse(LISTING, "mailstead0") == Bridge(
        {"mailstead-uplink": "eth0"},
        {
            "ms-g101": Port("ms-g101", 101, "02:67:0a:40:01:01", notes),
            "trunk": Port("trunk", None, "", {}, plugged=False),
        },
    )


def test_a_bridge_with_one_port_is_read_too() -> None:
    found = parse(LISTING, "other0")
    assert found is not None
    assert list(found.ports) == ["theirs"]


def test_a_bridge_that_is_not_there_is_none() -> None:
    assert parse(LISTING, "mailstead1") is None
