"""A machine comes back where it is not: beside the tenant's own, or on another host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.ground.clock import VirtualClock
from mailstead.ground.errors import InvalidInput, UnsafePlan
from mailstead.orders.drivers.memory import Moment
from mailstead.orders.model import Status
from mailstead.protection.errors import (
    BesideThere,
    HostSilent,
    NoSuchBeside,
    NotUndoable,
    SameHost,
    TooManyBeside,
)
from mailstead.protection.other_places import OtherPlaces
from simulation.faults import Faults
from simulation.worn import wear_everywhere
from tests.lifecycle.auditor import NOTHING, audit
from tests.lifecycle.stage import Stage

from .stage import backed_up, content, protected_stage, verbs, write

LOSS = ("machine acme",)


def other(stage: Stage) -> OtherPlaces:
    return OtherPlaces(verbs(stage))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Stage]:
    """Two hosts; acme is on the first, and has a backup."""
    made = protected_stage(tmp_path, "kvm1", "kvm2")
    backed_up(made)
    write(made, b"written since then")
    yield made
    made.close()


def lives_on(stage: Stage) -> str | None:
    return stage.world.tenants.get("acme").host


def test_a_machine_comes_back_beside_and_the_tenants_own_is_not_touched(stage: Stage) -> None:
    backed_up(stage)
    write(stage, b"as it is right now")
    own = stage.host().machines.machines()["acme"]
    report = stage.done(other(stage).beside("acme", "trial")).report
    assert (report["machine"], report["snapshot"]) == ("acme_trial", 1)
    assert content(stage, 18, machine="acme_trial") == b"as it was at first"
    assert content(stage, 18) == b"as it is right now"
    machines = stage.host().machines.machines()
    assert machines["acme"] == own
    made = machines["acme_trial"]
    assert made.power == "on"
    assert {made.uuid, made.nic.mac, made.nic.port}.isdisjoint({own.uuid, own.nic.mac, own.nic.port})
    assert made.nic.port not in {segment.port for segment in stage.host().switch.segments().values()}
    assert audit(stage) == NOTHING


def test_what_is_beside_is_listed_and_removed(stage: Stage) -> None:
    backed_up(stage)
    before = stage.host().machines.machines(), stage.host().volumes.volumes()
    stage.done(other(stage).beside("acme", "trial", 1))
    (found,) = other(stage).found("acme")
    assert (found.name, found.machine, found.host, len(found.disks)) == ("trial", "acme_trial", "kvm1", 2)
    stage.done(other(stage).remove("acme", "trial"))
    assert (stage.host().machines.machines(), stage.host().volumes.volumes()) == before
    assert other(stage).found("acme") == []
    with pytest.raises(NoSuchBeside):
        other(stage).remove("acme", "trial")


def test_what_cannot_be_beside_is_refused(stage: Stage) -> None:
    backed_up(stage)
    for name in ("one", "two", "three"):
        stage.done(other(stage).beside("acme", name))
    with pytest.raises(BesideThere):
        other(stage).beside("acme", "two")
    with pytest.raises(TooManyBeside):
        other(stage).beside("acme", "four")
    with pytest.raises(InvalidInput):
        other(stage).beside("acme", "../up")


def test_of_two_orders_for_one_name_the_second_leaves_the_firsts_machine_alone(stage: Stage) -> None:
    backed_up(stage)
    first, second = other(stage).beside("acme", "trial"), other(stage).beside("acme", "trial")
    stage.done(first)
    view = stage.settle(second)
    assert (view.status, (view.error or {})["code"]) == (Status.FAILED, "beside-there")
    assert "acme_trial" in stage.host().machines.machines()


def test_with_the_tenant_goes_what_is_beside(stage: Stage) -> None:
    backed_up(stage)
    stage.done(other(stage).beside("acme", "trial"))
    stage.done(stage.lifecycle.remove("acme"))
    stage.done(stage.lifecycle.purge("acme", early=True))
    assert stage.host().machines.machines() == {}
    assert stage.host().volumes.volumes() == {}


def test_a_machine_comes_back_on_another_host_and_the_old_one_is_off(two: Stage) -> None:
    with pytest.raises(UnsafePlan):
        other(two).elsewhere("acme", "kvm2")
    report = two.done(other(two).elsewhere("acme", "kvm2", allow_loss=LOSS)).report
    assert (lives_on(two), report["before"]) == ("kvm2", 2)
    assert content(two, 18) == b"as it was at first"
    assert two.host("kvm2").machines.machines()["acme"].power == "on"
    left = two.host("kvm1")
    assert (left.machines.machines(), left.volumes.volumes(), left.switch.segments()) == ({}, {}, {})
    assert audit(two) == NOTHING
    backed_up(two)


def test_a_restore_elsewhere_that_failed_is_taken_back(two: Stage) -> None:
    order = other(two).elsewhere("acme", "kvm2", allow_loss=LOSS)
    two.die("wait for mail", Moment.BEFORE)
    two.running.desk.cancel(order)
    assert lives_on(two) == "kvm2"
    two.done(verbs(two).undo("acme", order))
    assert lives_on(two) == "kvm1"
    assert content(two, 18) == b"written since then"
    there = two.host("kvm2")
    assert (there.machines.machines(), there.volumes.volumes(), there.switch.segments()) == ({}, {}, {})
    assert audit(two) == NOTHING


def test_there_is_no_way_back_once_the_old_disks_are_gone(two: Stage) -> None:
    order = other(two).elsewhere("acme", "kvm2", allow_loss=LOSS)
    two.done(order)
    with pytest.raises(NotUndoable):
        verbs(two).undo("acme", order)


def test_a_host_that_is_silent_has_to_be_said_to_be_gone(two: Stage) -> None:
    faults = Faults(VirtualClock())
    worn = wear_everywhere(two.outside, faults)
    faults.clock = worn.clock
    two.again(worn)
    faults.silent.update({"kvm1.machines", "kvm1.volumes", "kvm1.switch", "kvm1.guests", "kvm1.mail"})
    with pytest.raises(HostSilent, match="may run there"):
        other(two).elsewhere("acme", "kvm2", allow_loss=LOSS)
    order = other(two).elsewhere("acme", "kvm2", gone="kvm1", allow_loss=LOSS)
    view = two.done(order)
    assert lives_on(two) == "kvm2"
    assert "before" not in view.report
    assert two.host("kvm2").machines.machines()["acme"].power == "on"
    with pytest.raises(NotUndoable):
        verbs(two).undo("acme", order)
    faults.clear()
    assert {finding.code for finding in two.running.doctor.report().findings} >= {"machine-astray", "disk-astray"}


def test_a_host_that_falls_silent_meanwhile_stops_the_order_before_anything_starts(two: Stage) -> None:
    faults = Faults(VirtualClock())
    worn = wear_everywhere(two.outside, faults)
    faults.clock = worn.clock
    two.again(worn)
    order = other(two).elsewhere("acme", "kvm2", allow_loss=LOSS)
    two.die("take the machine off the old host", Moment.BEFORE)
    faults.silent.add("kvm1.machines")
    view = two.settle(order)
    assert (view.status, (view.error or {})["code"]) == (Status.FAILED, "host-silent")
    assert two.host("kvm2").machines.machines() == {}
    assert lives_on(two) == "kvm1"


def test_the_host_that_it_is_on_is_no_other(two: Stage) -> None:
    with pytest.raises(SameHost):
        other(two).elsewhere("acme", "kvm1", allow_loss=LOSS)
