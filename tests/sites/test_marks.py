"""The mark by which a machine on a Hyper-V host is known as ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.sites.marks import Mark

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))
SECTIONS = st.dictionaries(st.text(), st.dictionaries(st.text(), JSON, max_size=3), max_size=3)


@given(SECTIONS)
def test_a_mark_reads_back_as_it_was_written(sections: dict[str, dict[str, object]]) -> None:
    mark = Mark("home", "acme", sections)
    assert Mark.parse(str(mark)) == mark


@given(st.text())
def test_notes_of_others_are_no_mark(notes: str) -> None:
    assert Mark.parse(notes) is None


@pytest.mark.parametrize(
    "line",
    [
        "mailstead-machine-1",
        "mailstead-machine-1 {}",
        "mailstead-machine-1 []",
        'mailstead-machine-1 {"platform":"home","tenant":"acme","sections":[]}',
        'mailstead-machine-1 {"platform":"home","tenant":"acme","sections":{"machine":7}}',
        'mailstead-machine-2 {"platform":"home","tenant":"acme","sections":{}}',
    ],
)
def test_a_mark_that_is_damaged_or_of_another_version_makes_nothing_ours(line: str) -> None:
    assert Mark.parse(line) is None


def test_one_chapter_leaves_the_others_section_alone() -> None:
    both = Mark("home", "acme").with_section("machine", {"vcpus": 2}).with_section("segment", {"vlan": 101})
    assert both.with_section("machine", None) == Mark("home", "acme", {"segment": {"vlan": 101}})
    assert both.with_section("machine", {"vcpus": 4}).sections["segment"] == {"vlan": 101}


def test_an_administrator_may_write_beside_it() -> None:
    mark = Mark("home", "acme", {"machine": {"vcpus": 2}})
    assert Mark.parse(f"Moved on Friday.\n{mark}\nAsk Olga.") == mark
