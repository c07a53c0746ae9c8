"""The checker of histories finds what cannot have been, and accepts what can."""

from collections.abc import Hashable

from .history import Deed, fits, misfits

FREE, HELD = "free", "held"


def _deed(verb: str, needs: Hashable, leaves: Hashable, begun: float, ended: float) -> Deed:
    return Deed("acme", verb, frozenset({needs}), leaves, begun, ended)


def test_two_who_overlap_may_come_in_either_order() -> None:
    deeds = [_deed("drop", HELD, FREE, 0, 2), _deed("add", FREE, HELD, 1, 3)]
    assert fits(deeds, HELD)
    assert fits(deeds, FREE)


def test_what_was_over_before_the_other_began_came_first() -> None:
    deeds = [_deed("add", None, "acme", 0, 1), _deed("drop", "acme", None, 2, 3)]
    assert fits(deeds, None)
    assert not fits([deeds[1], _deed("add", None, "acme", 4, 5)], None)


def test_a_name_that_was_given_twice_fits_nowhere() -> None:
    deeds = [_deed("add", None, "one", 0, 5), _deed("add", None, "two", 1, 4)]
    assert not fits(deeds, None)
    assert misfits(deeds) == ["acme: add [0.000 to 5.000], add [1.000 to 4.000]"]


def test_a_change_that_was_lost_is_missed_by_whoever_looks_at_the_end() -> None:
    deeds = [_deed("add", FREE, HELD, 0, 1), _deed("look", FREE, FREE, 9, 9)]
    assert not fits(deeds, FREE)
