"""What a worker does by itself, round after round."""

import pytest

from mailstead.ground.errors import NotFound
from mailstead.lifecycle.upkeep import upkeep

from .auditor import NOTHING, audit
from .stage import Stage, tenant

DAY_S = 86_400.0


def _round(stage: Stage) -> None:
    upkeep(stage.lifecycle, stage.world, stage.engine, every_s=1.0, rounds=1)
    stage.engine.settle()


def test_orders_that_ended_long_ago_are_forgotten(stage: Stage) -> None:
    onboarding = stage.done(stage.lifecycle.add(tenant())).id
    stage.world.clock.sleep(399 * DAY_S)
    _round(stage)
    kept = [view.id for view in stage.running.desk.list()]
    assert len(kept) == 2, "the onboarding, and the renewal that became due"
    stage.world.clock.sleep(2 * DAY_S)
    _round(stage)
    assert {view.id for view in stage.running.desk.list()} >= set(kept) - {onboarding}
    with pytest.raises(NotFound):
        stage.running.desk.show(onboarding)
    assert audit(stage) == NOTHING
