"""On a large host the access lists of a few machines are read in a look, and none stays unread for long."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

import pytest

from mailstead.ground.clock import VirtualClock
from mailstead.networks.drivers.hyperv import HyperVSwitch
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work, as_batch
from mailstead.remoting.cmdlets.hyperv import GetVMNetworkAdapterExtendedAcl, GetVMNetworkAdapterVlan
from mailstead.sites.marks import Mark
from tests.standin.hyperv.kinds import VlanMode
from tests.standin.hyperv.world import Acl, Adapter
from tests.standin.rig import Rig

from .hyperv_lab import FOLDER, INNER, HyperVLab
from .world import BASE, segment

TENANTS = ("acme", "globex", "hooli", "initech", "umbrella")
WHOLE = 2  # of five: each third look comes to the same ones


@pytest.fixture(scope="module")
def made(hyperv_host: Rig) -> dict[str, object]:
    """The state of a host with five segments."""
    hyperv_host.fresh()
    lab = HyperVLab(hyperv_host)
    lab.switch.prepare(BASE)
    for number, tenant in enumerate(TENANTS, 1):
        lab.switch.ensure(segment(tenant, number))
    return dict(vars(hyperv_host.world))


@pytest.fixture
def lab(made: dict[str, object], rig: Rig) -> HyperVLab:
    vars(rig.world).update(deepcopy(made))
    rig.standin._log.clear()
    return HyperVLab(rig)


@pytest.fixture
def sparing(lab: HyperVLab) -> HyperVSwitch:
    return HyperVSwitch(lab.rig, platform="home", folder=FOLDER, inner=INNER, clock=VirtualClock(), whole=WHOLE)


def lists_read(rig: Rig) -> int:
    """Return how many access lists were read since this was last asked."""
    number = sum(isinstance(call, GetVMNetworkAdapterExtendedAcl) for call in rig.standin.calls)
    rig.standin._log.clear()
    return number


def flawed(switch: HyperVSwitch) -> list[str]:
    return [tenant for tenant, seen in switch.segments().items() if seen.flaws]


def test_a_look_reads_a_few_lists_and_tells_the_same_of_all(lab: HyperVLab, sparing: HyperVSwitch) -> None:
    assert sparing.segments() == lab.switch.segments()
    lists_read(lab.rig)
    assert sum(sparing.segments() is not None and lists_read(lab.rig) for _ in range(3)) == len(TENANTS)


def loosen(adapter: Adapter) -> None:
    next(acl for acl in adapter.acls if acl.local_port == "993").remote_ip = "192.0.2.0/24"


def test_an_entry_changed_by_hand_is_found_when_all_had_their_turn(lab: HyperVLab, sparing: HyperVSwitch) -> None:
    loosen(lab.adapter("hooli"))
    looks = [flawed(sparing) for _ in range(4)]
    first = looks.index(["hooli"])
    assert first < 3
    assert looks == [[]] * first + [["hooli"]] * (4 - first)  # what was found once is not lost in the next look
    sparing.ensure(segment("hooli", 3))
    assert flawed(sparing) == []


def test_who_asks_for_one_tenant_hears_of_it_at_once(lab: HyperVLab, sparing: HyperVSwitch) -> None:
    loosen(lab.adapter("hooli"))
    assert "192.0.2.0/24" in " ".join(sparing.segments("hooli")["hooli"].flaws)


@pytest.mark.parametrize(
    "by_hand",
    [
        lambda at: at.acls.append(Acl(at, "Inbound", 60000, "Allow")),
        lambda at: at.acls.pop(),
        lambda at: setattr(at, "vlan", 4000),
        lambda at: setattr(at, "vlan_mode", VlanMode.Untagged),
        lambda at: setattr(at, "spoofing", "On"),
        lambda at: setattr(at, "switch", ""),
    ],
    ids=["an entry more", "an entry less", "VLAN", "no VLAN", "guard", "switch"],
)
def test_all_else_is_found_in_each_look(
    lab: HyperVLab, sparing: HyperVSwitch, by_hand: Callable[[Adapter], None]
) -> None:
    for tenant in TENANTS:
        by_hand(lab.adapter(tenant))
    assert flawed(sparing) == list(TENANTS)


def test_other_rules_than_were_brought_are_seen_at_every_port(lab: HyperVLab, sparing: HyperVSwitch) -> None:
    sparing.prepare(replace(BASE, resolver_ipv4=IPv4Address("198.51.100.54")))
    assert flawed(sparing) == list(TENANTS)


def test_a_port_that_nobody_vouches_for_is_read(lab: HyperVLab, sparing: HyperVSwitch) -> None:
    for tenant in TENANTS:
        machine = lab.machine(tenant)
        mark = Mark.parse(machine.notes)
        assert mark
        section = {key: value for key, value in mark.sections["segment"].items() if key != "acl"}
        machine.notes = str(mark.with_section("segment", section))
        loosen(machine.adapters[0])
    assert flawed(sparing) == list(TENANTS)


@dataclass
class Forgetful:
    """A way to a host that leaves one VLAN setting out where it gives them for all adapters at once."""

    rig: Rig
    name: str = "forgetful"

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        answer = self.rig.run(work, deadline_s=deadline_s)
        settings = answer.all("VMNetworkAdapterVlanSetting")
        if as_batch(work).cmdlets.count(GetVMNetworkAdapterVlan()) > 1 or not settings:
            return answer
        return replace(answer, values=tuple(value for value in answer.values if value is not settings[0]))


def test_settings_that_cannot_be_told_apart_by_their_order_are_asked_for_one_by_one(lab: HyperVLab) -> None:
    switch = HyperVSwitch(Forgetful(lab.rig), platform="home", folder=FOLDER, inner=INNER, whole=WHOLE)
    assert switch.segments() == lab.switch.segments()
    lists_read(lab.rig)
    assert flawed(switch) == []
    assert lists_read(lab.rig) == len(TENANTS)
