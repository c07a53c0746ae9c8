"""What breaks while orders are at backups: nothing confirmed is lost, what went wrong is told, and a retry ends it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.model import Kind
from mailstead.backup.store.backups import Backups
from mailstead.orders.model import OrderView, Status
from mailstead.security.model import Secret
from mailstead.storage.model import Role, VolumeKey
from mailstead.wiring.memory import memory_outside
from simulation.faults import Fault, Faults, Trouble
from simulation.worn import wear_everywhere
from tests.lifecycle.auditor import NOTHING, audit
from tests.lifecycle.stage import open_stage, tenant

from .stage import backed_up, content, disks, protected_platform, verbs, write

LOSS = ["machine acme"]
TEXTS = (b"as it was at first", b"as it was later on", b"as it is right now")
OFTEN = 100


class Scene:
    """acme with two backups on two targets and a change since, in a world of *faults*."""

    def __init__(self, folder: Path) -> None:
        self.targets = {"near": MemoryTarget(), "far": MemoryTarget()}
        bare = replace(memory_outside(protected_platform()), targets=self.targets)
        self.faults = Faults(bare.clock)
        self.stage = open_stage(folder, protected_platform(), wear_everywhere(bare, self.faults))
        self.stage.done(self.stage.lifecycle.add(tenant()))
        self.promised = dict[int, bytes]()
        for number, text in enumerate(TEXTS[:2], start=1):
            write(self.stage, text)
            backed_up(self.stage)
            self.promised[number] = text
        write(self.stage, TEXTS[2])

    def strike(self, port: str, verb: str, fault: Fault, times: int = OFTEN) -> None:
        self.faults.place(Trouble(port, verb, fault, times=times))

    def calm(self) -> None:
        self.faults.clear()
        for target in self.targets.values():
            target.room = None

    def keeps_its_word(self) -> None:
        """Whatever was confirmed is there, and is what lay on the disk; and so is what was copied of it."""
        self.calm()
        for name in self.targets:
            store = verbs(self.stage).ground.places.store(name).tenant("acme")
            there = {one.number for one in store.snapshots()}
            assert name == "far" or self.promised.keys() <= there
            for number in self.promised.keys() & there:
                with store.reading(number, "oracle") as reading:
                    assert reading.disk("data").read(0, 18) == self.promised[number]
            assert store.verify_structure("oracle").sound
            assert store.verify_contents("oracle").sound


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.stage.close()


def _full(name: str) -> Callable[[Scene], None]:
    def fill(scene: Scene) -> None:
        scene.targets[name].room = 0

    return fill


def _struck(port: str, verb: str, fault: Fault, times: int = OFTEN) -> Callable[[Scene], None]:
    return lambda scene: scene.strike(port, verb, fault, times)


def _gone(name: str) -> Callable[[Scene], None]:
    return lambda scene: scene.faults.silent.add(name)


WAITS = ""  # for room, by itself
BROKEN = {
    "the target is full": (_full("near"), WAITS),
    "the target is gone": (_gone("near"), "unreachable"),
    "the target is read-only": (_struck("near.target", "create", Fault.REFUSED), "rejected"),
    "the target cannot be listed": (_struck("near.target", "list", Fault.REFUSED), "rejected"),
    "the second target is full": (_full("far"), WAITS),
    "the second target is gone": (_gone("far"), "unreachable"),
    "the host is gone": (_gone("kvm1"), "unreachable"),
}


@pytest.mark.parametrize(("broken", "code"), BROKEN.values(), ids=list(BROKEN))
def test_a_backup_that_something_stops_says_why_and_is_ended_by_a_retry(
    broken: Callable[[Scene], None], code: str, scene: Scene
) -> None:
    order = verbs(scene.stage).run("acme")
    broken(scene)
    view = scene.stage.settle(order)
    assert (view.status, _code(view)) == (Status.FAILED if code else Status.WAITING, code)
    scene.keeps_its_word()
    scene.stage.running.desk.retry(order)
    scene.stage.done(order)
    scene.promised[3] = TEXTS[2]
    scene.keeps_its_word()
    assert [one.number for one in verbs(scene.stage).snapshots("acme")] == [1, 2, 3]
    assert audit(scene.stage) == NOTHING


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.TWICE])
def test_a_slow_target_and_one_that_is_asked_twice_cost_time_alone(fault: Fault, scene: Scene) -> None:
    scene.strike("near.target", "read", fault)
    backed_up(scene.stage)
    scene.promised[3] = TEXTS[2]
    scene.keeps_its_word()


@pytest.mark.parametrize("broken", [_full("near"), _gone("near"), _struck("kvm1.places", "prepare", Fault.REFUSED)])
def test_a_restore_that_something_stops_has_changed_nothing_yet_and_is_ended_by_a_retry(
    broken: Callable[[Scene], None], scene: Scene
) -> None:
    order = verbs(scene.stage).restore("acme", 1, allow_loss=LOSS)
    broken(scene)
    assert scene.stage.settle(order).status in {Status.FAILED, Status.WAITING}
    assert content(scene.stage, 18) == TEXTS[2]
    assert scene.stage.host().machines.machines()["acme"].power == "on"
    scene.keeps_its_word()
    scene.stage.running.desk.retry(order)
    scene.stage.done(order)
    assert content(scene.stage, 18) == TEXTS[0]
    scene.promised[3] = TEXTS[2]  # what was there was backed up before
    scene.keeps_its_word()


def test_a_lost_bitmap_a_grown_disk_and_a_machine_that_is_off_are_backed_up_all_the_same(scene: Scene) -> None:
    disks(scene.stage).keep("acme", [])
    report = backed_up(scene.stage).report
    assert report["kind"] == Kind.INCREMENTAL
    assert "is lost, all of it was read" in str(report["remarks"])
    larger = scene.stage.world.tenants.get("acme").tenant.allowance.changed(disk_gib=9)
    scene.stage.done(scene.stage.lifecycle.change("acme", lambda now: now.changed(allowance=larger)))
    write(scene.stage, b"behind the old end", 8 << 30)
    scene.stage.host().machines.stop("acme", graceful_s=0)
    backed_up(scene.stage)
    scene.promised |= {3: TEXTS[2], 4: TEXTS[2]}
    scene.keeps_its_word()
    with verbs(scene.stage).ground.store("acme").reading(4, "oracle") as reading:
        assert reading.disk("data").read(8 << 30, 18) == b"behind the old end"


def test_a_machine_that_is_lost_with_its_disks_in_the_middle_of_a_run_fails_that_run_alone(scene: Scene) -> None:
    scene.stage.host().machines.remove("acme")
    scene.stage.host().volumes.remove(VolumeKey("acme", Role.DATA))
    view = scene.stage.settle(verbs(scene.stage).run("acme"))
    assert (view.status, _code(view)) == (Status.FAILED, "no-such-machine")
    scene.keeps_its_word()
    scene.stage.done(verbs(scene.stage).restore("acme", 2, allow_loss=LOSS))
    assert content(scene.stage, 18) == TEXTS[1]


def test_a_second_platform_on_the_same_store_is_refused_and_the_first_goes_on(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    bare = replace(memory_outside(protected_platform()), targets=scene.targets)
    other = open_stage(tmp_path / "other", protected_platform(), bare)
    other.done(other.lifecycle.add(tenant()))
    assert _code(other.settle(verbs(other).run("acme"))) == "foreign-store"
    known = verbs(other).known("acme")
    assert known
    assert "another key" in known.failure
    other.close()
    backed_up(scene.stage)
    scene.promised[3] = TEXTS[2]
    scene.keeps_its_word()


def _code(view: OrderView) -> str:
    return str((view.error or {}).get("code", ""))


def test_a_wrong_key_opens_nothing(scene: Scene) -> None:
    with pytest.raises(Exception, match="another key"):
        Backups(scene.targets["near"], Secret(b"w" * 32))
    scene.keeps_its_word()
