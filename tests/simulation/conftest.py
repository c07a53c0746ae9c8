"""A folder with the one file that a platform in memory needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation.many import home


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with home() as made:
        yield made
