"""Killed at every step of every order, and started again: the same end state, and exactly one of everything."""

from pathlib import Path

import pytest

from mailstead.orders.drivers.memory import Moment
from tests.conftest import Tally

from .acts import ACTS, SETTLE, Act
from .auditor import NOTHING, audit
from .deaths import AfterWrite, AtStep
from .stage import open_stage, tenant
from .sweep import Sweep, assert_same_end

STEPS = [(act, step, moment) for act in ACTS for step in act.steps for moment in Moment]


@pytest.mark.parametrize(("act", "step", "moment"), STEPS, ids=[f"{a.name}-{s}-{m.name}" for a, s, m in STEPS])
def test_killed_at_a_step_it_comes_to_the_same_end(
    act: Act, step: str, moment: Moment, sweep: Sweep, tally: Tally
) -> None:
    tally("crashes at a step")
    with sweep.at(act.scene) as mortal:
        order = act.order(mortal.stage)
        assert mortal.dies(AtStep(step, moment))
        mortal.stage.done(order)
        assert_same_end(mortal.stage, sweep.whole(act), (step, moment))


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_killed_in_a_drivers_call_it_comes_to_the_same_end(act: Act, sweep: Sweep, tally: Tally) -> None:
    calls = sweep.whole(act).calls
    tally("crashes in a driver's call, its answer lost or never asked for", len(calls))
    for death in calls:
        with sweep.at(act.scene) as mortal:
            order = act.order(mortal.stage)
            assert mortal.dies(death), death
            mortal.stage.done(order)
            assert_same_end(mortal.stage, sweep.whole(act), death)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_killed_between_two_writes_to_the_database_it_comes_to_the_same_end(
    act: Act, sweep: Sweep, tally: Tally
) -> None:
    writes = sweep.whole(act).writes
    tally("crashes after a write to the database", writes)
    for number in range(1, writes + 1):
        with sweep.at(act.scene) as mortal:
            order = act.order(mortal.stage)
            assert mortal.dies(AfterWrite(number)), number
            mortal.stage.done(order)
            assert_same_end(mortal.stage, sweep.whole(act), number)


def test_killed_at_every_step_in_a_row_it_still_comes_to_the_same_end(tmp_path: Path) -> None:
    stage = open_stage(tmp_path)
    order = stage.lifecycle.add(tenant())
    for step in SETTLE:
        for moment in (Moment.BEFORE, Moment.AFTER):
            stage.die(step, moment)
    stage.done(order)
    assert audit(stage) == NOTHING
