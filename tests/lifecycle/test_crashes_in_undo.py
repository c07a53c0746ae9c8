"""An onboarding given up half-way is taken back: removed and purged, killed at every step of that too."""

import pytest

from mailstead.orders.drivers.memory import Moment
from mailstead.orders.model import Status
from tests.conftest import Tally

from .acts import PURGE, REMOVE, SETTLE, Act, purge, remove
from .auditor import picture
from .deaths import AtStep
from .scenes import ALONE, Scene
from .stage import Stage, tenant
from .sweep import Sweep, assert_same_end


def _given_up_after(step: str) -> Scene:
    def play(stage: Stage) -> None:
        order = stage.lifecycle.add(tenant())
        while step not in {seen.name for seen in stage.running.desk.show(order).steps if seen.ended}:
            assert stage.engine._advance()
        assert stage.running.desk.cancel(order).status is Status.CANCELLED
        stage.engine.settle()

    return Scene(f"given up after {step}", play, ALONE)


def _removed_after(step: str) -> Scene:
    return Scene(f"removed after {step}", lambda stage: stage.done(remove(stage)), _given_up_after(step))


@pytest.mark.parametrize("step", SETTLE[:-1])
def test_killed_while_it_is_taken_back_nothing_is_left_and_nothing_lost(step: str, sweep: Sweep, tally: Tally) -> None:
    undo = (
        Act(
            f"remove after {step}",
            _given_up_after(step),
            remove,
            REMOVE,
            may_leave="acme lost disks within the grace time",
        ),
        Act(f"purge after {step}", _removed_after(step), purge, PURGE),
    )
    points = [(act, AtStep(name, moment)) for act in undo for name in act.steps for moment in Moment]
    tally("crashes within undo", len(points))
    for act, death in points:
        with sweep.at(act.scene) as mortal:
            order = act.order(mortal.stage)
            assert mortal.dies(death), (step, death)
            mortal.stage.done(order)
            assert_same_end(mortal.stage, sweep.whole(act), (step, death))


@pytest.mark.parametrize("step", SETTLE[:-1])
def test_taken_back_it_is_as_if_it_had_never_been(step: str, sweep: Sweep) -> None:
    act = Act(f"purge after {step}", _removed_after(step), purge, PURGE)
    with sweep.at(ALONE) as mortal:
        assert sweep.whole(act).picture == picture(mortal.stage)
