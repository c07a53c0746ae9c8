"""Two thousand stories, on two processors, and nothing is lost, double or touched that is not ours."""

import time

import pytest

from simulation.faults import Fault
from simulation.many import many
from simulation.tally import Tally

SEEDS = range(2000)
WITHIN_S = 300.0


@pytest.mark.alone
@pytest.mark.timeout(1800)
def test_two_thousand_seeds_end_well() -> None:
    begun, told = time.monotonic(), Tally()
    for part in many(SEEDS, processes=2):
        told.join(part)
    print(told)
    print(f"{time.monotonic() - begun:.0f} s by the clock; wanted on two quiet processors: {WITHIN_S:.0f} s")
    assert told.broken == {}
    assert told.seeds == len(SEEDS)
    assert told.orders > 2 * told.seeds
    assert set(told.faults) == set(Fault)
