"""Twenty tenants ordered at once: no number, place or name is given twice, and no host does more than it may."""

from itertools import pairwise
from pathlib import Path

import pytest

from mailstead.ground.errors import MailsteadError, NoRoom
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.lifecycle.workflow import Runbooks
from mailstead.orders.drivers.memory import MemoryEngine
from mailstead.orders.model import Limits, Status

from .auditor import NOTHING, audit, unfinished
from .stage import Stage, open_stage, platform, tenant

MANY = 20


def _seeded(stage: Stage, seed: int) -> MemoryEngine:
    """Return an engine that draws who moves next from *seed*, and let it carry out the stage's orders."""
    limits = Limits({host.name: host.orders_at_once for host in stage.platform.hosts})
    engine = MemoryEngine(stage.outside.clock, journal=stage.outside.journal, limits=limits, seed=seed)
    Runbooks(stage.running.steps).register(engine)
    engine.launch()
    return engine


@pytest.mark.parametrize("seed", range(3))
def test_twenty_tenants_at_once_get_one_of_everything_each(seed: int, tmp_path: Path) -> None:
    stage = open_stage(tmp_path, platform("kvm1", "kvm2", "kvm3"))
    stage.engine.close()
    engine = _seeded(stage, seed)
    lifecycle = Lifecycle(stage.running.steps, engine)
    orders = [lifecycle.add(tenant(f"tenant-{number}")) for number in range(MANY)]
    most: dict[str, int] = {}
    while any(engine.show(order).status.is_open for order in orders):
        engine.wait(orders[0], 0.0)
        engine._advance()
        running = [view.host for order in orders if (view := engine.show(order)).status is Status.RUNNING]
        for host in set(running):
            most[str(host)] = max(most.get(str(host), 0), running.count(host))
    assert most == {"kvm1": 2, "kvm2": 2, "kvm3": 2}
    assert unfinished(stage) == []
    assert audit(stage) == NOTHING
    engine.close()


def test_only_as_many_are_taken_on_as_there_are_numbers(tmp_path: Path) -> None:
    stage = open_stage(tmp_path, platform(network={"vlan_first": 100, "vlan_last": 102}))
    orders = [stage.lifecycle.add(tenant(f"tenant-{number}")) for number in range(3)]
    with pytest.raises(NoRoom) as refusal:
        stage.lifecycle.add(tenant("late"))
    assert (refusal.value.code, refusal.value.field) == ("vlans-exhausted", "network.vlan_last")
    for order in orders:
        stage.done(order)
    assert audit(stage) == NOTHING
    stage.done(stage.lifecycle.remove("tenant-1"))
    stage.done(stage.lifecycle.purge("tenant-1", early=True))
    stage.done(stage.lifecycle.add(tenant("late")))
    assert audit(stage) == NOTHING


def test_orders_of_one_tenant_run_one_after_another(stage: Stage) -> None:
    orders = [stage.lifecycle.add(tenant()), stage.lifecycle.suspend("acme"), stage.lifecycle.resume("acme")]
    views = [stage.done(order) for order in orders]
    assert all(one.ended <= two.started for one, two in pairwise(views) if one.ended and two.started)
    assert audit(stage) == NOTHING


def test_a_removal_behind_an_onboarding_wins(stage: Stage) -> None:
    orders = [stage.lifecycle.add(tenant()), stage.lifecycle.remove("acme")]
    for order in orders:
        stage.done(order)
    assert [f for f in audit(stage) if "lost disks" not in f] == []


def test_a_tenant_brought_back_before_its_removal_ran_serves(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    orders = [stage.lifecycle.remove("acme"), stage.lifecycle.resume("acme")]
    for order in orders:
        stage.done(order)
    assert audit(stage) == NOTHING


def test_a_tenant_that_is_being_purged_cannot_be_brought_back(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    stage.done(stage.lifecycle.remove("acme"))
    order = stage.lifecycle.purge("acme", early=True)
    with pytest.raises(MailsteadError) as refusal:
        stage.lifecycle.resume("acme")
    assert refusal.value.code == "conflict"
    stage.done(order)
    assert audit(stage) == NOTHING
