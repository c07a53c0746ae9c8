"""A tenant that is purged takes its backups along, on every target; a legal hold wins."""

import pytest

from mailstead.backup.errors import SnapshotHeld
from mailstead.orders.drivers.memory import Moment
from mailstead.orders.model import Status
from tests.lifecycle.stage import Stage, tenant

from .stage import backed_up, verbs, write


def kept(stage: Stage) -> list[str]:
    targets = (stage.outside.targets[name] for name in ("near", "far"))
    return [entry.name for target in targets for entry in target.list("tenants/acme/")]


def removed(stage: Stage) -> None:
    backed_up(stage)
    write(stage, b"more", 1 << 20)
    backed_up(stage)
    stage.done(stage.lifecycle.remove("acme"))


def test_nothing_is_left_and_nobody_who_comes_by_that_name_later_finds_anything(stage: Stage) -> None:
    removed(stage)
    before = kept(stage)
    assert before
    stage.done(stage.lifecycle.purge("acme", early=True))
    assert kept(stage) == []
    stage.done(stage.lifecycle.add(tenant()))
    assert verbs(stage).snapshots("acme") == []
    assert verbs(stage).known("acme") is None
    assert backed_up(stage).report["snapshot"] == 1


def test_while_a_hold_lies_on_a_backup_nothing_goes(stage: Stage) -> None:
    removed(stage)
    verbs(stage).hold("acme", 1, reason="a lawsuit", by="alice")
    before = kept(stage)
    with pytest.raises(SnapshotHeld, match="holds lie on backups of acme: 1"):
        stage.lifecycle.purge("acme", early=True)
    assert kept(stage) == before
    verbs(stage).release("acme", 1)
    stage.done(stage.lifecycle.purge("acme", early=True))
    assert kept(stage) == []


def test_a_hold_laid_after_the_order_was_given_stands_and_the_purge_goes_on_without_it(stage: Stage) -> None:
    removed(stage)
    order = stage.lifecycle.purge("acme", early=True)
    verbs(stage).hold("acme", 2, reason="a lawsuit", by="alice")
    view = stage.settle(order)
    assert (view.status, (view.error or {})["code"]) == (Status.FAILED, "snapshot-held")
    assert [one.number for one in verbs(stage).snapshots("acme")] == [1, 2]
    assert {key.tenant for key in stage.host().volumes.volumes()} == {"acme"}
    verbs(stage).release("acme", 2)
    stage.running.desk.retry(order)
    stage.done(order)
    assert kept(stage) == []


@pytest.mark.parametrize("moment", Moment)
def test_a_purge_that_dies_is_ended_by_the_next_try(stage: Stage, moment: Moment) -> None:
    removed(stage)
    order = stage.lifecycle.purge("acme", early=True)
    stage.die("destroy keys", moment)
    stage.done(order)
    assert kept(stage) == []
