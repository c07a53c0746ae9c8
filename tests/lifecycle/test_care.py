"""Checkpoints, copies and moves as orders: what they refuse, and what is left when a process dies in their midst."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import pytest

from mailstead.ground.errors import UnsafePlan
from mailstead.hypervisors.model import AnswerLost, MachineRefused
from mailstead.hypervisors.operating import CheckpointsInTheWay, CheckpointThere, MachineThere, NoSuchCheckpoint
from mailstead.hypervisors.port import Migration
from mailstead.lifecycle.errors import NotOfDriver
from mailstead.lifecycle.placement import HostInMaintenance, HostsFull, UnknownHost
from mailstead.orders.drivers.memory import Moment
from mailstead.orders.model import Status
from mailstead.wiring.memory import memory_outside
from mailstead.wiring.memory_host import Metal

from .stage import Stage, open_stage, platform, tenant, with_ports

HOSTS = ("kvm1", "kvm2")
MOVE_STEPS = ("prepare the other host", "move machine", "note its host", "lay network", "start machine")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Two hosts that share nothing, with acme in service on kvm1."""
    made = open_stage(tmp_path, platform(*HOSTS))
    made.done(made.lifecycle.add(tenant(host="kvm1")))
    yield made
    made.close()


def _places(stage: Stage) -> list[str]:
    return [name for name, ports in stage.outside.hosts.items() if "acme" in ports.machines.machines()]


def _is_whole(stage: Stage, host: str) -> None:
    """See that acme is on this host alone, with its disks and network, known to be there, and nothing to be done."""
    assert _places(stage) == [host]
    for name, ports in stage.outside.hosts.items():
        there = {key.tenant for key in ports.volumes.volumes()} | ports.switch.segments().keys()
        assert there == ({"acme"} if name == host else set())
    assert stage.world.tenants.get("acme").host == host
    assert stage.drift() == {}


@dataclass
class Losing:
    """A way between hosts that loses the answer once, after the work or before it."""

    inner: Migration
    done: bool
    lost: bool = False

    def migrate(self, name: str, address: str, folder: PurePath) -> None:
        loses, self.lost = not self.lost, True
        if not loses or self.done:
            self.inner.migrate(name, address, folder)
        if loses:
            raise AnswerLost("the answer was lost")


def test_a_machine_moves_with_disks_and_network(stage: Stage) -> None:
    view = stage.done(stage.running.care.move("acme", "kvm2"))
    assert tuple(step.name for step in view.steps) == MOVE_STEPS
    _is_whole(stage, "kvm2")


@pytest.mark.parametrize("lost", ["after", "before"])
def test_a_lost_answer_is_looked_after_on_both_hosts(stage: Stage, lost: str) -> None:
    migration = stage.host().migration
    assert migration
    stage.again(with_ports(stage.outside, "kvm1", migration=Losing(migration, done=lost == "after")))
    stage.done(stage.running.care.move("acme", "kvm2"))
    _is_whole(stage, "kvm2")


@pytest.mark.parametrize("moment", list(Moment), ids=lambda moment: moment.name)
@pytest.mark.parametrize("step", MOVE_STEPS)
def test_a_move_goes_on_wherever_the_process_dies(stage: Stage, step: str, moment: Moment) -> None:
    order = stage.running.care.move("acme", "kvm2")
    stage.die(step, moment)
    stage.done(order)
    _is_whole(stage, "kvm2")


def test_with_a_machine_on_both_hosts_none_is_touched(stage: Stage) -> None:
    order = stage.running.care.move("acme", "kvm2")
    ours = stage.host("kvm1").machines.machines()["acme"]
    stage.host("kvm2").machines.define(ours)
    view = stage.settle(order)
    assert (view.status, (view.error or {})["code"]) == (Status.FAILED, MachineRefused.code)
    assert _places(stage) == list(HOSTS)
    assert stage.world.tenants.get("acme").host == "kvm1"


def test_a_host_without_room_is_refused_before_anything_happens(tmp_path: Path) -> None:
    wanted = platform(*HOSTS)
    outside = memory_outside(wanted)
    small = memory_outside(wanted, outside.clock, Metal(memory_mib=1024)).hosts["kvm2"]
    stage = open_stage(tmp_path, wanted, replace(outside, hosts={**outside.hosts, "kvm2": small}))
    stage.done(stage.lifecycle.add(tenant(host="kvm1")))
    with pytest.raises(HostsFull):
        stage.running.care.move("acme", "kvm2")
    with pytest.raises(HostsFull):
        stage.running.draining.begin("kvm1")
    assert stage.world.maintenance.all() == {}
    _is_whole(stage, "kvm1")
    stage.close()


