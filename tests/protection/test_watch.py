"""The worker's rounds: whoever is due gets an order, once; outages, failures and changes of mind included."""

from datetime import timedelta
from pathlib import Path

from mailstead.orders.model import Status
from mailstead.protection.watch import order_due
from mailstead.protection.workflow import RUN, TEND
from tests.lifecycle.stage import Stage, open_stage, tenant

from .stage import verbs


def rounds(stage: Stage, span: timedelta, step: timedelta = timedelta(minutes=30)) -> list[str]:
    """Let the worker look every so often, and return the kinds of orders that it gave."""
    given, end = list[str](), stage.outside.clock.now() + span
    while stage.outside.clock.now() < end:
        given += [stage.settle(order).kind for order in order_due(verbs(stage), stage.running.desk)]
        stage.outside.clock.sleep(step.total_seconds())
    return given


def test_a_night_makes_one_backup_and_tends_what_is_kept(stage: Stage) -> None:
    assert rounds(stage, timedelta(hours=6)) == [RUN, TEND]  # it is midnight, and the window open
    assert rounds(stage, timedelta(hours=15)) == []
    assert rounds(stage, timedelta(days=2)).count(RUN) == 2
    assert [one.number for one in verbs(stage).snapshots("acme")] == [3]


def test_a_platform_without_targets_asks_nobody(tmp_path: Path) -> None:
    stage = open_stage(tmp_path)
    stage.done(stage.lifecycle.add(tenant()))
    assert order_due(verbs(stage), stage.running.desk) == []
    stage.close()


def test_what_is_turned_off_is_not_backed_up(stage: Stage) -> None:
    off = stage.world.tenants.get("acme").tenant.backup.changed(off=True)
    stage.done(stage.lifecycle.change("acme", lambda now: now.changed(backup=off)))
    assert rounds(stage, timedelta(days=2)) == []


def test_a_night_that_was_missed_is_made_up_as_soon_as_it_is_overdue(stage: Stage) -> None:
    assert rounds(stage, timedelta(hours=29)).count(RUN) == 2
    stage.outside.clock.sleep(timedelta(hours=40).total_seconds())  # the platform was away
    assert order_due(verbs(stage), stage.running.desk)
    stage.engine.settle()


def test_one_that_cannot_be_served_hinders_no_other_and_is_tried_again(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant("globex")))
    stage.host().machines.remove("acme")
    given = rounds(stage, timedelta(hours=29))
    known = verbs(stage).ground.book.all()
    assert known["globex"].good
    assert known["acme"].failure
    assert given.count(RUN) > 2
    failed = [order for order in stage.running.desk.list(None, Status.FAILED, 100) if order.kind == RUN]
    assert {order.tenant for order in failed} == {"acme"}
