"""A mailbox of an Exchange server comes back out of a backup: its database is opened beside, and taken away again."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import cast

import pytest

from mailstead.exchange.drivers.memory import MemoryExchange, Server
from mailstead.ground.clock import VirtualClock
from mailstead.hypervisors.drivers.memory_loans import MemoryLoans
from mailstead.orders.drivers.memory import Moment
from mailstead.orders.model import Status
from mailstead.salvage.errors import NothingLeft, NotSingly, NoWayBack
from mailstead.salvage.model import Choice, Report
from mailstead.wiring.memory import Outside
from simulation.faults import Faults
from simulation.worn import wear, wear_everywhere
from tests.lifecycle.auditor import unfinished
from tests.lifecycle.deaths import AtStep, Death, Mortal, calls_of
from tests.lifecycle.scenes import copied
from tests.lifecycle.stage import Stage, open_stage, platform, tenant, with_ports

from .versions import TARGET, keep, store_of

ANNA = "anna@acme.example"
TAKEN = datetime(2026, 11, 2, 23, tzinfo=UTC)
ALL = Choice(1, ANNA, into="Restored/2026-11-02")
CAME_BACK = {"INBOX": {"a"}, "Restored/2026-11-02/INBOX": {"a", "b"}, "Restored/2026-11-02/Work": {"c"}}
STEPS = (
    "find mailbox",
    "lend the disk of the backup",
    "open the database",
    "give mailbox back",
    "take the database away",
    "take the disk off",
    "judge",
)
WANTED = platform(backup_target=[{"name": TARGET, "kind": "memory"}])


def open_shop(folder: Path, outside: Outside | None = None) -> Stage:
    return open_stage(folder, WANTED, outside)


def furnish(stage: Stage) -> None:
    """Let acme have an Exchange server, with a mailbox that was tidied up after the backup."""
    stage.done(stage.lifecycle.add(tenant(windows={"image": "exchange.vhdx"})))
    keep(store_of(stage), b"\1" * (1 << 20), TAKEN)
    server_of(stage).mailboxes[ANNA] = {"INBOX": {"a"}}
    server_of(stage).older = {ANNA: {"INBOX": {"a", "b"}, "Work": {"c"}}}


def inner(port: object) -> object:
    return getattr(port, "inner", port)


def server_of(stage: Stage) -> Server:
    return cast("MemoryExchange", inner(stage.host().exchange)).inside("acme")


def left_behind(stage: Stage) -> object:
    """Return whatever of a restore is still there: on the server, at the machine, beside its disks, in the store."""
    server, loans = server_of(stage), cast("MemoryLoans", inner(stage.host().loans))
    beside = getattr(inner(stage.host().places), "_beside", {})
    lent = [*loans.lent.get("acme", {}).values()]
    return (server.mounted, [*server.requests], server.sees, lent, [*beside], [*store_of(stage).leases()])


NOTHING_LEFT: object = ("", [], None, [], [], [])


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = open_shop(tmp_path)
    furnish(made)
    yield made
    made.close()


def test_a_mailbox_comes_back_and_nothing_is_left_behind(stage: Stage) -> None:
    view = stage.done(stage.running.salvage.give_back("acme", ALL))
    assert tuple(step.name for step in view.steps) == STEPS
    assert view.total_steps == len(STEPS)
    assert Report.from_json(view.report) == Report(of=3, created=3)
    assert server_of(stage).mailboxes[ANNA] == CAME_BACK
    assert left_behind(stage) == NOTHING_LEFT


def test_one_folder_comes_back_to_where_it_was_and_a_second_time_nothing_comes_twice(stage: Stage) -> None:
    for _ in range(2):
        stage.done(stage.running.salvage.give_back("acme", Choice(1, ANNA, folder="INBOX")))
    assert server_of(stage).mailboxes[ANNA] == {"INBOX": {"a", "b"}}


def test_when_exchange_cannot_copy_the_order_says_why_and_leaves_nothing_behind(stage: Stage) -> None:
    server_of(stage).breaks = "the mailbox is full"
    view = stage.settle(stage.running.salvage.give_back("acme", ALL))
    assert (view.status, (view.error or {})["code"]) == (Status.FAILED, "not-given-back")
    assert Report.from_json(view.report).failures[0].why == "the mailbox is full"
    assert left_behind(stage) == NOTHING_LEFT


def test_what_a_failed_order_left_is_taken_away_by_another(stage: Stage) -> None:
    server_of(stage).torn = True
    salvage = stage.running.salvage
    order = salvage.give_back("acme", ALL)
    assert stage.settle(order).status is Status.FAILED
    assert left_behind(stage) != NOTHING_LEFT
    stage.done(salvage.take_away("acme", order))
    assert left_behind(stage) == NOTHING_LEFT


def test_a_failed_order_goes_on_when_what_hindered_it_is_gone(stage: Stage) -> None:
    server_of(stage).torn = True
    order = stage.running.salvage.give_back("acme", ALL)
    stage.settle(order)
    server_of(stage).torn = False
    stage.running.desk.retry(order)
    stage.done(order)
    assert server_of(stage).mailboxes[ANNA] == CAME_BACK
    with pytest.raises(NothingLeft):
        stage.running.salvage.take_away("acme", order)


def test_a_mailbox_that_is_not_there_changes_nothing(stage: Stage) -> None:
    view = stage.settle(stage.running.salvage.give_back("acme", Choice(1, "bert@acme.example")))
    assert (view.error or {})["code"] == "exchange-no-such-mailbox"
    assert left_behind(stage) == NOTHING_LEFT


def test_single_mails_are_refused_with_the_way_that_there_is(stage: Stage) -> None:
    with pytest.raises(NotSingly) as refused:
        stage.running.salvage.give_back("acme", Choice(1, ANNA, guids=("x",)))
    assert "--folder" in refused.value.remedy


def test_a_host_that_cannot_lend_disks_is_told_at_once(stage: Stage) -> None:
    stage.again(with_ports(stage.outside, "kvm1", loans=None))
    with pytest.raises(NoWayBack):
        stage.running.salvage.give_back("acme", ALL)


@dataclass
class Scene:
    """A furnished shop; each death gets a copy of its own."""

    home: Path
    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        stage = open_shop(self.home)
        furnish(stage)
        stage.close()
        self.outside = stage.outside

    @contextmanager
    def at(self) -> Iterator[Mortal]:
        folder = self.folder / str(next(self._numbers))
        shutil.copytree(self.home, folder)
        faults = Faults(VirtualClock())
        outside = _worn(copied(self.outside), faults)
        faults.clock = outside.clock
        mortal = Mortal(open_shop(folder, outside), faults)
        yield mortal
        mortal.stage.close()
        shutil.rmtree(folder)

    def comes_to_the_same_end(self, death: Death) -> None:
        with self.at() as mortal:
            order = mortal.stage.running.salvage.give_back("acme", ALL)
            assert mortal.dies(death), death
            mortal.stage.done(order)
            assert unfinished(mortal.stage) == [], death
            assert server_of(mortal.stage).mailboxes[ANNA] == CAME_BACK, death
            assert left_behind(mortal.stage) == NOTHING_LEFT, death


def _worn(outside: Outside, faults: Faults) -> Outside:
    worn = wear_everywhere(outside, faults)
    ports = worn.hosts["kvm1"]
    more = {name: wear(getattr(ports, name), f"kvm1.{name}", faults) for name in ("places", "loans", "exchange")}
    return replace(worn, hosts={"kvm1": replace(ports, **more)})


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("shop"), tmp_path_factory.mktemp("sweep"))


@pytest.mark.parametrize("moment", Moment, ids=lambda moment: moment.name)
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_it_comes_to_the_same_end(scene: Scene, step: str, moment: Moment) -> None:
    scene.comes_to_the_same_end(AtStep(step, moment))


def test_killed_in_a_call_it_comes_to_the_same_end(scene: Scene) -> None:
    with scene.at() as mortal:
        order = mortal.stage.running.salvage.give_back("acme", ALL)
        mortal.faults.calls.clear()
        mortal.stage.done(order)
        deaths = list(calls_of(mortal.faults))
    assert {death.verb for death in deaths} >= {"prepare", "lend", "show", "recover", "mount", "give_back", "hide"}
    for death in deaths:
        scene.comes_to_the_same_end(death)