def test_hosts_in_maintenance_unknown_ones_and_drivers_that_cannot_are_refused(stage: Stage) -> None:
    with pytest.raises(UnknownHost):
        stage.running.care.move("acme", "hv99")
    stage.world.maintenance.begin("kvm2", stage.outside.clock.now(), "a new fan")
    with pytest.raises(HostInMaintenance, match="a new fan"):
        stage.running.care.move("acme", "kvm2")
    stage.world.maintenance.end("kvm2")
    stage.again(with_ports(stage.outside, "kvm1", migration=None))
    with pytest.raises(NotOfDriver):
        stage.running.care.move("acme", "kvm2")
    _is_whole(stage, "kvm1")


def test_a_host_that_is_drained_is_emptied_one_by_one(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant("globex", host="kvm1")))
    orders = stage.running.draining.begin("kvm1")
    for order in orders:
        stage.done(order)
    assert (len(orders), stage.running.draining.left("kvm1")) == (2, [])
    assert stage.running.draining.begin("kvm1") == []


def test_what_changes_on_a_host_in_maintenance_is_not_refused(stage: Stage) -> None:
    stage.world.maintenance.begin("kvm1", stage.outside.clock.now(), "")
    grown = stage.world.tenants.get("acme").tenant.allowance.changed(memory_mib=1024)
    stage.done(stage.lifecycle.change("acme", lambda wanted: wanted.changed(allowance=grown)))
    _is_whole(stage, "kvm1")


def test_a_loss_must_be_named_before_a_machine_is_brought_back(stage: Stage) -> None:
    care = stage.running.care
    stage.done(care.take("acme", "before"))
    with pytest.raises(CheckpointThere):
        care.take("acme", "before")
    with pytest.raises(UnsafePlan, match="all mail and changes of acme since"):
        care.bring_back("acme", "before")
    with pytest.raises(UnsafePlan):
        care.bring_back("acme", "before", allow_loss=["machine globex"])
    with pytest.raises(NoSuchCheckpoint):
        care.bring_back("acme", "never", allow_loss=["machine acme"])
    stage.done(care.bring_back("acme", "before", allow_loss=["machine acme"]))
    _is_whole(stage, "kvm1")


def test_a_disk_does_not_grow_below_a_checkpoint(stage: Stage) -> None:
    stage.done(stage.running.care.take("acme", "before"))
    before = stage.world.tenants.get("acme").tenant.allowance
    with pytest.raises(CheckpointsInTheWay, match="before"):
        stage.lifecycle.change("acme", lambda now: now.changed(allowance=before.changed(disk_gib=8)))
    assert stage.world.tenants.get("acme").tenant.allowance == before
    stage.done(stage.running.care.drop("acme", "before"))
    stage.done(stage.lifecycle.change("acme", lambda now: now.changed(allowance=before.changed(disk_gib=8))))


def test_a_machine_is_removed_only_when_its_disk_files_hold_everything(stage: Stage) -> None:
    stage.done(stage.running.care.take("acme", "before"))
    stage.done(stage.lifecycle.remove("acme"))
    stage.done(stage.lifecycle.resume("acme"))
    assert stage.running.care.checkpoints("acme") == ()
    _is_whole(stage, "kvm1")


@pytest.mark.parametrize("moment", list(Moment), ids=lambda moment: moment.name)
@pytest.mark.parametrize("verb", ["take", "bring_back", "drop"])
def test_a_checkpoint_is_one_wherever_the_process_dies(stage: Stage, verb: str, moment: Moment) -> None:
    care = stage.running.care
    if verb != "take":
        stage.done(care.take("acme", "once"))
    order = (
        care.bring_back("acme", "once", allow_loss=["machine acme"])
        if verb == "bring_back"
        else getattr(care, verb)("acme", "once")
    )
    steps = {"take": "make checkpoint", "bring_back": "bring machine back", "drop": "remove checkpoint"}
    stage.die(steps[verb], moment)
    stage.done(order)
    assert len(stage.running.care.checkpoints("acme")) == (verb != "drop")
    _is_whole(stage, "kvm1")


@pytest.mark.parametrize("moment", list(Moment), ids=lambda moment: moment.name)
def test_an_import_makes_one_machine_wherever_the_process_dies(stage: Stage, moment: Moment) -> None:
    order, place = stage.running.care.export("acme", "friday")
    stage.done(order)
    with pytest.raises(MachineThere):
        stage.running.care.take_in("acme", str(place.configuration))
    stage.host().machines.remove("acme")
    order = stage.running.care.take_in("acme", str(place.configuration))
    stage.die("import machine", moment)
    stage.done(order)
    assert _places(stage) == ["kvm1"]
    stage.done(stage.lifecycle.settle("acme"))
    _is_whole(stage, "kvm1")
