"""Tenants leave, and at last the whole demonstration, on real virtual machines."""

import pytest

from mailstead.cli.demo.cast import HOME

from . import moments
from .pool import Pool
from .stage import Stage, machines, ours_on_this_machine

pytestmark = [pytest.mark.vm, pytest.mark.timeout(2400), pytest.mark.usefixtures("told")]


def test_a_removal_killed_twice_is_finished_and_keeps_the_disks(stage: Stage) -> None:
    stage.kill_at(moments.anchors_in_hand_over, "tenant", "remove", "globex", "--yes")
    (order,) = [order["order"] for order in stage.json("order", "list") if order["status"] == "running"]
    stage.kill_at(moments.step_begun("stop machine"), "order", "watch", order)
    stage.finish("globex")
    assert (HOME / "machines" / "globex" / "data.qcow2").exists()
    assert machines() == ["ms-acme"]


def test_a_purge_destroys_the_disks_and_frees_the_numbers(stage: Stage) -> None:
    stage.run("tenant", "purge", "globex", "--confirm", "globex")
    assert not (HOME / "machines" / "globex").exists()
    assert [tenant["tenant"] for tenant in stage.json("tenant", "list")] == ["acme"]
    assert stage.findings() == ()


def test_taken_down_it_leaves_nothing_behind(stage: Stage, pool: Pool) -> None:
    assert ours_on_this_machine()
    stage.run("demo", "--down")
    assert list(HOME.iterdir()) == [HOME / "machines"]  # where the test mounted its file system
    assert {path.name for path in (HOME / "machines").iterdir()} <= {"lost+found"}
    pool.unmount()
    assert ours_on_this_machine() == []
