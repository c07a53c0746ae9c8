"""Two platforms and one real Open vSwitch: the second refuses before it writes; what is foreign is never touched."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailstead.networks.drivers.openvswitch import OpenVSwitch
from mailstead.networks.drivers.openvswitch.claim import SwitchClaim
from mailstead.networks.port import Switch
from mailstead.sites.claims import HostClaimed, Superseded
from mailstead.state.database import Database
from mailstead.state.model import Standing
from mailstead.state.store import StandingStore, put
from mailstead.storage.drivers.claim import FolderClaim
from mailstead.wiring.claims import HostClaims, guarded

from .lab import BRIDGE, OpenVSwitchLab
from .world import BASE, segment

pytestmark = pytest.mark.host
Made = Callable[..., tuple[HostClaims, Switch]]


@pytest.fixture
def platform(tmp_path: Path, ovs_lab: OpenVSwitchLab) -> Made:
    """Make a platform's switch on the lab's host, behind its claims."""
    ovs_lab.vsctl("remove", "Open_vSwitch", ".", "external_ids", "mailstead-claim")

    def make(name: str, bridge: str = BRIDGE, table: str = "mstest", generation: int = 1) -> tuple[HostClaims, Switch]:
        database = Database(f"sqlite:///{tmp_path}/{name}-{generation}.sqlite")
        database.migrate()
        with database.transaction() as connection:
            put(connection, Standing(name, generation))
        places = (SwitchClaim(ovs_lab.commands), FolderClaim(tmp_path / "machines"))
        claims = HostClaims(StandingStore(database, str), {"kvm1": places})
        switch = OpenVSwitch(bridge, table, ovs_lab.commands)
        return claims, guarded(switch, lambda: claims.demand("kvm1"))

    return make


def _listing(lab: OpenVSwitchLab) -> tuple[str, str]:
    return lab.vsctl("--columns=name,external_ids,tag", "list", "Port"), lab.nft("--stateless", "list", "ruleset")


@pytest.mark.parametrize("bridge", [BRIDGE, "mstest1"])
def test_a_second_platform_is_refused_on_the_same_bridge_and_on_another(
    platform: Made, ovs_lab: OpenVSwitchLab, bridge: str
) -> None:
    """The tables of nftables are the host's, so that even another bridge is no way round."""
    _, first = platform("one")
    first.prepare(BASE)
    first.ensure(segment("acme", 1))
    before = _listing(ovs_lab)
    _, second = platform("two", bridge)
    changes: tuple[Callable[[], None], ...] = (
        lambda: second.prepare(BASE),
        lambda: second.ensure(segment("globex", 2)),
        lambda: second.remove("acme"),
        second.withdraw,
    )
    for change in changes:
        with pytest.raises(HostClaimed):
            change()
    assert _listing(ovs_lab) == before
    assert first.segments() == {"acme": segment("acme", 1)}


def test_an_older_copy_is_refused_before_it_writes(platform: Made, ovs_lab: OpenVSwitchLab) -> None:
    _, old = platform("one", generation=1)
    old.prepare(BASE)
    old.ensure(segment("acme", 1))
    _, new = platform("one", generation=2)
    new.ensure(segment("globex", 2))
    before = _listing(ovs_lab)
    with pytest.raises(Superseded):
        old.remove("acme")
    assert _listing(ovs_lab) == before


def test_foreign_bridges_ports_and_tables_stay_as_they_are(platform: Made, ovs_lab: OpenVSwitchLab) -> None:
    ovs_lab.vsctl("add-br", "theirs", "--", "set", "Bridge", "theirs", "datapath_type=netdev")
    ovs_lab.vsctl("add-port", "theirs", "their-port", "tag=7", "--", "set", "Interface", "their-port", "type=internal")
    ovs_lab.nft("add", "table", "inet", "theirs")
    ovs_lab.nft("add", "chain", "inet", "theirs", "input", "{ type filter hook input priority 5 ; }")
    try:
        theirs = ovs_lab.nft("list", "table", "inet", "theirs")
        claims, ours = platform("one")
        ours.prepare(BASE)
        ovs_lab.vsctl(
            "add-port", BRIDGE, "guest-port", "tag=9", "--", "set", "Interface", "guest-port", "type=internal"
        )
        ours.ensure(segment("acme", 1))
        ours.remove("acme")
        assert "guest-port" in ovs_lab.vsctl("list-ports", BRIDGE)
        ours.withdraw()
        claims.release("kvm1")
        assert ovs_lab.vsctl("list-ports", "theirs").split() == ["their-port"]
        assert ovs_lab.vsctl("get", "Port", "their-port", "tag").strip() == "7"
        assert ovs_lab.nft("list", "table", "inet", "theirs") == theirs
    finally:
        ovs_lab.vsctl("--if-exists", "del-br", "theirs")
        ovs_lab.nft("delete", "table", "inet", "theirs")
