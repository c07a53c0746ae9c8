"""SIGKILL of the worker at every step of every order, on the DBOS engine: the next one comes to the same end."""

import os
from pathlib import Path

import pytest

from tests.conftest import Tally

from .lives import LIFE, Home, Picture, found, killed_through, lived, moved

POINTS = max(len(act.steps) for act in LIFE)
# Each life kills every order at another step, before its effect or after; the second half has the other of the two.
LIVES = POINTS * (2 if os.environ.get("MAILSTEAD_NIGHT") else 1)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return found(tmp_path_factory.mktemp("kills") / "home")


@pytest.fixture(scope="session")
def expected(template: Home, tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    return lived(moved(template, tmp_path_factory.mktemp("whole") / "home"))


@pytest.mark.parametrize("life", range(LIVES))
def test_killed_once_in_every_order_of_a_life(
    life: int, template: Home, expected: list[Picture], tmp_path: Path, tally: Tally
) -> None:
    tally("SIGKILLs of a worker, DBOS on SQLite", len(LIFE))
    killed_through(moved(template, tmp_path / "home"), life, expected)
