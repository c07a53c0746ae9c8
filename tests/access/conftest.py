"""A stage for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself

from .stage import Stage, open_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = open_stage(tmp_path, "acme", "globex")
    yield made
    made.engine.close()
