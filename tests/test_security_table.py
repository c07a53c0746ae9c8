"""docs/security.md leaves no item of the standard out, and promises nothing that no test or document holds."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"\b(tests/[\w/]+\.py)::(\w+)", TABLE)))
FILES = sorted(set(re.findall(r"\b((?:docs|tests)/[\w/.-]+\.(?:md|py))\b", TABLE)))
ROWS = re.findall(r"^\| ([\d., toL()]+?) \|(.*)\|(.*)\|$", TABLE, re.MULTILINE)
# How many items each section of ASVS 5.0.0 has. V10 is told with OpenID Connect, V17 is WebRTC.
SECTIONS = {
    1: (2, 10, 12, 3, 3),
    2: (3, 3, 5, 2),
    3: (1, 3, 5, 8, 8, 1, 5),
    4: (5, 5, 2, 4),
    5: (1, 6, 3, 3),
    6: (3, 12, 8, 6, 8, 4, 2, 4),
    7: (3, 4, 2, 5, 3, 2),
    8: (4, 4, 3, 2),
    9: (3, 4),
    11: (4, 5, 5, 4, 2, 2, 2),
    12: (5, 2, 5),
    13: (4, 6, 4, 7),
    14: (2, 8, 3),
    15: (5, 5, 7, 4),
    16: (1, 5, 4, 3, 4),
}
CVES = 22


def _items(told: str) -> Iterator[str]:
    """Yield the items and sections that a row is about: "1.2.6 to 1.2.8, 1.3.1 (L3), 6.6"."""
    for part in re.sub(r"\(L3\)", "", told).split(","):
        first, _, last = (word.strip() for word in part.partition(" to "))
        section, _, number = first.rpartition(".")
        if last:
            yield from (f"{section}.{one}" for one in range(int(number), int(last.rpartition(".")[2]) + 1))
        else:
            yield first


TOLD = {item for told, *_ in ROWS for item in _items(told)}


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_test_that_is_named_is_there(file: str, name: str) -> None:
    assert re.search(rf"^ *(?:def|class) {name}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("file", FILES)
def test_a_document_that_is_named_is_there(file: str) -> None:
    assert (ROOT / file).is_file()


@pytest.mark.parametrize("chapter", SECTIONS)
def test_no_item_of_a_chapter_is_left_out(chapter: int) -> None:
    for section, count in enumerate(SECTIONS[chapter], 1):
        whole = f"{chapter}.{section}"
        missing = [f"{whole}.{number}" for number in range(1, count + 1) if f"{whole}.{number}" not in TOLD]
        assert not missing or whole in TOLD


def test_no_item_is_told_that_the_standard_does_not_have() -> None:
    for item in TOLD:
        chapter, section, *number = (int(part) for part in item.split("."))
        if chapter in SECTIONS:
            assert section <= len(SECTIONS[chapter]), item
            assert not number or number[0] <= SECTIONS[chapter][section - 1], item


def test_what_is_held_by_nothing_says_why() -> None:
    """A row without a test or document is one of what there is not."""
    for told, how, test in ROWS:
        assert test.strip() or re.search(r"\*\*not met|\bno\b|nothing|none|Python|below", how, re.IGNORECASE), told


def test_every_flaw_of_others_has_a_test() -> None:
    rows = re.findall(r"^\| (20\d\d-[\d, ]+) \|.*\| (.*) \|$", TABLE, re.MULTILINE)
    assert len(rows) == CVES
    assert all("::test_" in test for _, test in rows)
