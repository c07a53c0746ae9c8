"""The rules of the house, held by tests: each says what to do when it fails."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailstead
from mailstead.ground.errors import error_classes

SRC = Path(mailstead.__file__).parent
TESTS = Path(__file__).parent
LINES_MOST = 300
TYPE_IGNORES, NOQAS = 7, 17  # in src; these numbers only fall

FILES = sorted(path for path in SRC.rglob("*.py"))
CODE = {path.relative_to(SRC).as_posix(): path.read_text() for path in FILES}


@pytest.fixture(scope="module", autouse=True)
def _everything_is_loaded() -> None:
    for module in pkgutil.walk_packages(mailstead.__path__, "mailstead."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)


def _drivers() -> Iterator[str]:
    """Yield the chapters that have drivers."""
    yield from sorted({path.parent.parent.name for path in SRC.glob("*/drivers/__init__.py")})


@pytest.mark.parametrize("chapter", list(_drivers()))
def test_every_port_has_a_contract_suite_that_its_memory_driver_passes(chapter: str) -> None:
    suites = "\n".join(path.read_text() for path in (TESTS / chapter).glob("*.py"))
    drivers = [path.stem for path in (SRC / chapter / "drivers").iterdir() if not path.name.startswith("__")]
    assert re.search(r"^class \w*Contract\b", suites, re.MULTILINE), f"write tests/{chapter}/contract.py"
    assert "memory" in drivers, f"{chapter}: a memory driver ships and passes the contract first"
    named = re.findall(rf"mailstead\.{chapter}\.drivers\.?(\w*)", suites)
    assert "memory" in named or "" in named, f"let the memory driver of {chapter} pass its contract suite"


def test_every_error_has_a_code_of_its_own() -> None:
    owners = defaultdict(set)
    for error in error_classes():
        owners[error.code].add(f"{error.__module__}.{error.__qualname__}")
    shared = {code: sorted(classes) for code, classes in owners.items() if len(classes) > 1}
    assert not shared, f"give each of these a code of its own: {shared}"


@pytest.mark.parametrize("file", CODE)
def test_no_file_is_long(file: str) -> None:
    lines = sum(bool(line.strip()) for line in CODE[file].splitlines())
    assert lines <= LINES_MOST, f"{file} has {lines} lines: it hides a second subject, split it"


@pytest.mark.parametrize("word", ["/home/", "/root/", "/tmp/", "TODO", "FIXME", "XXX", "NotImplementedError"])
def test_nothing_is_left_open_and_no_path_of_one_machine_is_named(word: str) -> None:
    found = [file for file, text in CODE.items() if word in text]
    assert not found, f"{word} stands in {found}: finish it, or hand the path in"


def test_every_chapter_says_what_belongs_in_it() -> None:
    silent = [file for file, text in CODE.items() if file.endswith("__init__.py") and not text.startswith('"""')]
    assert not silent, f"begin with a docstring that says what belongs here: {silent}"


@pytest.mark.parametrize(("mark", "most"), [("# type: ignore", TYPE_IGNORES), ("# noqa", NOQAS)])
def test_exceptions_from_the_rules_only_fall(mark: str, most: int) -> None:
    found = [(file, line) for file, text in CODE.items() for line in text.splitlines() if mark in line]
    assert len(found) <= most, f"there were {most}, now {len(found)}: mend one instead; {found}"
