"""A guest's files stand still for a moment, and never longer: whatever dies or hangs."""

import os
import sys
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("libvirt", reason="needs the package python3-libvirt")

import libvirt

from mailstead.backup.drivers.libvirt import thawing
from mailstead.backup.drivers.libvirt.freezing import frozen
from mailstead.backup.model import Consistency

READY = [sys.executable, "-c", "import sys; print('ready', flush=True); sys.stdin.read(1)"]


class Agent:
    """A guest's agent: two file systems, frozen or not. *fails* at some requests, as libvirt says it."""

    def __init__(self, fails: Callable[[str], bool] = lambda _: False) -> None:
        self.frozen, self.fails, self.asked = 0, fails, list[str]()

    def ask(self, request: str, seconds: float) -> Any:
        assert seconds > 0
        verb = request.rsplit("-", maxsplit=1)[-1].removesuffix('"}')
        self.asked.append(verb)
        if self.fails(verb):
            raise libvirt.libvirtError("the agent does not answer")
        if verb == "status":
            return "frozen" if self.frozen else "thawed"
        before, self.frozen = self.frozen, 2 if verb == "freeze" else 0
        return self.frozen or before


def test_files_stand_still_during_the_block_and_move_after_it() -> None:
    agent = Agent()
    with frozen(agent.ask, READY, 1) as still:
        assert agent.frozen
    assert not agent.frozen
    assert still.reached is Consistency.FILESYSTEM


def test_an_error_in_the_block_thaws() -> None:
    agent = Agent()
    with pytest.raises(ZeroDivisionError), frozen(agent.ask, READY, 1):
        raise ZeroDivisionError
    assert not agent.frozen


def test_what_a_dead_run_left_frozen_is_thawed_first() -> None:
    agent = Agent()
    agent.frozen = 2
    with frozen(agent.ask, READY, 1) as still:
        assert agent.asked == ["status", "thaw", "freeze"]
    assert still.reached is Consistency.FILESYSTEM


def test_a_guest_that_does_not_freeze_in_time_is_thawed_in_any_case() -> None:
    agent = Agent(lambda verb: verb == "freeze")
    with frozen(agent.ask, READY, 1) as still:
        assert agent.asked[-1] == "thaw"
    assert still.reached is Consistency.CRASH
    assert still.why_not


def test_a_guest_that_was_thawed_too_early_did_not_stand_still() -> None:
    agent = Agent()
    with frozen(agent.ask, READY, 1) as still:
        agent.frozen = 0  # the watchdog's work
    assert still.reached is Consistency.CRASH
    assert "too long" in still.why_not


def test_a_guest_that_does_not_say_whether_it_stood_still_is_not_believed() -> None:
    agent = Agent(lambda verb: verb == "thaw")
    with frozen(agent.ask, READY, 1) as still:
        pass
    assert still.reached is Consistency.CRASH


@pytest.mark.parametrize(("last", "thaws"), [(b"d", 0), (b"", 1)])
def test_the_watchdog_thaws_when_its_parent_dies_without_a_word(last: bytes, thaws: int) -> None:
    assert watched(last, closes=True, seconds=60) == (thaws, thaws)


def test_the_watchdog_thaws_when_its_parent_hangs() -> None:
    assert watched(b"", closes=False, seconds=0.01) == (1, 1)


def watched(last: bytes, *, closes: bool, seconds: float) -> tuple[int, int]:
    """Return the watchdog's status, and how often it thawed."""
    theirs, ours = os.pipe()
    os.write(ours, last)
    if closes:
        os.close(ours)
    thawed: list[None] = []
    with os.fdopen(theirs, "rb", buffering=0) as parent:
        status = thawing.watch(parent, seconds, lambda: thawed.append(None))
    if not closes:
        os.close(ours)
    return status, len(thawed)
