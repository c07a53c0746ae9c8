"""One seed tells one story, and plays it the same way, to the byte, in every process."""

import subprocess
import sys
from pathlib import Path

import pytest

from simulation.story import tell

ROOT = Path(__file__).parents[2]
SEEDS = range(7, 13)
SCRIPT = """
import sys
from simulation.many import home
from simulation.play import play
from simulation.story import tell
with home() as folder:
    for seed in map(int, sys.argv[1:]):
        outcome = play(tell(seed), folder)
        print(outcome.story, *outcome.log, *outcome.violations, sep="\\n")
"""


def _log(hash_seed: str) -> bytes:
    words = [sys.executable, "-c", SCRIPT, *map(str, SEEDS)]
    return subprocess.run(words, check=True, capture_output=True, cwd=ROOT, env={"PYTHONHASHSEED": hash_seed}).stdout


def test_two_processes_write_the_same_log() -> None:
    one, other = _log("1"), _log("4711")
    assert one == other
    assert one.count(b"operator adds") >= len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_story_is_a_value_that_can_be_read(seed: int) -> None:
    assert tell(seed) == tell(seed)
    assert tell(seed) != tell(seed + 1)
    assert str(tell(seed)).startswith(f"seed {seed}: ")
    assert len(str(tell(seed)).splitlines()) > len(tell(seed).acts)
