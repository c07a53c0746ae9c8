"""The Hyper-V driver over a real client and HTTPS, against a simulated host under the role that ships."""

from dataclasses import replace
from pathlib import PureWindowsPath
from uuid import uuid4

import pytest

from mailstead.ground.clock import VirtualClock
from mailstead.hypervisors.drivers.hyperv.machines import HyperVHypervisor
from mailstead.hypervisors.model import (
    Disk,
    DiskFormat,
    DiskRole,
    FirmwareBoot,
    HostFull,
    Machine,
    MachineRefused,
    NeedsRestart,
    Power,
)
from mailstead.remoting.cmdlets.hyperv import NewVMWithoutDisk, SetVM, StopVM
from mailstead.sites.marks import Mark
from tests.standin.hyperv.kinds import VhdType, VMState
from tests.standin.hyperv.world import Drive, Vhd
from tests.standin.hyperv.world import Machine as Simulated
from tests.standin.rig import Rig
from tests.standin.server import StandIn

from .contract import HypervisorContract
from .example import PLATFORM, TENANT
from .hyperv_host import FOLDER, GIB, Counted, hyperv_machine, lay_disks, the_one

UEFI = "MicrosoftUEFICertificateAuthority"


@pytest.fixture
def host(way: Rig) -> HyperVHypervisor:
    return HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER)


@pytest.fixture
def machine(standin: StandIn) -> Machine:
    machine = hyperv_machine()
    lay_disks(standin.world, machine)
    return machine


class TestHyperVHypervisor(HypervisorContract):
    pass


def test_a_machine_is_made_and_started_in_four_calls_and_adopted_and_started_in_three(
    standin: StandIn, way: Rig, machine: Machine
) -> None:
    counted = Counted(way)
    host = HyperVHypervisor(counted, platform=PLATFORM, folder=FOLDER)
    host.define(machine)
    host.start(TENANT)
    assert len(counted.calls) == 4
    host.remove(TENANT)
    shell = NewVMWithoutDisk(Name=f"ms-{TENANT}", MemoryStartupBytes=GIB, Path=str(FOLDER / TENANT))
    port = Mark(PLATFORM, TENANT).with_section("segment", {"vlan": 77})
    way.run(shell | SetVM(Notes=str(port)))
    counted.calls.clear()
    host.define(machine)
    host.start(TENANT)
    assert len(counted.calls) == 3
    assert counted.sent.count("New-VM") == 1
    assert host.machines() == {TENANT: replace(machine, power=Power.ON)}


def test_a_machine_that_was_defined_a_while_ago_or_changed_since_is_looked_at_before_it_starts(
    standin: StandIn, way: Rig, machine: Machine
) -> None:
    clock = VirtualClock()
    host = HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER, clock=clock)
    host.define(machine)
    the_one(standin.world).limit = 100
    clock.sleep(60)
    host.start(TENANT)
    assert the_one(standin.world).limit == 25
    host.stop(TENANT, graceful_s=0)
    host.define(machine)
    host.resize(TENANT, vcpus=2, memory_mib=machine.memory_mib)
    host.start(TENANT)
    assert host.machines() == {TENANT: replace(machine, vcpus=2, power=Power.ON)}


def test_a_machine_that_was_defined_while_it_ran_starts_after_a_stop(host: HyperVHypervisor, machine: Machine) -> None:
    host.define(machine)
    host.start(TENANT)
    host.define(replace(machine, vcpus=2))
    host.stop(TENANT, graceful_s=0)
    host.start(TENANT)
    assert host.machines() == {TENANT: replace(machine, vcpus=2, power=Power.ON)}


def test_a_machine_stands_as_a_tenants_machine_should(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    host.define(replace(machine, nested=True))
    vm = the_one(standin.world)
    assert (vm.name, vm.generation, vm.template, vm.secure_boot) == ("ms-hvt-acme", 2, UEFI, "On")
    assert (vm.start_action, vm.stop_action, vm.automatic_checkpoints) == ("StartIfRunning", "ShutDown", False)
    assert (vm.count, vm.limit, vm.nested, vm.startup) == (4, 25, True, 192 << 20)
    assert [(drive.location, drive.path) for drive in vm.drives] == [
        (n, str(d.source)) for n, d in enumerate(machine.disks)
    ]
    assert vm.metering_since


def test_memory_may_be_dynamic_and_grows_while_the_machine_runs(standin: StandIn, way: Rig, machine: Machine) -> None:
    host = HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER, dynamic=True)
    host.define(machine)
    host.start(TENANT)
    vm = the_one(standin.world)
    assert (vm.dynamic, vm.least, vm.startup, vm.most) == (True, 96 << 20, 192 << 20, 192 << 20)
    host.resize(TENANT, vcpus=1, memory_mib=256)
    assert (vm.startup, vm.most) == (192 << 20, 256 << 20)
    assert host.machines() == {TENANT: replace(machine, memory_mib=256, power=Power.ON)}
    with pytest.raises(NeedsRestart):
        host.resize(TENANT, vcpus=1, memory_mib=128)
    assert host.machines() == {TENANT: replace(machine, memory_mib=256, power=Power.ON)}
    host.stop(TENANT, graceful_s=0)
    host.resize(TENANT, vcpus=1, memory_mib=128)
    assert vm.most == 128 << 20


