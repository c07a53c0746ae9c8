"""Killed at every step of every order, and started again: the same end state, and exactly one of everything."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailstead.orders.drivers.memory import Moment
from mailstead.tenants.changes import resized, with_domain
from mailstead.tenants.model import MailDomain, Tenant

from .auditor import NOTHING, audit, picture, unfinished
from .stage import Stage, open_stage, tenant

SETTLE = (
    "reserve room and numbers",
    "lay network",
    "make disks",
    "start machine",
    "make keys",
    "open zones",
    "announce next key",
    "obtain certificate",
    "wait for the machine",
    "configure mail server",
    "wait for mail",
    "publish names",
)
REMOVE = ("withdraw names", "stop machine", "take up network", "note the day")
PURGE = (
    "see that it is removed",
    "withdraw names",
    "stop machine",
    "take up network",
    "destroy disks",
    "destroy keys",
    "forget tenant",
)


@dataclass(frozen=True)
class Act:
    """An order to be interrupted: what was done before, the order itself, its steps."""

    name: str
    before: Callable[[Stage], None]
    order: Callable[[Stage], str]
    steps: tuple[str, ...]


def _another(stage: Stage) -> None:
    """A neighbour, so that nobody can be right by there being nobody else."""
    stage.done(stage.lifecycle.add(tenant("globex")))


def _in_service(stage: Stage) -> None:
    _another(stage)
    stage.done(stage.lifecycle.add(tenant()))


def _removed(stage: Stage) -> None:
    _in_service(stage)
    stage.done(stage.lifecycle.remove("acme"))


def _larger(wanted: Tenant) -> Tenant:
    larger = resized(wanted, vcpus=2, memory_mib=1024, disk_gib=8)
    return with_domain(larger, MailDomain(name="acme.test"))


ACTS = [
    Act("onboard", _another, lambda stage: stage.lifecycle.add(tenant()), SETTLE),
    Act("change", _in_service, lambda stage: stage.lifecycle.change("acme", _larger), SETTLE),
    Act("remove", _in_service, lambda stage: stage.lifecycle.remove("acme"), REMOVE),
    Act("resume", _removed, lambda stage: stage.lifecycle.resume("acme"), SETTLE),
    Act("purge", _removed, lambda stage: stage.lifecycle.purge("acme", early=True), PURGE),
]
CASES = [(act, step, moment) for act in ACTS for step in act.steps for moment in Moment]


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, object]]:
    """The end states of runs that nobody interrupted, by act; each is made when first asked for."""
    return {}


def _uninterrupted(act: Act, folder: Path) -> dict[str, object]:
    stage = open_stage(folder)
    act.before(stage)
    view = stage.done(act.order(stage))
    assert tuple(step.name for step in view.steps) == act.steps, "the table above must name every step"
    assert view.total_steps == len(act.steps)
    assert audit(stage) == NOTHING
    stage.engine.close()
    return picture(stage)


@pytest.mark.parametrize(
    ("act", "step", "moment"), CASES, ids=[f"{act.name}-{step}-{moment.name}" for act, step, moment in CASES]
)
def test_killed_and_started_again_it_comes_to_the_same_end(
    act: Act, step: str, moment: Moment, expected: dict[str, dict[str, object]], tmp_path: Path
) -> None:
    if act.name not in expected:
        (tmp_path / "whole").mkdir()
        expected[act.name] = _uninterrupted(act, tmp_path / "whole")
    stage = open_stage(tmp_path)
    act.before(stage)
    order = act.order(stage)
    stage.die(step, moment)
    stage.done(order)
    assert unfinished(stage) == []
    assert audit(stage) == NOTHING
    assert picture(stage) == expected[act.name]
    stage.engine.close()


def test_killed_at_every_step_in_a_row_it_still_comes_to_the_same_end(tmp_path: Path) -> None:
    stage = open_stage(tmp_path)
    order = stage.lifecycle.add(tenant())
    for step in SETTLE:
        for moment in (Moment.BEFORE, Moment.AFTER):
            stage.die(step, moment)
    stage.done(order)
    assert audit(stage) == NOTHING
