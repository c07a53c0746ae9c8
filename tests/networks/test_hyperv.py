"""Ports of a Hyper-V switch, through the role that ships, over HTTPS."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from mailstead.ground.errors import Conflict, Rejected
from mailstead.networks.drivers.hyperv import HyperVSwitch
from mailstead.networks.model import NotPrepared, PortMissing
from mailstead.remoting.cmdlets.hyperv import (
    AddVMNetworkAdapterExtendedAcl,
    NewVMWithoutDisk,
    RemoveVMNetworkAdapterExtendedAcl,
    SetVM,
)
from mailstead.sites.marks import Mark
from tests.standin.hyperv.kinds import VlanMode, VMState
from tests.standin.hyperv.world import Acl, Adapter
from tests.standin.rig import Rig

from .contract import SwitchContract
from .hyperv_lab import FOLDER, INNER, HyperVLab
from .world import BASE, segment

ACME = segment("acme", 1)


class TestHyperVSwitch(SwitchContract):
    @pytest.fixture
    def lab(self, rig: Rig) -> HyperVLab:
        return HyperVLab(rig)


@pytest.fixture(scope="module")
def made(hyperv_host: Rig) -> dict[str, object]:
    """The state of a prepared host with the segment of acme."""
    hyperv_host.fresh()
    lab = HyperVLab(hyperv_host)
    lab.switch.prepare(BASE)
    lab.switch.ensure(ACME)
    return dict(vars(hyperv_host.world))


@pytest.fixture
def lab(made: dict[str, object], rig: Rig) -> HyperVLab:
    vars(rig.world).update(deepcopy(made))
    return HyperVLab(rig)


def drop_rule(adapter: Adapter) -> None:
    adapter.acls = [acl for acl in adapter.acls if acl.weight != 1]


def open_all(adapter: Adapter) -> None:
    adapter.acls.append(Acl(adapter, "Inbound", 60000, "Allow"))


def loosen(adapter: Adapter) -> None:
    next(acl for acl in adapter.acls if acl.local_port == "993").remote_ip = "192.0.2.0/24"


@pytest.mark.parametrize(
    ("by_hand", "words"),
    [
        (lambda at: setattr(at, "switch", ""), "switch is none"),
        (lambda at: setattr(at, "switch", "Management2"), "switch is Management2"),
        (lambda at: setattr(at, "vlan", 102), "VLAN is Access 102"),
        (lambda at: setattr(at, "vlan_mode", VlanMode.Untagged), "VLAN is Untagged"),
        (lambda at: setattr(at, "mac", "00155D000001"), "MAC is 00155D000001"),
        (lambda at: setattr(at, "spoofing", "On"), "MacAddressSpoofing is On"),
        (lambda at: setattr(at, "dhcp_guard", "Off"), "DhcpGuard is Off"),
        (lambda at: setattr(at, "router_guard", "Off"), "RouterGuard is Off"),
        (drop_rule, "missing: rule Inbound 1: Deny"),
        (open_all, "unexpected: rule Inbound 60000: Allow"),
        (loosen, "with 192.0.2.0/24"),
    ],
)
def test_a_change_by_hand_is_named_and_healed(lab: HyperVLab, by_hand: Callable[[Adapter], None], words: str) -> None:
    by_hand(lab.adapter("acme"))
    flaws = lab.switch.segments()["acme"].flaws
    assert words in " ".join(flaws)
    lab.switch.ensure(ACME)
    assert lab.switch.segments() == {"acme": ACME}


def test_a_second_adapter_is_a_flaw_and_one_for_management_is_none(lab: HyperVLab) -> None:
    machine = lab.machine("acme")
    machine.adapters.append(Adapter(machine, "Management", "Management", "00155D0000AA"))
    assert lab.switch.segments() == {"acme": ACME}
    machine.adapters.append(Adapter(machine, "Hole", "Tenants", "00155D0000AB"))
    assert lab.switch.segments()["acme"].flaws == ("unexpected: network adapter Hole",)
    lab.switch.ensure(ACME)
    assert [adapter.acls != [] for adapter in machine.adapters] == [True, False, False]


def test_what_a_running_machine_sends_is_limited_in_bits_a_second(lab: HyperVLab) -> None:
    lab.start(ACME)
    lab.switch.ensure(replace(ACME, bandwidth_mbit=50))
    assert lab.adapter("acme").bandwidth == 50_000_000
    assert lab.switch.segments() == {"acme": replace(ACME, bandwidth_mbit=50)}


def test_a_limit_that_outlived_its_segment_is_lifted(lab: HyperVLab) -> None:
    machine = lab.machine("acme")
    machine.notes = str(Mark("home", "acme", {"machine": {"vcpus": 2}}))
    machine.adapters[0].bandwidth = 50_000_000
    lab.switch.ensure(ACME)
    assert machine.adapters[0].bandwidth == 0


def test_a_segment_noted_before_there_were_limits_has_none(lab: HyperVLab) -> None:
    machine = lab.machine("acme")
    machine.notes = machine.notes.replace('"bandwidth_mbit":0,', "")
    assert lab.switch.segments() == {"acme": ACME}


def test_one_switch_may_serve_tenants_and_management(lab: HyperVLab) -> None:
    machine = lab.machine("acme")
    machine.adapters.insert(0, Adapter(machine, "Management", "Tenants", "00155D0000AA", VlanMode.Access, 7))
    switch = HyperVSwitch(lab.rig, platform="home", folder=FOLDER, management="Tenants", inner=INNER)
    assert switch.segments() == {"acme": ACME}
    switch.ensure(ACME)
    assert machine.adapters[0].vlan == 7


def test_a_machine_without_its_adapter_is_told(lab: HyperVLab) -> None:
    lab.machine("acme").adapters.clear()
    assert lab.switch.segments()["acme"].flaws == ("missing: network adapter",)
    with pytest.raises(PortMissing) as caught:
        lab.switch.ensure(ACME)
    assert "Add-VMNetworkAdapter" in caught.value.remedy


def test_the_machine_that_a_port_needs_is_off_and_without_disks(lab: HyperVLab) -> None:
    machine = lab.machine("acme")
    assert (machine.state, machine.drives, machine.start_action) == (VMState.Off, [], "Nothing")
    assert lab.adapter("acme").switch == "Tenants"
    mark = Mark.parse(machine.notes)
    assert mark
    assert (mark.platform, mark.tenant, set(mark.sections)) == ("home", "acme", {"segment"})


def test_a_machine_that_is_there_is_adopted_and_outlives_its_segment(rig: Rig) -> None:
    lab = HyperVLab(rig)
    lab.switch.prepare(BASE)
    notes = str(Mark("home", "acme", {"machine": {"vcpus": 2}}))
    rig.run(NewVMWithoutDisk(Name="ms-acme", MemoryStartupBytes=1 << 30) | SetVM(Notes=notes))
    assert lab.switch.segments() == {}
    lab.switch.ensure(ACME)
    assert lab.switch.segments() == {"acme": ACME}
    assert len(rig.world.machines) == 1
    lab.switch.remove("acme")
    assert lab.machine("acme").notes == notes
    assert lab.adapter("acme").switch == ""


def test_a_machine_whose_making_was_cut_short_is_adopted(rig: Rig) -> None:
    lab = HyperVLab(rig)
    lab.switch.prepare(BASE)
    rig.run(NewVMWithoutDisk(Name="ms-acme", MemoryStartupBytes=1 << 30))
    lab.switch.ensure(ACME)
    assert len(rig.world.machines) == 1
    assert lab.switch.segments() == {"acme": ACME}


def test_a_machine_of_somebody_else_is_left_alone(rig: Rig) -> None:
    lab = HyperVLab(rig)
    lab.switch.prepare(BASE)
    for notes in ("A web server", str(Mark("elsewhere", "acme", {"segment": {}}))):
        rig.world.machines.clear()
        rig.run(NewVMWithoutDisk(Name="ms-acme", MemoryStartupBytes=1 << 30) | SetVM(Notes=notes))
        with pytest.raises(Conflict) as caught:
            lab.switch.ensure(ACME)
        assert str(lab.machine("acme").id) in caught.value.message
        lab.switch.withdraw()
        assert lab.machine("acme").notes == notes
        lab.switch.prepare(BASE)


def test_two_machines_of_one_tenant_are_told_and_neither_is_touched(lab: HyperVLab) -> None:
    notes = lab.machine("acme").notes
    lab.rig.run(NewVMWithoutDisk(Name="ms-acme", MemoryStartupBytes=1 << 30) | SetVM(Notes=notes))
    numbers = [str(number) for number in lab.rig.world.machines]
    before = len(lab.rig.carried_out())
    with pytest.raises(Rejected) as caught:
        lab.switch.ensure(ACME)
    assert all(number in caught.value.message for number in numbers)
    with pytest.raises(Rejected):
        lab.switch.remove("acme")
    assert "unexpected: 2 machines" in lab.switch.segments()["acme"].flaws
    assert len(lab.rig.carried_out()) == before


def test_a_renamed_machine_gets_no_second_one(lab: HyperVLab) -> None:
    lab.machine("acme").name = 'Mail of the ACME "group"\n\'; Remove-VM *'
    lab.switch.ensure(ACME)
    assert len(lab.rig.world.machines) == 1
    assert lab.switch.segments() == lab.switch.segments("acme") == {"acme": ACME}
    lab.switch.remove("acme")
    assert not lab.rig.world.machines


def test_notes_that_were_spoiled_are_written_anew(lab: HyperVLab) -> None:
    lab.machine("acme").notes = str(Mark("home", "acme", {"segment": {"vlan": "many"}}))
    assert lab.switch.segments() == {}
    lab.switch.ensure(ACME)
    assert lab.switch.segments() == {"acme": ACME}


def test_a_vlan_of_another_tenant_is_refused(lab: HyperVLab) -> None:
    with pytest.raises(Conflict) as caught:
        lab.switch.ensure(segment("globex", 1))
    assert "acme" in caught.value.message
    assert lab.switch.segments() == {"acme": ACME}


def test_a_missing_switch_is_named(rig: Rig) -> None:
    del rig.world.switches["Tenants"]
    with pytest.raises(NotPrepared) as caught:
        HyperVLab(rig).switch.prepare(BASE)
    assert "New-VMSwitch -Name Tenants" in caught.value.remedy
    with pytest.raises(NotPrepared):
        HyperVLab(rig).switch.ensure(ACME)
    assert HyperVLab(rig).switch.prepared() is None


def test_notes_of_the_administrator_stay_on_the_switch(rig: Rig) -> None:
    rig.world.switches["Tenants"].notes = "Ask Bob first\nmailstead-claim-1 x 1"
    switch = HyperVLab(rig).switch
    switch.prepare(BASE)
    assert switch.prepared() == BASE
    switch.prepare(replace(BASE, uplink="site"))
    assert switch.prepared() == replace(BASE, uplink="site")
    switch.withdraw()
    assert rig.world.switches["Tenants"].notes == "Ask Bob first\nmailstead-claim-1 x 1"


def test_another_resolver_shows_at_every_port(lab: HyperVLab) -> None:
    lab.switch.prepare(replace(BASE, resolver_ipv4=IPv4Address("198.51.100.54")))
    assert "198.51.100.54" in " ".join(lab.switch.segments()["acme"].flaws)
    lab.switch.ensure(ACME)
    assert lab.switch.segments() == {"acme": ACME}


def test_the_mac_of_a_running_machine_stays(lab: HyperVLab) -> None:
    lab.start(ACME)
    lab.adapter("acme").mac = "00155D000001"
    with pytest.raises(Conflict) as caught:
        lab.switch.ensure(ACME)
    assert "stop" in caught.value.remedy


def test_a_running_machine_is_never_open_for_a_moment(lab: HyperVLab) -> None:
    lab.start(ACME)
    adapter = lab.adapter("acme")
    lab.rig.standin._log.clear()
    lab.switch.prepare(replace(BASE, public_ipv4=IPv4Network("192.0.2.0/24")))
    lab.switch.ensure(ACME)
    did = [call for call in lab.rig.carried_out() if "Acl" in call.name]
    allowed = {(acl.direction, acl.weight) for acl in adapter.acls if acl.action == "Allow"}
    adds = [at for at, call in enumerate(did) if isinstance(call, AddVMNetworkAdapterExtendedAcl)]
    removals = [call for call in did[: adds[0]] if isinstance(call, RemoveVMNetworkAdapterExtendedAcl)]
    gone = {(call.Direction, call.Weight) for call in removals}
    assert allowed <= gone
    assert lab.switch.segments()["acme"].flaws == ()


def test_a_segment_is_made_and_told_in_few_round_trips(rig: Rig) -> None:
    lab = HyperVLab(rig)
    lab.switch.prepare(BASE)
    rig.calls = rig.round_trips = 0
    lab.switch.ensure(ACME)
    assert rig.calls <= 5
    rig.calls = 0
    lab.switch.ensure(ACME)
    assert rig.calls == 2
    rig.calls = 0
    assert set(lab.switch.segments("acme")) == {"acme"}
    assert rig.calls == 2
