"""docs/security.md promises nothing that no test or document holds."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"\b(tests/[\w/]+\.py)::(\w+)", TABLE)))
FILES = sorted(set(re.findall(r"\b((?:docs|tests)/[\w/.-]+\.(?:md|py))\b", TABLE)))


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_test_that_is_named_is_there(file: str, name: str) -> None:
    assert re.search(rf"^ *def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("file", FILES)
def test_a_document_that_is_named_is_there(file: str) -> None:
    assert (ROOT / file).is_file()


def test_the_chapters_on_people_are_whole() -> None:
    """Sections and numbers of ASVS 5.0.0, chapters V6 and V7."""
    numbers = {6: (3, 12, 8, 6, 8, 4, 2, 4), 7: (3, 4, 2, 5, 3, 2)}
    told = {
        item for row in re.findall(r"^\| ([\d., L()]+?) \|", TABLE, re.MULTILINE) for item in re.findall(r"[\d.]+", row)
    }
    for chapter, sections in numbers.items():
        for section, count in enumerate(sections, 1):
            whole = f"{chapter}.{section}"
            missing = [f"{whole}.{number}" for number in range(1, count + 1) if f"{whole}.{number}" not in told]
            assert not missing or whole in told
