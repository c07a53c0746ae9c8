"""A plan is a value: removals first, losses refused unless their owner named them."""

import pytest

from mailstead.ground.errors import UnsafePlan
from mailstead.ground.plans import ChangePlan, Kind, compare


def plan() -> ChangePlan[int]:
    wanted, found = {"a": 1, "b": 2, "e": 5}, {"b": 3, "c": 4, "e": 5}
    return compare(wanted, found, subject=lambda k: f"disk {k}", loses=lambda was, then: "" if then else f"{was} GiB")


def test_removals_come_first_and_what_is_equal_stays_out() -> None:
    assert [(change.kind, change.subject) for change in plan()] == [
        (Kind.REMOVE, "disk c"),
        (Kind.UPDATE, "disk b"),
        (Kind.CREATE, "disk a"),
    ]


def test_a_loss_is_refused_and_named() -> None:
    with pytest.raises(UnsafePlan, match="disk c: remove would lose 4 GiB") as refusal:
        plan().refuse_if_unsafe()
    assert "--allow-loss 'disk c'" in refusal.value.remedy


def test_a_loss_named_by_its_owner_is_allowed() -> None:
    plan().refuse_if_unsafe(allow_loss={"disk c"})


def test_a_plan_without_changes_is_false() -> None:
    assert not compare({"a": 1}, {"a": 1})
