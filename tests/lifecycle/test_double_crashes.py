"""Killed, started again, and killed once more while it recovers: a thousand pairs, drawn by a seed."""

import random

import pytest

from mailstead.orders.drivers.memory import Moment
from tests.conftest import Tally

from .acts import ACTS, Act
from .deaths import AfterWrite, AtStep, Death, Mortal
from .sweep import Sweep, Whole, assert_same_end

SEED = 20_261_122
BATCHES, EACH = 40, 25


@pytest.mark.parametrize("batch", range(BATCHES))
def test_killed_again_while_it_recovers_it_comes_to_the_same_end(batch: int, sweep: Sweep, tally: Tally) -> None:
    tally("double crashes", EACH)
    chance = random.Random(f"{SEED}/{batch}")  # noqa: S311  # a sampler's dice, no secret
    pairs = 0
    while pairs < EACH:
        act = chance.choice(ACTS)
        pairs += _died_twice(act, sweep, chance)


def _died_twice(act: Act, sweep: Sweep, chance: random.Random) -> bool:
    """Die twice if the order lives so long, and say whether it did; the end must be the same either way."""
    whole = sweep.whole(act)
    first = _somewhere(act.steps, whole, chance)
    with sweep.at(act.scene) as mortal:
        order = act.order(mortal.stage)
        assert mortal.dies(first), first
        left = act.steps[_steps_done(mortal, order) :]
        second = _somewhere(left, whole, chance) if left else None
        twice = mortal.dies(second)
        mortal.stage.done(order)
        assert_same_end(mortal.stage, whole, (act.name, first, second))
    return twice


def _somewhere(steps: tuple[str, ...], whole: Whole, chance: random.Random) -> Death:
    kind = chance.randrange(4)
    if kind == 0 and whole.calls:
        return chance.choice(whole.calls)
    if kind == 1 and whole.writes:
        return AfterWrite(chance.randint(1, whole.writes))
    return AtStep(chance.choice(steps), chance.choice(list(Moment)))


def _steps_done(mortal: Mortal, order: str) -> int:
    return len(mortal.stage.engine.journal.steps[order])
