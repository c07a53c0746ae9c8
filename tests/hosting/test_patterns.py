"""Patterns for role files: exact, and the same to Python as to .NET."""

import re

from hypothesis import given
from hypothesis import strategies as st

from mailstead.hosting.patterns import exactly, one_of

VLANS = st.integers(1, 4094)


@given(VLANS, VLANS)
def test_a_range_matches_its_numbers_and_no_other(one: int, other: int) -> None:
    first, last = sorted((one, other))
    pattern = re.compile(f"^({one_of(first, last)})$")
    assert {number for number in range(4200) if pattern.match(str(number))} == set(range(first, last + 1))


def test_no_leading_zero_passes() -> None:
    assert not re.fullmatch(one_of(100, 3999), "0100")


@given(st.text(min_size=1, max_size=30))
def test_a_text_matches_itself_alone(text: str) -> None:
    assert re.fullmatch(exactly(text), text)
    assert not re.fullmatch(exactly(text), text + "x")


def test_letters_and_digits_are_left_alone() -> None:
    assert exactly("D:\\Mail stead-1_b") == "D:\\\\Mail stead-1_b"
