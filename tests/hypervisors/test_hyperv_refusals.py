"""Bad input and hosts that somebody else has changed: each a clear error, and nothing is made or touched."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import InvalidInput, MailsteadError
from mailstead.hypervisors.drivers.hyperv.machines import HyperVHypervisor
from mailstead.hypervisors.model import (
    DeviceBusy,
    DirectBoot,
    Disk,
    DiskFormat,
    DiskRole,
    FirmwareBoot,
    ForeignMachine,
    HostDenied,
    HostUnreachable,
    Machine,
    MachineRefused,
    MissingFile,
)
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet
from mailstead.security.model import Secret
from mailstead.sites.marks import Mark
from tests.standin.faults import Kind
from tests.standin.hyperv.world import Machine as Simulated
from tests.standin.rig import Rig
from tests.standin.server import StandIn

from .example import PLATFORM, TENANT
from .hyperv_host import FOLDER, GIB, hyperv_machine, lay_disks, the_one

VERBS: dict[str, Callable[[HyperVHypervisor], None]] = {
    "define": lambda host: host.define(hyperv_machine()),
    "start": lambda host: host.start(TENANT),
    "stop": lambda host: host.stop(TENANT, graceful_s=0),
    "resize": lambda host: host.resize(TENANT, vcpus=2, memory_mib=256),
    "remove": lambda host: host.remove(TENANT),
}


@pytest.fixture
def host(way: Rig) -> HyperVHypervisor:
    return HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER)


@pytest.fixture
def machine(standin: StandIn) -> Machine:
    machine = hyperv_machine()
    lay_disks(standin.world, machine)
    return machine


def _refused(verb: Callable[[HyperVHypervisor], None], host: HyperVHypervisor) -> MailsteadError:
    with pytest.raises(MailsteadError) as caught:
        verb(host)
    assert caught.value.field
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize("notes", ["", "A web server of sales", str(Mark("other", TENANT))])
def test_a_foreign_machine_of_our_name_is_never_touched(
    standin: StandIn, host: HyperVHypervisor, verb: Callable[[HyperVHypervisor], None], notes: str
) -> None:
    other = Simulated(f"ms-{TENANT}", GIB, notes=notes, path=r"D:\sales")
    standin.world.machines[other.id] = other
    assert host.machines() == {}
    error = _refused(verb, host)
    assert isinstance(error, ForeignMachine)
    assert str(other.id) in error.message
    assert (the_one(standin.world), other.notes, other.startup) == (other, notes, GIB)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_machine_that_was_renamed_is_named_and_no_second_one_is_made(
    standin: StandIn, host: HyperVHypervisor, machine: Machine, verb: Callable[[HyperVHypervisor], None]
) -> None:
    host.define(machine)
    vm = the_one(standin.world)
    vm.name = "Acme (do not touch!)"
    assert host.machines() == {TENANT: replace(machine, pending=True)}
    error = _refused(verb, host)
    assert isinstance(error, MachineRefused)
    assert "renamed by hand to Acme (do not touch!)" in error.message
    assert f"Get-VM -Id {vm.id}" in error.remedy
    assert (the_one(standin.world).name, vm.running) == ("Acme (do not touch!)", False)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_of_two_machines_with_our_mark_neither_is_touched(
    standin: StandIn, host: HyperVHypervisor, machine: Machine, verb: Callable[[HyperVHypervisor], None]
) -> None:
    host.define(machine)
    vm = the_one(standin.world)
    copy = replace(vm, id=uuid4(), drives=[])
    standin.world.machines[copy.id] = copy
    assert host.machines()[TENANT].pending
    error = _refused(verb, host)
    assert isinstance(error, MachineRefused)
    assert str(vm.id) in error.message
    assert str(copy.id) in error.message
    assert [each.notes for each in standin.world.machines.values()] == [vm.notes] * 2
    assert not vm.running


def test_a_mark_that_was_changed_by_hand_is_named(standin: StandIn, way: Rig, machine: Machine) -> None:
    HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER).define(machine)
    host = HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER)
    the_one(standin.world).notes = str(Mark(PLATFORM, TENANT, {"machine": {"vcpus": "many"}}))
    for verb in (VERBS["start"], VERBS["resize"]):
        with pytest.raises(MachineRefused) as caught:
            verb(host)
        assert caught.value.field == "notes"
    host.define(machine)  # whoever knows what is wanted puts it right
    assert host.machines() == {TENANT: machine}


@pytest.mark.parametrize("name", ["acme'; Remove-VM *", "a\nb", "*", "Acme", "", 'x"', "a" * 33])
def test_a_name_that_no_tenant_has_is_refused_before_anything_is_sent(
    standin: StandIn, host: HyperVHypervisor, machine: Machine, name: str
) -> None:
    sent = len(standin.calls)
    with pytest.raises(InvalidInput):
        host.define(replace(machine, name=name))
    with pytest.raises(InvalidInput):
        host.remove(name)
    assert len(standin.calls) == sent


def test_a_disk_that_another_machine_holds_is_named(standin: StandIn, host: HyperVHypervisor, machine: Machine) -> None:
    host.define(machine)
    other = replace(machine, name="hvt-globex")
    with pytest.raises(DeviceBusy) as caught:
        host.define(other)
    assert "system.vhdx" in caught.value.message
    with pytest.raises(DeviceBusy):
        host.start(other.name)
    assert sum(len(vm.drives) for vm in standin.world.machines.values()) == 2


def test_a_disk_held_by_a_program_of_the_host_is_named_at_the_start(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    host.define(machine)
    standin.world.vhd(str(machine.disks[1].source)).holder = uuid4()
    with pytest.raises(DeviceBusy) as caught:
        host.start(TENANT)
    assert "data.vhdx" in caught.value.message


def test_a_missing_disk_is_named(standin: StandIn, host: HyperVHypervisor, machine: Machine) -> None:
    host.define(machine)
    del standin.world.vhds[str(machine.disks[0].source).lower()]
    with pytest.raises(MissingFile) as caught:
        host.start(TENANT)
    assert "system.vhdx" in caught.value.message
    assert not the_one(standin.world).running


def test_a_disk_outside_our_folder_is_refused_by_the_role(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    evil = Disk(DiskRole.SYSTEM, FOLDER.parent / "other" / "x.vhdx", DiskFormat.VHDX)
    with pytest.raises(MachineRefused) as caught:
        host.define(replace(machine, disks=(evil,)))
    assert "role file" in caught.value.remedy
    assert not the_one(standin.world).drives


@pytest.mark.parametrize("template", ["", "Nonsense"])
def test_secure_boot_is_as_the_role_has_it(
    standin: StandIn, host: HyperVHypervisor, machine: Machine, template: str
) -> None:
    with pytest.raises(MachineRefused):
        host.define(replace(machine, boot=FirmwareBoot(template)))
    assert the_one(standin.world).secure_boot == "On"


def test_a_kernel_cannot_be_loaded_directly(standin: StandIn, host: HyperVHypervisor, machine: Machine) -> None:
    nowhere = FOLDER / "vmlinuz"
    with pytest.raises(MachineRefused) as caught:
        host.define(replace(machine, boot=DirectBoot(nowhere, nowhere, "")))  # type: ignore[arg-type]  # never read
    assert caught.value.field == "boot"
    assert not standin.world.machines


def test_more_processors_than_the_host_has_are_refused(host: HyperVHypervisor, machine: Machine) -> None:
    with pytest.raises(MachineRefused) as caught:
        host.define(replace(machine, vcpus_max=64))
    assert "processors 64" in caught.value.message


def test_a_right_that_is_missing_is_said_to_be_so(standin: StandIn, host: HyperVHypervisor, machine: Machine) -> None:
    standin.faults.add(Kind.REFUSAL, "New-VM")
    with pytest.raises(HostDenied) as caught:
        host.define(machine)
    assert caught.value.remedy


def test_a_host_where_nobody_listens_is_unreachable() -> None:
    fleet = Fleet(SystemClock())
    far = fleet.at(Endpoint("localhost", "Mailstead.Host", Basic("svc", Secret.of("pw")), port=1))
    with pytest.raises(HostUnreachable) as caught:
        HyperVHypervisor(far, platform=PLATFORM, folder=FOLDER).machines()
    assert caught.value.retry
    fleet.close()
