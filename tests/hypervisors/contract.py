"""What every hypervisor must do."""

from dataclasses import replace
from typing import Protocol

import pytest

from mailstead.hypervisors.model import (
    DeviceBusy,
    DiskRole,
    HostFull,
    Machine,
    MachineRefused,
    NeedsRestart,
    NoSuchMachine,
    Power,
    machine_uuid,
)
from mailstead.hypervisors.port import HostRoom, Hypervisor, LiveGrow, LiveLimits, LiveResize, Statistics


class WholeHypervisor(Hypervisor, LiveResize, LiveLimits, LiveGrow, Statistics, HostRoom, Protocol):
    """A host that has every part."""


class HypervisorContract:
    """Subclasses give an empty `host`, and a `machine` of one processor and 192 MiB that it can start."""

    def test_an_unused_host_has_no_machines(self, host: WholeHypervisor) -> None:
        assert host.machines() == {}

    def test_a_defined_machine_is_found_as_it_was_wanted(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        assert host.machines() == {machine.name: machine}

    def test_defining_twice_changes_nothing(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        host.define(machine)
        assert host.machines() == {machine.name: machine}

    def test_the_power_that_is_wanted_does_not_count_in_defining(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(replace(machine, power=Power.ON))
        assert host.machines()[machine.name].power is Power.OFF

    def test_a_machine_takes_another_shape(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        other = replace(machine, vcpus_max=8, nic=replace(machine.nic, vlan=78))
        host.define(other)
        assert host.machines() == {machine.name: other}

    def test_a_started_machine_is_on_and_starting_it_again_is_no_error(
        self, host: WholeHypervisor, machine: Machine
    ) -> None:
        host.define(machine)
        host.start(machine.name)
        host.start(machine.name)
        assert host.machines() == {machine.name: replace(machine, power=Power.ON)}

    def test_a_machine_that_is_not_there_cannot_be_started(self, host: WholeHypervisor) -> None:
        with pytest.raises(NoSuchMachine):
            host.start("nobody")

    def test_stopping_switches_off_and_may_be_repeated(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        host.start(machine.name)
        host.stop(machine.name, graceful_s=0)
        host.stop(machine.name, graceful_s=0)
        host.stop("nobody", graceful_s=0)
        assert host.machines() == {machine.name: machine}

    def test_removing_a_running_machine_twice_leaves_nothing(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        host.start(machine.name)
        host.remove(machine.name)
        host.remove(machine.name)
        assert host.machines() == {}

    def test_a_running_machine_takes_its_new_shape_at_the_next_start(
        self, host: WholeHypervisor, machine: Machine
    ) -> None:
        other = replace(machine, vcpus_max=8)
        host.define(machine)
        host.start(machine.name)
        host.define(other)
        assert host.machines() == {machine.name: replace(machine, power=Power.ON, pending=True)}
        host.stop(machine.name, graceful_s=0)
        assert host.machines() == {machine.name: other}

    def test_a_new_shape_can_be_taken_back_before_the_next_start(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        host.start(machine.name)
        host.define(replace(machine, vcpus_max=8))
        host.define(machine)
        assert host.machines() == {machine.name: replace(machine, power=Power.ON)}

    def test_a_running_machine_is_resized_now_and_for_later(self, host: WholeHypervisor, machine: Machine) -> None:
        resized = replace(machine, vcpus=2, memory_mib=256)
        host.define(machine)
        host.start(machine.name)
        host.resize(machine.name, vcpus=2, memory_mib=256)
        host.resize(machine.name, vcpus=2, memory_mib=256)
        assert host.machines() == {machine.name: replace(resized, power=Power.ON)}
        host.stop(machine.name, graceful_s=0)
        assert host.machines() == {machine.name: resized}

    def test_a_machine_has_the_limits_and_the_nesting_that_it_was_given(
        self, host: WholeHypervisor, machine: Machine
    ) -> None:
        wanted = replace(machine, nested=True, disks=tuple(replace(disk, iops=500) for disk in machine.disks))
        host.define(wanted)
        host.start(machine.name)
        assert host.machines() == {machine.name: replace(wanted, power=Power.ON)}
        host.stop(machine.name, graceful_s=0)
        host.define(machine)
        assert host.machines() == {machine.name: machine}

    def test_disks_of_a_running_machine_are_limited_now_and_for_later(
        self, host: WholeHypervisor, machine: Machine
    ) -> None:
        limited = replace(machine, disks=(replace(machine.disks[0], iops=500), *machine.disks[1:]))
        host.define(machine)
        host.start(machine.name)
        for iops, wanted in ((500, limited), (500, limited), (0, machine), (500, limited)):
            host.limit(machine.name, {DiskRole.SYSTEM: iops})
            assert host.machines() == {machine.name: replace(wanted, power=Power.ON)}
        host.stop(machine.name, graceful_s=0)
        assert host.machines() == {machine.name: limited}

    def test_disks_of_a_machine_that_is_off_are_limited_too(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        host.limit(machine.name, {DiskRole.SYSTEM: 500})
        assert [disk.iops for disk in host.machines()[machine.name].disks][:1] == [500]
        host.start(machine.name)
        assert not host.machines()[machine.name].pending

    def test_a_disk_that_is_not_there_is_not_limited(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(replace(machine, disks=machine.disks[:1]))
        with pytest.raises(MachineRefused):
            host.limit(machine.name, {DiskRole.DATA: 500})
        with pytest.raises(NoSuchMachine):
            host.limit("nobody", {DiskRole.SYSTEM: 500})

    def test_a_machine_that_is_off_is_resized_too(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        host.resize(machine.name, vcpus=3, memory_mib=128)
        assert host.machines() == {machine.name: replace(machine, vcpus=3, memory_mib=128)}

    @pytest.mark.parametrize(
        ("vcpus", "memory_mib", "field"), [(5, 192, "vcpus"), (1, 1024, "memory_mib")], ids=["vcpus", "memory"]
    )
    def test_a_size_beyond_the_headroom_is_refused_and_changes_nothing(
        self, host: WholeHypervisor, machine: Machine, vcpus: int, memory_mib: int, field: str
    ) -> None:
        host.define(machine)
        with pytest.raises(NeedsRestart) as caught:
            host.resize(machine.name, vcpus=vcpus, memory_mib=memory_mib)
        assert caught.value.field == field
        assert host.machines() == {machine.name: machine}

    def test_a_host_without_the_memory_refuses(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(replace(machine, memory_mib=1 << 19, memory_max_mib=1 << 19))
        with pytest.raises(HostFull) as caught:
            host.start(machine.name)
        assert caught.value.remedy
        assert host.machines()[machine.name].power is Power.OFF

    def test_only_running_machines_have_statistics(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        assert host.statistics() == {}
        host.start(machine.name)
        (used,) = host.statistics().values()
        assert used.memory_used_mib > 0

    def test_a_disk_of_a_machine_that_is_off_is_not_grown_live(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        with pytest.raises(MachineRefused):
            host.grow(machine.name, DiskRole.SYSTEM, size_mib=128)

    def test_a_disk_is_grown_while_the_machine_runs(self, host: WholeHypervisor, machine: Machine) -> None:
        host.define(machine)
        host.start(machine.name)
        host.grow(machine.name, DiskRole.SYSTEM, size_mib=128)
        host.grow(machine.name, DiskRole.SYSTEM, size_mib=96)

    def test_the_host_has_room(self, host: WholeHypervisor) -> None:
        room = host.room()
        assert min(room.cores, room.memory_mib, room.disk_free_mib) > 0


class PortsContract:
    """For hosts where a port is a thing beside the machine; on Hyper-V it is a part of it, and cannot be another's."""

    def test_a_port_in_use_is_refused(self, host: WholeHypervisor, machine: Machine) -> None:
        other = replace(machine, name="hvt-globex", uuid=machine_uuid("hvt", "hvt-globex"))
        host.define(machine)
        host.define(other)
        host.start(machine.name)
        with pytest.raises(DeviceBusy):
            host.start(other.name)
        assert host.machines()[other.name].power is Power.OFF
