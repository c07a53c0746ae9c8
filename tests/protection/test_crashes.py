"""Killed at every step, in every call and between any two writes of every order of protection: the same end."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from mailstead.ground.clock import VirtualClock
from mailstead.orders.drivers.memory import Moment
from mailstead.protection.other_places import OtherPlaces
from simulation.faults import Fault, Faults
from simulation.worn import wear_everywhere
from tests.conftest import Tally
from tests.lifecycle.auditor import NOTHING, audit, picture, unfinished
from tests.lifecycle.deaths import AfterWrite, AtCall, AtStep, Death, Mortal, calls_of
from tests.lifecycle.scenes import copied
from tests.lifecycle.stage import Stage, open_stage
from tests.lifecycle.sweep import Whole

from .stage import backed_up, content, protected_platform, protected_stage, verbs, write


@dataclass(frozen=True)
class Act:
    """An order to be interrupted."""

    name: str
    order: Callable[[Stage], str]
    steps: tuple[str, ...]


ACTS = (
    Act(
        "run",
        lambda stage: verbs(stage).run("acme"),
        ("back up disks", "forget old points", "note the backup", "copy to the second target"),
    ),
    Act("verify", lambda stage: verbs(stage).verify("acme"), ("check backups",)),
    Act("prune", lambda stage: verbs(stage).prune("acme", [1]), ("remove snapshots",)),
    Act(
        "tend",
        lambda stage: verbs(stage).tend("acme"),
        ("remove snapshots", "free what nobody needs", "check backups"),
    ),
    Act(
        "drill",
        lambda stage: verbs(stage).drill("acme"),
        (
            "clear the ground",
            "prepare disks",
            "start the drill",
            "probe SMTP and IMAP",
            "take the drill away",
            "judge the drill",
        ),
    ),
    Act(
        "restore",
        lambda stage: verbs(stage).restore("acme", 1, allow_loss=["machine acme"]),
        (
            "back up what is there",
            "prepare disks",
            "stop machine",
            "exchange disks",
            "lay network",
            "start machine",
            "wait for the machine",
            "wait for mail",
            "let the old disks go",
            "tell what came back",
        ),
    ),
    Act(
        "beside",
        lambda stage: OtherPlaces(verbs(stage)).beside("acme", "trial", 1),
        ("clear the ground", "prepare disks", "start the machine beside", "wait for the machine"),
    ),
    Act(
        "elsewhere",
        lambda stage: OtherPlaces(verbs(stage)).elsewhere("acme", "kvm2", 1, allow_loss=("machine acme",)),
        (
            "back up what is there",
            "prepare the other host",
            "prepare disks",
            "take the machine off the old host",
            "put disks in",
            "lay network",
            "start machine",
            "wait for the machine",
            "configure mail",
            "wait for mail",
            "tell what came back",
            "let the old disks go",
        ),
    ),
)
HOSTS = ("kvm1", "kvm2")
LOOKS = {"answers", "list", "read"}  # which change nothing
STEPS = [(act, step, moment) for act in ACTS for step in act.steps for moment in Moment]


@dataclass
class Scene:
    """A tenant with two backups, and a change since; each test gets a copy of its own."""

    home: Path
    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)
    _whole: dict[str, tuple[Whole, object]] = field(default_factory=dict)
    _outside: object = None

    def __post_init__(self) -> None:
        stage = protected_stage(self.home, *HOSTS)
        backed_up(stage)
        write(stage, b"as it was later on")
        backed_up(stage)
        write(stage, b"as it is right now")
        stage.close()
        self._outside = stage.outside

    @contextmanager
    def at(self) -> Iterator[Mortal]:
        folder = self.folder / str(next(self._numbers))
        shutil.copytree(self.home, folder)
        faults = Faults(VirtualClock())
        outside = wear_everywhere(copied(self._outside), faults)  # type: ignore[arg-type]
        faults.clock = outside.clock
        mortal = Mortal(open_stage(folder, protected_platform(*HOSTS), outside), faults)
        yield mortal
        mortal.stage.close()
        shutil.rmtree(folder)

    def whole(self, act: Act) -> tuple[Whole, object]:
        """Return what an act comes to when nobody interrupts it, and what is kept and on disks then."""
        if act.name not in self._whole:
            with self.at() as mortal:
                order = act.order(mortal.stage)
                mortal.faults.calls.clear()
                before = mortal.writes
                view = mortal.stage.done(order)
                assert tuple(step.name for step in view.steps) == act.steps
                assert view.total_steps == len(act.steps)
                calls = tuple(call for call in calls_of(mortal.faults) if _counts(call))
                writes = mortal.writes - before
                assert audit(mortal.stage) == NOTHING
                whole = Whole(picture(mortal.stage), NOTHING, calls, writes)
                self._whole[act.name] = whole, kept(mortal.stage)
        return self._whole[act.name]


def kept(stage: Stage) -> object:
    """Return what is on the disk, what on both targets, and whether anybody still holds a lease there."""
    places = verbs(stage).ground.places
    stores = [places.store(name).tenant("acme") for name in ("near", "far")]
    return (
        content(stage, 18),
        [[(one.number, one.kind, one.base) for one in store.snapshots()] for store in stores],
        [store.leases() for store in stores],
    )


def _counts(call: AtCall) -> bool:
    """Whether it changes something, and not just what the call before it did: before one is after another."""
    return call.verb not in LOOKS and (call.fault is Fault.KILLED_AFTER or call.number == 1)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"), tmp_path_factory.mktemp("sweep"))


def _dies(scene: Scene, act: Act, death: Death) -> None:
    whole, left = scene.whole(act)
    with scene.at() as mortal:
        order = act.order(mortal.stage)
        taken = isinstance(death, AtCall) and death.verb == "create"  # a name that is taken is never created
        assert mortal.dies(death) or taken, death
        mortal.stage.done(order)
        assert unfinished(mortal.stage) == [], death
        assert audit(mortal.stage) == NOTHING, death
        assert picture(mortal.stage) == whole.picture, death
        assert kept(mortal.stage) == left, death


@pytest.mark.parametrize(("act", "step", "moment"), STEPS, ids=[f"{a.name}-{s}-{m.name}" for a, s, m in STEPS])
def test_killed_at_a_step_it_comes_to_the_same_end(
    act: Act, step: str, moment: Moment, scene: Scene, tally: Tally
) -> None:
    tally("crashes at a step of backups")
    _dies(scene, act, AtStep(step, moment))


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_killed_in_a_drivers_call_it_comes_to_the_same_end(act: Act, scene: Scene, tally: Tally) -> None:
    calls = scene.whole(act)[0].calls
    tally("crashes in a driver's call of backups", len(calls))
    for death in calls:
        _dies(scene, act, death)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_killed_between_two_writes_to_the_database_it_comes_to_the_same_end(
    act: Act, scene: Scene, tally: Tally
) -> None:
    writes = scene.whole(act)[0].writes
    tally("crashes of backups after a write to the database", writes)
    for number in range(1, writes + 1):
        _dies(scene, act, AfterWrite(number))
