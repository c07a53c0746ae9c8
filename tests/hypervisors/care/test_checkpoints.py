"""Checkpoints: made, listed, brought back, dropped; on every driver that has them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mailstead.ground.clock import VirtualClock
from mailstead.hypervisors.drivers.hyperv.checkpoints import HyperVCheckpoints
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.drivers.memory_operations import MemoryCheckpoints
from mailstead.hypervisors.model import AnswerLost, HostDenied, MachineRefused, NoSuchMachine
from mailstead.hypervisors.operating import BadLabel, CheckpointKind, CheckpointsInTheWay, MachineBusy, NoSuchCheckpoint
from mailstead.hypervisors.port import Checkpoints
from tests.hypervisors.example import example_machine
from tests.standin.faults import Kind
from tests.standin.hyperv.kinds import VMState
from tests.standin.hyperv.world import GIB, Drive, Snapshot

from .conftest import TENANT, HyperVHost


@dataclass
class Kept:
    """A port, with a machine of TENANT: `change` gives that another memory size, `size_mib` tells which it has."""

    port: Checkpoints
    change: Callable[[], None]
    size_mib: Callable[[], int]


class CheckpointsContract:
    """Subclasses give `kept`."""

    def test_a_new_machine_has_none(self, kept: Kept) -> None:
        assert kept.port.checkpoints(TENANT) == ()

    def test_what_was_made_is_listed_in_the_order_of_making(self, kept: Kept) -> None:
        made = [kept.port.take(TENANT, label) for label in ("b-first", "a-second")]
        assert kept.port.checkpoints(TENANT) == tuple(made)
        assert [one.label for one in made] == ["b-first", "a-second"]

    def test_making_it_twice_keeps_the_first(self, kept: Kept) -> None:
        assert kept.port.take(TENANT, "once") == kept.port.take(TENANT, "once")
        assert len(kept.port.checkpoints(TENANT)) == 1

    def test_bringing_back_loses_what_came_later_and_may_be_repeated(self, kept: Kept) -> None:
        before = kept.size_mib()
        kept.port.take(TENANT, "before-update")
        kept.change()
        assert kept.size_mib() != before
        kept.port.bring_back(TENANT, "before-update")
        kept.port.bring_back(TENANT, "before-update")
        assert kept.size_mib() == before
        assert len(kept.port.checkpoints(TENANT)) == 1

    def test_dropping_twice_is_no_error(self, kept: Kept) -> None:
        kept.port.take(TENANT, "gone-soon")
        kept.port.drop(TENANT, "gone-soon")
        kept.port.drop(TENANT, "gone-soon")
        assert kept.port.checkpoints(TENANT) == ()

    def test_flattening_leaves_none_and_may_be_repeated(self, kept: Kept) -> None:
        for label in ("one", "two"):
            kept.port.take(TENANT, label)
        kept.port.flatten(TENANT)
        kept.port.flatten(TENANT)
        kept.port.flatten("nobody")
        assert kept.port.checkpoints(TENANT) == ()

    def test_one_that_is_not_there_cannot_be_brought_back(self, kept: Kept) -> None:
        with pytest.raises(NoSuchCheckpoint) as caught:
            kept.port.bring_back(TENANT, "never")
        assert caught.value.remedy

    @pytest.mark.parametrize("label", ["", "A", "a b", "a'b", "a\nb", "-a", "a" * 41, "x-standard", "ä"])
    def test_a_label_outside_the_alphabet_is_refused(self, kept: Kept, label: str) -> None:
        with pytest.raises(BadLabel):
            kept.port.take(TENANT, label)
        assert kept.port.checkpoints(TENANT) == ()

    def test_a_machine_that_is_not_there_is_told(self, kept: Kept) -> None:
        for verb in (kept.port.take, kept.port.bring_back, kept.port.drop):
            with pytest.raises(NoSuchMachine):
                verb("nobody", "label")
        with pytest.raises(NoSuchMachine):
            kept.port.checkpoints("nobody")


class TestMemoryCheckpoints(CheckpointsContract):
    @pytest.fixture
    def kept(self) -> Kept:
        host = MemoryHypervisor()
        machine = example_machine(Path("/m"), Path("/k"), Path("/i"))
        host.define(machine)
        return Kept(
            MemoryCheckpoints(host, VirtualClock()),
            lambda: host.define(replace(machine, memory_mib=256)),
            lambda: host.machines()[TENANT].memory_mib,
        )


class TestHyperVCheckpoints(CheckpointsContract):
    @pytest.fixture
    def kept(self, hv: HyperVHost) -> Kept:
        machine = hv.put()
        return Kept(
            HyperVCheckpoints(hv.operated),
            lambda: setattr(machine, "startup", 4 * GIB),
            lambda: machine.startup >> 20,
        )


@pytest.fixture
def port(hv: HyperVHost) -> HyperVCheckpoints:
    hv.put()
    return HyperVCheckpoints(hv.operated)


def test_production_is_asked_for_and_known(hv: HyperVHost, port: HyperVCheckpoints) -> None:
    (machine,) = hv.world.machines.values()
    machine.state = VMState.Running
    assert port.take(TENANT, "good").kind is CheckpointKind.PRODUCTION
    assert machine.checkpoint_type == "Production"


def test_the_fall_back_to_standard_is_told_now_and_later(hv: HyperVHost, port: HyperVCheckpoints) -> None:
    (machine,) = hv.world.machines.values()
    machine.state, machine.services["VSS"] = VMState.Running, False
    assert port.take(TENANT, "poor").kind is CheckpointKind.STANDARD
    assert port.checkpoints(TENANT)[0].kind is CheckpointKind.STANDARD
    assert machine.checkpoint_type == "Production"
    port.bring_back(TENANT, "poor")
    assert machine.checkpoint_type == "Production"
    port.drop(TENANT, "poor")
    assert machine.snapshots == []


def test_checkpoints_of_others_are_not_ours(hv: HyperVHost, port: HyperVCheckpoints) -> None:
    (machine,) = hv.world.machines.values()
    machine.snapshots.append(Snapshot(machine, "Automatic Checkpoint - acme - (1/2/2026)", {}))
    assert port.checkpoints(TENANT) == ()
    port.drop(TENANT, "automatic")
    assert len(machine.snapshots) == 1


def test_a_machine_of_another_platform_is_not_ours(hv: HyperVHost) -> None:
    hv.put(platform="theirs")
    with pytest.raises(NoSuchMachine):
        HyperVCheckpoints(hv.operated).take(TENANT, "x")


def test_two_machines_with_our_mark_are_refused_by_their_ids(hv: HyperVHost) -> None:
    ids = {str(hv.put().id), str(hv.put().id)}
    with pytest.raises(MachineRefused) as caught:
        HyperVCheckpoints(hv.operated).take(TENANT, "x")
    assert all(number in caught.value.message for number in ids)
    assert not any(machine.snapshots for machine in hv.world.machines.values())


@pytest.mark.parametrize(
    ("kind", "at", "expected"),
    [
        (Kind.BUSY, "Checkpoint-VM", MachineBusy),
        (Kind.REFUSAL, "Checkpoint-VM", HostDenied),
        (Kind.TERMINATING, "Get-VMSnapshot", MachineRefused),
        (Kind.LOST_ANSWER, "Command", AnswerLost),
        (Kind.GARBAGE, "Receive", AnswerLost),
    ],
)
def test_after_a_fault_the_same_call_leads_to_one_checkpoint(
    hv: HyperVHost, port: HyperVCheckpoints, kind: Kind, at: str, expected: type[Exception]
) -> None:
    port.checkpoints(TENANT)
    hv.standin.faults.add(kind, at)
    with pytest.raises(expected):
        port.take(TENANT, "once")
    port.take(TENANT, "once")
    (machine,) = hv.world.machines.values()
    assert [snapshot.name for snapshot in machine.snapshots] == ["mailstead-once"]


@pytest.mark.parametrize("lost", ["after", "before"])
@pytest.mark.parametrize("cmdlet", ["Checkpoint-VM", "Restore-VMSnapshot", "Remove-VMSnapshot"])
def test_after_a_lost_answer_a_repetition_leads_to_the_same(hv: HyperVHost, cmdlet: str, lost: str) -> None:
    machine = hv.put()
    port = HyperVCheckpoints(hv.losing(cmdlet, done=lost == "after"))
    verbs: dict[str, Callable[[], object]] = {
        "Checkpoint-VM": lambda: port.take(TENANT, "once"),
        "Restore-VMSnapshot": lambda: port.bring_back(TENANT, "once"),
        "Remove-VMSnapshot": lambda: port.drop(TENANT, "once"),
    }
    if cmdlet != "Checkpoint-VM":
        port.take(TENANT, "once")
    with pytest.raises(AnswerLost):
        verbs[cmdlet]()
    verbs[cmdlet]()
    assert len(machine.snapshots) == (cmdlet != "Remove-VMSnapshot")
    assert machine.checkpoint_type == "Production"


def test_a_machine_writes_beside_its_disk_until_all_checkpoints_are_gone(hv: HyperVHost) -> None:
    machine = hv.put()
    disk = machine.drives[0].path
    port = HyperVCheckpoints(hv.operated)
    port.take(TENANT, "one")
    port.take(TENANT, "two")
    assert machine.drives[0].path.endswith(".avhdx")
    port.drop(TENANT, "one")
    port.drop(TENANT, "two")
    assert machine.drives[0].path == disk
    assert list(hv.world.vhds) == [disk.lower()]


def test_a_machine_with_a_whole_disk_of_the_host_has_no_checkpoints(hv: HyperVHost) -> None:
    machine = hv.put()
    machine.drives.append(Drive(machine, 1, disk_number=3))
    with pytest.raises(MachineRefused):
        HyperVCheckpoints(hv.operated).take(TENANT, "one")
    assert machine.snapshots == []


def test_flattening_ends_when_the_disks_are_merged(hv: HyperVHost) -> None:
    machine, clock = hv.put(), VirtualClock()
    disk = machine.drives[0].path
    port = HyperVCheckpoints(hv.operated, clock)
    port.take(TENANT, "one")
    beside = machine.drives[0].path
    port.drop(TENANT, "one")
    machine.drives[0].path = beside  # Hyper-V has answered, and merges still
    with pytest.raises(MachineBusy):
        port.flatten(TENANT)
    assert clock.monotonic() > 3600
    machine.drives[0].path = disk
    port.flatten(TENANT)


def test_checkpoints_of_others_are_in_the_way_of_flattening(hv: HyperVHost, port: HyperVCheckpoints) -> None:
    (machine,) = hv.world.machines.values()
    port.take(TENANT, "ours")
    machine.snapshots.append(Snapshot(machine, "Before I went on holiday", {}))
    with pytest.raises(CheckpointsInTheWay, match="holiday"):
        port.flatten(TENANT)
    assert len(machine.snapshots) == 2