def test_a_whole_disk_of_the_host_is_passed_through(standin: StandIn, host: HyperVHypervisor, machine: Machine) -> None:
    data = Disk(DiskRole.DATA, PureWindowsPath(r"\\.\PHYSICALDRIVE3"), DiskFormat.BLOCK)
    passed = replace(machine, disks=(machine.disks[0], data))
    host.define(passed)
    assert [drive.disk_number for drive in the_one(standin.world).drives] == [None, 3]
    host.start(TENANT)
    assert host.machines() == {TENANT: replace(passed, power=Power.ON)}
    with pytest.raises(MachineRefused):
        host.grow(TENANT, DiskRole.DATA, size_mib=4096)


def test_limits_are_set_drive_by_drive_and_those_of_others_are_left(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    host.define(machine)
    host.start(TENANT)
    vm = the_one(standin.world)
    vm.drives += [Drive(vm, 5, disk_number=7, most_iops=70), Drive(vm, 1, disk_number=8, most_iops=80, controller=1)]
    host.limit(TENANT, {DiskRole.DATA: 500})
    assert [drive.most_iops for drive in vm.drives] == [0, 500, 70, 80]
    vm.drives[1].most_iops = 900
    assert [disk.iops for disk in host.machines()[TENANT].disks] == [0, 900]
    host.stop(TENANT, graceful_s=0)
    host.start(TENANT)
    assert vm.drives[1].most_iops == 500


def test_a_limit_on_a_whole_disk_of_the_host_is_refused_before_anything_is_made(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    passed = Disk(DiskRole.DATA, PureWindowsPath(r"\\.\PHYSICALDRIVE3"), DiskFormat.BLOCK)
    with pytest.raises(MachineRefused) as caught:
        host.define(replace(machine, disks=(machine.disks[0], replace(passed, iops=500))))
    assert (caught.value.field, standin.world.machines) == ("disk_iops", {})
    host.define(replace(machine, disks=(machine.disks[0], passed)))
    with pytest.raises(MachineRefused) as caught:
        host.limit(TENANT, {DiskRole.DATA: 500})
    assert "--disk-iops 0" in caught.value.remedy


def test_a_machine_that_carries_others_has_static_memory_and_takes_other_memory_at_its_next_start(
    standin: StandIn, way: Rig, machine: Machine
) -> None:
    host = HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER, dynamic=True)
    host.define(replace(machine, nested=True))
    host.start(TENANT)
    assert not the_one(standin.world).dynamic
    with pytest.raises(NeedsRestart):
        host.resize(TENANT, vcpus=1, memory_mib=256)
    assert host.machines()[TENANT].memory_mib == 192


def test_a_mark_written_before_there_were_limits_says_none(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    host.define(machine)
    vm = the_one(standin.world)
    vm.notes = vm.notes.replace(',"iops":0', "")
    assert "iops" not in vm.notes
    assert host.machines() == {TENANT: machine}


def test_what_was_changed_by_hand_is_seen_while_it_runs_and_put_right_at_the_next_start(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    host.define(machine)
    host.start(TENANT)
    vm = the_one(standin.world)
    vm.count, vm.limit, vm.startup, vm.secure_boot, vm.drives = 2, 100, 512 << 20, "Off", vm.drives[:1]
    found = host.machines()[TENANT]
    assert (found.vcpus_max, found.vcpus, found.memory_mib, found.boot) == (2, 2, 512, FirmwareBoot(""))
    assert (found.disks, found.pending) == (machine.disks[:1], True)
    host.stop(TENANT, graceful_s=0)
    host.start(TENANT)
    assert host.machines() == {TENANT: replace(machine, power=Power.ON)}


def test_a_disk_beneath_a_checkpoint_is_the_same_disk(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    host.define(machine)
    vm = the_one(standin.world)
    top = str(FOLDER / TENANT / "system_6F9A3C3E-0000-4000-8000-000000000001.avhdx")
    standin.world.vhds[top.lower()] = Vhd(top, GIB, VhdType.Differencing, parent=vm.drives[0].path)
    vm.drives[0].path = top
    host.start(TENANT)
    assert vm.drives[0].path == top
    assert host.machines() == {TENANT: replace(machine, power=Power.ON)}


def test_drives_that_are_not_ours_stay_where_they_are(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    host.define(machine)
    vm = the_one(standin.world)
    seed = str(FOLDER / TENANT / "seed.vhdx")
    standin.world.vhds[seed.lower()] = Vhd(seed, GIB, VhdType.Fixed)
    vm.drives.append(Drive(vm, 2, seed))
    host.define(replace(machine, disks=machine.disks[:1]))
    assert [drive.location for drive in vm.drives] == [0, 2]
    assert host.machines()[TENANT].disks == machine.disks[:1]


def test_a_machine_goes_only_with_its_port(standin: StandIn, host: HyperVHypervisor, machine: Machine) -> None:
    host.define(machine)
    vm = the_one(standin.world)
    mark = Mark.parse(vm.notes)
    assert mark
    vm.notes = str(mark.with_section("segment", {"vlan": 77}))
    host.start(TENANT)
    host.remove(TENANT)
    host.remove(TENANT)
    assert host.machines() == {}
    kept = Mark.parse(the_one(standin.world).notes)
    assert kept
    assert kept.sections == {"segment": {"vlan": 77}}
    assert (vm.drives, vm.running) == ([], False)
    assert len(standin.world.vhds) == len(machine.disks)


def test_a_guest_that_does_not_listen_is_switched_off_in_time(standin: StandIn, way: Rig, machine: Machine) -> None:
    host = HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER, clock=VirtualClock())
    host.define(machine)
    host.start(TENANT)
    the_one(standin.world).deaf = True
    host.stop(TENANT, graceful_s=40)
    stops = [call for call in standin.calls if isinstance(call, StopVM)]
    assert [call.TurnOff for call in stops[-4:]] == [False, False, False, True]
    assert host.machines()[TENANT].power is Power.OFF


@pytest.mark.parametrize("state", [VMState.Paused, VMState.Saved])
def test_a_machine_that_stands_still_goes_on_or_is_switched_off(
    standin: StandIn, host: HyperVHypervisor, machine: Machine, state: VMState
) -> None:
    host.define(machine)
    host.start(TENANT)
    the_one(standin.world).state = state
    assert host.machines()[TENANT].power is Power.PAUSED
    host.start(TENANT)
    assert host.machines()[TENANT].power is Power.ON
    the_one(standin.world).state = state
    host.stop(TENANT, graceful_s=30)
    assert host.machines()[TENANT].power is Power.OFF


def test_a_full_volume_is_named_as_the_reason_and_with_room_the_machine_goes_on(
    standin: StandIn, way: Rig, machine: Machine
) -> None:
    host = HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER, clock=VirtualClock())
    host.define(machine)
    host.start(TENANT)
    volume = standin.world.volumes[0]
    standin.world.fill(volume)
    assert host.machines()[TENANT].power is Power.PAUSED
    with pytest.raises(HostFull) as full:
        host.start(TENANT)
    assert "no room" in full.value.message
    volume.used = 0
    host.start(TENANT)
    assert host.machines()[TENANT].power is Power.ON


def test_a_thousand_machines_are_seen_and_measured_in_two_calls_each(
    standin: StandIn, way: Rig, machine: Machine
) -> None:
    names = [f"t-{number}" for number in range(50)]  # benchmarks/hyperv.py has a thousand; the calls are as many
    counted = Counted(way)
    host = HyperVHypervisor(counted, platform=PLATFORM, folder=FOLDER)
    host.define(machine)
    host.start(TENANT)
    vm = the_one(standin.world)
    mark = Mark.parse(vm.notes)
    assert mark
    for name in names:
        twin = replace(vm, id=uuid4(), name=f"ms-{name}", notes=str(replace(mark, tenant=name)), drives=[])
        standin.world.machines[twin.id] = twin
    standin.world.machines |= {(old := Simulated("ms-old", GIB, generation=1)).id: old}
    counted.calls.clear()
    assert len(host.machines()) == 51
    assert len(counted.calls) == 2
    assert host.statistics().keys() == {TENANT, *names}
    assert len(counted.calls) == 4


def test_a_neighbour_of_generation_1_with_a_name_like_ours_is_no_hindrance(
    standin: StandIn, host: HyperVHypervisor, machine: Machine
) -> None:
    old = Simulated(f"ms-{TENANT}-old", GIB, generation=1)
    standin.world.machines[old.id] = old
    host.define(machine)
    host.start(TENANT)
    assert host.machines() == {TENANT: replace(machine, power=Power.ON)}
    assert (old.notes, old.drives, old.running) == ("", [], False)
