"""docs/backup-faults.md promises nothing that no test holds."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "backup-faults.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"\b(tests/[\w/]+\.py)::(\w+)", TABLE)))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_each_test_that_the_table_names_is_there(file: str, name: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^(?:    )?(?:def|class) {name}\b", source, re.MULTILINE)


def test_each_fault_names_a_test() -> None:
    rows = [row for row in TABLE.splitlines() if row.startswith("| ") and not row.startswith("| fault")]
    assert len(rows) > 25
    assert all("tests/" in row for row in rows)
