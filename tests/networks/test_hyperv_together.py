"""Switch and hypervisor share one machine, whichever of them comes or goes first."""

from itertools import permutations
from uuid import UUID

import pytest

from mailstead.hypervisors.drivers.hyperv.machines import HyperVHypervisor
from mailstead.hypervisors.model import FirmwareBoot, Machine, Nic, Power
from mailstead.networks.drivers.hyperv import HyperVSwitch
from tests.standin.rig import Rig

from .hyperv_lab import FOLDER, HyperVLab
from .world import BASE, segment

ACME = segment("acme", 1)
MACHINE = Machine(
    name="acme",
    uuid=UUID(int=1),
    vcpus=1,
    vcpus_max=2,
    memory_mib=1024,
    memory_max_mib=2048,
    disks=(),
    nic=Nic(ACME.mac, "Tenants", ACME.port, ACME.vlan),
    boot=FirmwareBoot("MicrosoftUEFICertificateAuthority"),
)


@pytest.fixture
def switch(rig: Rig) -> HyperVSwitch:
    switch = HyperVLab(rig).switch
    switch.prepare(BASE)
    return switch


@pytest.fixture
def hypervisor(rig: Rig) -> HyperVHypervisor:
    return HyperVHypervisor(rig, platform="home", folder=FOLDER)


@pytest.mark.parametrize("order", list(permutations(("port", "machine"))), ids=" then ".join)
def test_either_may_come_first(
    rig: Rig, switch: HyperVSwitch, hypervisor: HyperVHypervisor, order: tuple[str, str]
) -> None:
    verbs = {"port": lambda: switch.ensure(ACME), "machine": lambda: hypervisor.define(MACHINE)}
    for step in (*order, *order):
        verbs[step]()
    assert len(rig.world.machines) == 1
    assert switch.segments() == {"acme": ACME}
    assert hypervisor.machines().keys() == {"acme"}
    hypervisor.start("acme")
    switch.attach("acme")
    assert switch.segments() == {"acme": ACME}
    assert hypervisor.machines()["acme"].power is Power.ON


@pytest.mark.parametrize("order", list(permutations(("port", "machine"))), ids=" then ".join)
def test_either_may_go_first(
    rig: Rig, switch: HyperVSwitch, hypervisor: HyperVHypervisor, order: tuple[str, str]
) -> None:
    switch.ensure(ACME)
    hypervisor.define(MACHINE)
    verbs = {"port": lambda: switch.remove("acme"), "machine": lambda: hypervisor.remove("acme")}
    verbs[order[0]]()
    verbs[order[0]]()
    left = {"port": hypervisor.machines().keys(), "machine": switch.segments().keys()}
    assert left[order[0]] == {"acme"}
    verbs[order[1]]()
    assert not rig.world.machines
    assert switch.segments() == {}
    assert hypervisor.machines() == {}
