"""A tenant's whole onboarding meets a full disk on its host, parks, and goes on by itself."""

from pathlib import Path

from mailstead.orders.model import AGAIN_S, Status
from tests.lifecycle.auditor import audit
from tests.lifecycle.stage import Stage, open_stage, tenant


def full_stage(folder: Path) -> Stage:
    """Return a stage whose host has no room for disks."""
    stage = open_stage(folder)
    stage.host().volumes._floor_mib = 1 << 41  # type: ignore[attr-defined]  # of the memory driver
    return stage


def make_room(stage: Stage) -> None:
    stage.host().volumes._floor_mib = 0  # type: ignore[attr-defined]  # likewise


def test_onboarding_waits_for_room_on_the_hosts_disk_and_goes_on_by_itself(tmp_path: Path) -> None:
    stage = full_stage(tmp_path)
    stage.world.tenants.add(tenant(), source="command")
    order = stage.lifecycle.settle("acme")
    view = stage.settle(order)
    assert view.is_parked
    assert view.waits_for.startswith("room: no room for the")
    assert view.steps[-1].name == "make disks"
    stage.world.clock.sleep(AGAIN_S)
    assert stage.settle(order).is_parked
    make_room(stage)
    assert stage.settle(order).is_parked
    stage.world.clock.sleep(AGAIN_S)
    assert stage.done(order).steps_done == 12
    assert audit(stage) == ()


def test_a_tenant_that_waits_for_room_can_be_removed(tmp_path: Path) -> None:
    stage = full_stage(tmp_path)
    stage.world.tenants.add(tenant(), source="command")
    first = stage.lifecycle.settle("acme")
    assert stage.settle(first).is_parked
    removal = stage.lifecycle.remove("acme")
    stage.world.clock.sleep(AGAIN_S)
    assert stage.done(removal).status is Status.DONE
    assert stage.running.desk.show(first).status is Status.DONE
    assert audit(stage) == ()
