"""On Hyper-V hosts too: killed at a step or in a call, an answer lost: the same end, and exactly one of everything.

The drivers and the client are real, the host is the stand-in. A call over the wire takes its time, so of all points
where a process can die, one in `EVERY` is played; MAILSTEAD_HYPERV_CRASHES_EVERY=1 plays all.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest

from mailstead.hypervisors.drivers.hyperv.fresh import FRESH_S
from mailstead.orders.drivers.memory import Crashed, Moment
from tests.conftest import Tally
from tests.standin.rig import rigged

from .acts import ACTS, Act
from .auditor import audit, picture, unfinished
from .hyperv_stage import Ending, HyperVScenes, Way
from .stage import Stage

Point: TypeAlias = tuple[int, Ending] | tuple[str, Moment]

PLAYED = [act for act in ACTS if act.name in {"onboard", "enlarge", "remove", "purge", "bring-back"}]
EVERY = int(os.environ.get("MAILSTEAD_HYPERV_CRASHES_EVERY", "20"))


@dataclass(frozen=True)
class Whole:
    """What an act comes to uninterrupted, and the calls that it takes until the order is done."""

    picture: dict[str, object]
    findings: tuple[str, ...]
    calls: tuple[tuple[str, ...], ...]

    @property
    def changing(self) -> list[int]:
        """The numbers of the calls that change something."""
        return [number for number, call in enumerate(self.calls) if not all(map(_reads, call))]


def _reads(cmdlet: str) -> bool:
    return cmdlet.startswith("Get-")


@dataclass
class HyperVSweep:
    """Acts to be interrupted; each is played whole once."""

    scenes: HyperVScenes
    folder: Path
    _whole: dict[str, Whole] = field(default_factory=dict)
    _opened: int = 0

    def open(self, act: Act) -> Stage:
        self._opened += 1
        return self.scenes.open(act.scene, self.folder / str(self._opened))

    def whole(self, act: Act) -> Whole:
        if act.name not in self._whole:
            stage, way = self.open(act), self.scenes.way
            order = act.order(stage)
            way.calls.clear()
            stage.done(order)
            calls = tuple(way.calls)
            self._whole[act.name] = Whole(picture(stage), audit(stage), calls)
            stage.close()
        return self._whole[act.name]

    def assert_same_end(self, stage: Stage, act: Act, told: object) -> None:
        """Assert that all has ended as it does uninterrupted; and forget the stage."""
        self.scenes.way.ending = None
        whole = self.whole(act)
        assert unfinished(stage) == [], told
        assert audit(stage) == whole.findings, told
        assert picture(stage) == whole.picture, told
        stage.close()


@pytest.fixture(scope="module")
def sweeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HyperVSweep]:
    folder = tmp_path_factory.mktemp("hyperv")
    for name in ("standin", "scenes", "sweep"):
        (folder / name).mkdir()
    with rigged(folder / "standin") as rig:
        yield HyperVSweep(HyperVScenes(folder / "scenes", Way(rig)), folder / "sweep")


def _points(act: Act, whole: Whole) -> list[Point]:
    """Return where the process can die, or an answer be lost; of these one in EVERY, beginning anywhere."""
    calls: list[Point] = [
        (number, ending) for number in whole.changing for ending in (Ending.KILLED_AFTER, Ending.LOST)
    ]
    steps: list[Point] = [(step, moment) for step in act.steps for moment in Moment]
    return [*calls, *steps][len(act.name) % EVERY :: EVERY]


@pytest.mark.parametrize("act", PLAYED, ids=lambda act: act.name)
def test_killed_or_without_an_answer_it_comes_to_the_same_end(act: Act, sweeping: HyperVSweep, tally: Tally) -> None:
    whole = sweeping.whole(act)
    assert whole.findings in {(), (act.may_leave,)}
    points = _points(act, whole)
    tally("crashes and lost answers on Hyper-V", len(points))
    for point in points:
        stage = sweeping.open(act)
        order = act.order(stage)
        _suffer(stage, sweeping.scenes.way, point)
        stage.done(order)
        sweeping.assert_same_end(stage, act, point)


def _suffer(stage: Stage, way: Way, point: Point) -> None:
    """Let the call end as said; or die at the step, and let the next process lose its first answer."""
    where, how = point
    way.calls.clear()
    if isinstance(how, Ending) and isinstance(where, int):
        way.ending = (where, how)
        if how is Ending.KILLED_AFTER:
            with pytest.raises(Crashed):
                stage.engine.settle()
            stage.again()
            stage.outside.clock.sleep(FRESH_S)  # the drivers live on here, and what a process remembers must not
    elif isinstance(how, Moment) and isinstance(where, str):
        stage.die(where, how)
        stage.outside.clock.sleep(FRESH_S)
        way.ending = (len(way.calls), Ending.LOST)
