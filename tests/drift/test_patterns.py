"""What looking now and then cannot see: flips between two looks, answers from yesterday, and work half done (Sieve).

Each of the three patterns for each kind of thing; afterwards the world is as it was, with nothing twice.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from mailstead.lifecycle.planning import changed
from mailstead.orders.drivers.memory import Moment
from mailstead.wiring.memory import Outside
from tests.lifecycle.auditor import NOTHING, audit
from tests.lifecycle.stage import Stage, with_ports

from .fields import flipped, paths
from .kinds import KINDS, TENANT, Kind, snapshot

# The field that is flipped, the verb that answers late, the step that brings it about; port "" is the resolver.
PATTERNS = {
    "Machine": ("memory_mib", "machines", "machines", "start machine"),
    "Segment": ("flaws", "switch", "segments", "lay network"),
    "HostNetwork": ("flaws", "switch", "prepared", "lay network"),
    "Volume": ("size_mib", "volumes", "volumes", "make disks"),
    "Record": ("ttl", "names", "records", "publish names"),
    "Trust": ("anchors", "resolver", "anchors", "publish names"),
    "ConfigFile": ("mode", "mail", "observe", "configure mail server"),
    "MailboxRoom": ("quota_mib", "mail", "observe", "configure mail server"),
    "Service": ("running", "mail", "observe", "configure mail server"),
    "MachineClock": ("off_s", "mail", "observe", "configure mail server"),
    "MailDisk": ("whole", "mail", "observe", "configure mail server"),
}


STALE = 3  # so many answers are from yesterday


class Yesterday:
    """The port *inner*, whose *verb* gives so many times again what it answers now to each of *questions*."""

    def __init__(self, inner: Any, verb: str, questions: Iterable[tuple[Any, ...]]) -> None:
        self._inner = inner
        self._verb = verb
        self._kept = {question: getattr(inner, verb)(*question) for question in questions}
        self.given = 0

    def __getattr__(self, name: str) -> Any:
        return self._answer if name == self._verb else getattr(self._inner, name)

    def _answer(self, *question: Any) -> Any:
        if self.given < STALE and question in self._kept:
            self.given += 1
            return self._kept[question]
        return getattr(self._inner, self._verb)(*question)


def _late(stage: Stage, port: str, verb: str) -> tuple[Outside, Yesterday]:
    """Return the world outside with one port that answers as it would now, and that port."""
    outside = stage.outside
    if port in ("names", "resolver"):
        inner = getattr(outside, port)
        late = Yesterday(inner, verb, [(zone,) for zone in outside.names.zones()] if port == "names" else [()])
        worn: dict[str, Any] = {port: late}
        return replace(outside, **worn), late
    late = Yesterday(getattr(stage.host(), port), verb, [(TENANT,)] if verb in ("observe", "segments") else [()])
    return with_ports(outside, "kvm1", **{port: late}), late


def test_the_patterns_are_tried_on_every_kind() -> None:
    assert PATTERNS.keys() == {str(kind) for kind in KINDS}
    assert all(PATTERNS[str(kind)][0] in set(paths(kind.type)) for kind in KINDS)


def _hand(kind: Kind, stage: Stage) -> tuple[Any, list[Any]]:
    value = sorted(kind.found(stage), key=str)[0]
    ways = [other for _, other in flipped(value, PATTERNS[str(kind)][0])]
    return value, sorted(ways, key=lambda other: getattr(other, "size_mib", 0))  # a smaller disk first: that heals


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_flip_there_and_back_between_two_looks_is_no_drift_and_only_the_last_of_two_counts(
    kind: Kind, resting: Stage
) -> None:
    value, ways = _hand(kind, resting)
    kind.put(resting, value, ways[0])
    kind.put(resting, ways[0], value)
    assert resting.drift() == {}
    for before, after in zip([value, *ways], ways, strict=False):
        kind.put(resting, before, after)
    (plan,) = changed(resting.lifecycle.planner.plans())
    (change,) = (change for _, change in plan if change.subject == kind.subject(value))
    found = getattr(change.before, kind.prefix.rstrip(".") or "_", change.before)
    name = PATTERNS[str(kind)][0]
    assert getattr(found, name) == getattr(ways[-1], name)
    kind.put(resting, ways[-1], value)
    assert resting.drift() == {}


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_answers_from_before_the_change_harm_nothing_and_the_next_look_finds_it(kind: Kind, resting: Stage) -> None:
    before, outside = snapshot(resting), resting.outside
    value, ways = _hand(kind, resting)
    _, port, verb, _ = PATTERNS[str(kind)]
    worn, late = _late(resting, port, verb)
    kind.put(resting, value, ways[0])
    resting.again(worn)
    resting.settle(resting.lifecycle.settle(TENANT))
    assert late.given
    resting.again(outside)
    for plan in changed(resting.lifecycle.planner.plans()):
        resting.done(resting.lifecycle.heal(plan.tenant))
    assert resting.drift() == {}
    assert audit(resting) == NOTHING
    assert snapshot(resting) == before


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_heal_cut_short_after_its_effect_is_seen_through_by_the_next_process(kind: Kind, resting: Stage) -> None:
    before = snapshot(resting)
    value, ways = _hand(kind, resting)
    kind.put(resting, value, ways[0])
    order = resting.lifecycle.heal(TENANT)
    resting.die(PATTERNS[str(kind)][3], Moment.AFTER)
    resting.drift()
    resting.done(order)
    assert resting.drift() == {}
    assert audit(resting) == NOTHING
    assert snapshot(resting) == before
