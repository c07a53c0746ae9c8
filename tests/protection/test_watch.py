"""The worker's rounds: whoever is due gets an order, once; outages, failures and changes of mind included."""

from datetime import datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path

from sqlalchemy import insert

from mailstead.orders.model import Status
from mailstead.protection.model import Known
from mailstead.protection.plan import rules_of
from mailstead.protection.schedule import Candidate, is_due, sieve, wants_tending
from mailstead.protection.store import protection
from mailstead.protection.watch import order_due
from mailstead.protection.workflow import RUN, TEND
from mailstead.tenants.model import Backup, Tenant
from mailstead.tenants.store import tenants
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


AGES = tuple(product((None, 40.0, 30.0, 15.0, 11.0, 1.0), (None, 2.0, 0.5), (None, 25.0, 3.0)))  # good, tried, tended
PAST = tuple(product(AGES, (None, "10:00-11:00", "00:00-00:00")))


def test_what_the_database_leaves_out_is_never_due(stage: Stage) -> None:
    ground, now = verbs(stage).ground, stage.outside.clock.now()
    rows = [_row(f"t{number:03}", hours) for number, (_, hours) in enumerate((*PAST, (AGES[0], None)))]
    lines = [_line(f"t{number:03}", now, *ages) for number, (ages, _) in enumerate(PAST)]
    with stage.world.tenants._database.transaction() as connection:
        connection.execute(insert(tenants), rows)
        connection.execute(insert(protection), lines)
    rules = partial(rules_of, ground.world.platform, host="kvm1")
    placed = [one for one in ground.book.placed() if one.known]
    left_out = 0
    for hour in range(-2, 48, 3):
        at = now + timedelta(hours=hour)
        found = [Candidate(one.tenant, one.host, rules(one.own), one.known or Known(at)) for one in placed]
        due = {one.tenant for one in found if is_due(one, at) or wants_tending(one, at)}
        seen = {one.tenant for one in ground.book.placed(sieve({"kvm1": rules(Backup())}, at))}
        assert due < seen
        left_out += len(placed) - len(seen)
    assert left_out


def _row(name: str, hours: str | None) -> dict[str, object]:
    own = {"name": name, "domains": [{"name": f"{name}.example"}], "backup": {"hours": hours}}
    row = {"tenant": name, "document": Tenant.parse(own).model_dump_json(), "revision": 1, "status": "active"}
    return row | {"source": "command", "host": "kvm1"}


def _line(name: str, now: datetime, *ages: float | None) -> dict[str, object]:
    good, tried, tended = (None if age is None else now - timedelta(hours=age) for age in ages)
    line = {"tenant": name, "since": now - timedelta(days=9), "snapshot": 1, "failure": "", "damage": ""}
    return line | {"good": good, "tried": tried, "tended": tended}
