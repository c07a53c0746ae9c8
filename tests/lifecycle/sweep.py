"""One act after another, interrupted where a test says, held against the same act uninterrupted."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from mailstead.ground.clock import VirtualClock
from simulation.faults import Faults
from simulation.worn import wear_everywhere

from .acts import Act
from .auditor import NOTHING, audit, picture, unfinished
from .deaths import AtCall, Mortal, calls_of
from .scenes import Scene, Scenes
from .stage import Stage


@dataclass(frozen=True)
class Whole:
    """What an act comes to when nobody interrupts it, and what it does on the way."""

    picture: dict[str, object]
    findings: tuple[str, ...]
    calls: tuple[AtCall, ...]
    writes: int


@dataclass
class Sweep:
    """Acts to be interrupted; each is played whole once."""

    scenes: Scenes
    folder: Path
    _whole: dict[str, Whole] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def at(self, scene: Scene) -> Iterator[Mortal]:
        """Yield a process that can die, at *scene*."""
        folder = self.folder / str(next(self._numbers))
        faults = Faults(VirtualClock())
        stage = self.scenes.open(scene, folder, lambda outside: wear_everywhere(outside, faults))
        faults.clock = stage.outside.clock
        mortal = Mortal(stage, faults)
        yield mortal
        mortal.stage.close()
        shutil.rmtree(folder)

    def whole(self, act: Act) -> Whole:
        """Return what *act* comes to."""
        if act.name not in self._whole:
            self._whole[act.name] = self._played(act)
        return self._whole[act.name]

    def _played(self, act: Act) -> Whole:
        with self.at(act.scene) as mortal:
            order = act.order(mortal.stage)
            mortal.faults.calls.clear()
            before = mortal.writes
            view = mortal.stage.done(order)
            assert tuple(step.name for step in view.steps) == act.steps, "acts.py must name every step"
            assert view.total_steps == len(act.steps)
            calls, writes = tuple(calls_of(mortal.faults)), mortal.writes - before
            findings = audit(mortal.stage)
            assert findings == NOTHING or act.may_leave in findings
            return Whole(picture(mortal.stage), findings, calls, writes)


def assert_same_end(stage: Stage, whole: Whole, told: object) -> None:
    """Assert that every order has ended, exactly one of everything is there, and all as uninterrupted."""
    assert unfinished(stage) == [], told
    assert audit(stage) == whole.findings, told
    assert picture(stage) == whole.picture, told
