"""Every field of every kind of thing, changed by hand, is found within one cycle, named, and healed.

The cases are made from the values' own fields, so that a new one cannot be forgotten: it is found when it is changed,
or it stands in one of the two tables below with the reason.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import pytest

from mailstead.lifecycle.planning import changed
from mailstead.mailservers.items import APPLIED, MachineClock, MailDisk
from mailstead.networks.model import HostNetwork
from mailstead.storage.model import Allocation
from tests.lifecycle.auditor import NOTHING, audit
from tests.lifecycle.stage import Stage

from .fields import flipped, paths
from .kinds import KINDS, TENANT, Kind, other_record, snapshot

NAMES_IT = "says which thing it is: changed, one thing is missing and another is there; see the tests below"
IDENTITY = {
    "Machine.name",
    "Segment.tenant",
    "Volume.tenant",
    "Volume.role",
    "Record.name",
    "Record.kind",
    "Trust.zone",
    "ConfigFile.path",
    "MailboxRoom.address",
    "Service.name",
}
UNMANAGED = {
    "Machine.vcpus_max": "head-room stays as the machine was started, as long as it is enough (decision 32)",
    "Machine.memory_max_mib": "as for vcpus_max",
    "Volume.base": "a disk that is there stays on its image; kernel and modules follow it",
    "Volume.used_mib": "told for people: a disk fills by itself",
    "ConfigFile.content": "for sending only; what lies there is known by its digest",
    "MailboxRoom.used_bytes": "told for people: mail comes and goes",
}
# Found and named, but not healed by an order, for mail would be lost: what to do stands in the error.
BY_A_PERSON = {
    "Volume.size_mib": {"would-shrink"},
    "Volume.format": {"volume-moved"},
    "Volume.location": {"volume-moved"},
}

Hands = list[tuple[Any, list[tuple[str, Any]]]]  # what is there, and each way to change it with the field's name

ALWAYS_THERE = (HostNetwork, MachineClock, MailDisk)  # a host without a network: see test_wholes.py

CASES = [pytest.param(kind, path, id=f"{kind}.{path}") for kind in KINDS for path in paths(kind.type)]
MANAGED = [case for case in CASES if str(case.id) not in IDENTITY | UNMANAGED.keys()]
FREE = [case for case in CASES if str(case.id) in UNMANAGED]


def test_the_tables_name_only_fields_that_there_are() -> None:
    assert IDENTITY | UNMANAGED.keys() | BY_A_PERSON.keys() <= {str(case.id) for case in CASES}


@pytest.mark.parametrize(("kind", "path"), MANAGED)
def test_a_changed_field_is_found_at_once_named_and_healed(kind: Kind, path: str, resting: Stage) -> None:
    before = snapshot(resting)
    hands = [(value, list(_flipped(kind, value, path))) for value in kind.found(resting)]
    assert any(ways for _, ways in hands), "no way was found to change it: teach tests/drift/fields.py"
    for value, ways in hands:
        for name, other in ways:
            kind.put(resting, value, other)
            _named(resting, kind, value, f"{kind.prefix}{name}")
            kind.put(resting, other, value)
    assert resting.drift() == {}
    if f"{kind}.{path}" in BY_A_PERSON:
        return _left_to_a_person(resting, kind, hands, BY_A_PERSON[f"{kind}.{path}"])
    for at_once in zip_longest(*(ways for _, ways in hands)):
        for (value, _), way in zip(hands, at_once, strict=True):
            if way:
                kind.put(resting, value, way[1])
        _heal(resting)
        assert snapshot(resting) == before
    return None


@pytest.mark.parametrize(("kind", "path"), FREE)
def test_what_is_said_to_be_unmanaged_gives_no_alarm(kind: Kind, path: str, resting: Stage) -> None:
    for value in list(kind.found(resting)):
        for _, other in _flipped(kind, value, path):
            kind.put(resting, value, other)
            assert resting.drift() == {}
            kind.put(resting, other, value)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.type not in ALWAYS_THERE], ids=str)
def test_a_lost_thing_is_found_and_made_again(kind: Kind, resting: Stage) -> None:
    before = snapshot(resting)
    there = list(kind.found(resting))
    for value in there:
        kind.put(resting, value, None)
        made = [change for change in _changes(resting) if change["subject"] == kind.subject(value)]
        assert [change["kind"] for change in made] == ["create"], (kind.subject(value), resting.drift())
        if len(there) > 1:
            kind.put(resting, None, value)
    for value in there:
        kind.put(resting, value, None)
    _heal(resting)
    assert snapshot(resting) == before


def _flipped(kind: Kind, value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if str(kind) == "Record" and path == "value":
        yield path, other_record(value)
    elif (
        getattr(value, "path", "") != APPLIED
    ):  # the mark of what was applied counts by its content: see test_wholes.py
        for name, other in flipped(value, path):
            # A dynamic disk whose room somebody took early is left so: it costs no more than a fixed one.
            if (path, getattr(other, path, None)) != ("allocation", Allocation.FIXED):
                yield name, other


def _changes(stage: Stage) -> list[dict[str, Any]]:
    """Return what one cycle says in JSON; of nobody but the tenant whose things were changed."""
    plans = [plan.as_dict() for plan in changed(stage.lifecycle.planner.plans())]
    assert {plan["tenant"] for plan in plans} <= {TENANT}, plans
    return [change for plan in plans for change in plan["changes"]]


def _named(stage: Stage, kind: Kind, value: Any, name: str) -> None:
    subject = kind.subject(value)
    named = {field["field"] for change in _changes(stage) if change["subject"] == subject for field in change["fields"]}
    near = [one for one in named if f"{one}.".startswith(f"{name}.") or f"{name}.".startswith(f"{one}.")]
    assert near, (subject, name, named, stage.drift())


def _left_to_a_person(
    stage: Stage, kind: Kind, hands: list[tuple[Any, list[tuple[str, Any]]]], codes: set[str]
) -> None:
    """See that the order ends with an error that says what to do, and changes nothing."""
    for value, ways in hands:
        kind.put(stage, value, ways[0][1])
        disturbed = snapshot(stage)
        losses = [change["subject"] for change in _changes(stage) if change["loses"]]
        view = stage.settle(stage.lifecycle.heal(TENANT, allow_loss=losses))
        assert view.error
        assert view.error["code"] in codes
        assert view.error["remedy"]
        assert snapshot(stage) == disturbed
        kind.put(stage, ways[0][1], value)
    assert stage.drift() == {}


def _heal(stage: Stage) -> None:
    losses = [change["subject"] for change in _changes(stage) if change["loses"]]
    stage.done(stage.lifecycle.heal(TENANT, allow_loss=losses))
    assert stage.drift() == {}
    assert audit(stage) == NOTHING
