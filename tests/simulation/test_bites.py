"""The simulation finds what it is there to find: each rule, broken on purpose, is told of."""

from pathlib import Path

import pytest

from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.networks.model import Segment
from mailstead.orders.drivers.memory.journal import MemoryLeases
from simulation.acts import Act, Asked, Event, Happens, Placed, Verb
from simulation.faults import Fault, Trouble
from simulation.operator import ask
from simulation.play import Outcome, play
from simulation.story import Story
from simulation.world import FOREIGN_ZONE, World

ADD = Act(0, Asked(Verb.ADD, "acme"))
LATER = Act(300, Happens(Event.UPKEEP, "the control plane"))


def _play(folder: Path, *acts: Act) -> Outcome:
    return play(Story(1, ("kvm1",), 8, acts), folder)


def test_an_undisturbed_story_ends_well(folder: Path) -> None:
    outcome = _play(folder, ADD, LATER)
    assert outcome.violations == []
    assert outcome.orders == 2  # and a backup, for it is night


def test_a_vlan_given_to_two_is_seen_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ensure(self: MemorySwitch, segment: Segment) -> None:
        self._segments |= {segment.tenant: segment, "globex": segment}

    monkeypatch.setattr(MemorySwitch, "ensure", ensure)
    assert _play(folder, ADD, LATER).kind == "one VLAN, several owners"


def test_a_strangers_zone_that_goes_is_seen_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(world: World, asked: Asked) -> None:
        ask(world, asked)
        world.names.remove(FOREIGN_ZONE)

    monkeypatch.setattr("simulation.play.ask", greedy)
    assert _play(folder, ADD, LATER).kind == "a stranger's thing changed"


def test_a_machine_that_is_never_removed_is_found_at_the_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryHypervisor, "remove", lambda self, name: None)
    outcome = _play(folder, ADD, LATER, Act(0, Asked(Verb.REMOVE, "acme")), LATER)
    assert outcome.kind == "does not come right"


def test_an_error_of_our_own_making_is_no_excuse(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: MemoryLeases, resource: str, holder: str, worker: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(MemoryLeases, "take", broken)
    assert _play(folder, ADD, LATER).violations


def test_faults_strike_and_are_counted(folder: Path) -> None:
    outcome = _play(folder, Act(0, Placed(Trouble("names", "apply", Fault.LOST, times=2))), ADD, LATER)
    assert outcome.faults == {Fault.LOST: 2}
    assert outcome.violations == []


def test_a_process_killed_in_the_middle_of_a_call_is_followed_by_the_next(folder: Path) -> None:
    outcome = _play(folder, Act(0, Placed(Trouble("kvm1.machines", "start", Fault.KILLED_AFTER))), ADD, LATER)
    assert outcome.crashes == 1
    assert outcome.violations == []
