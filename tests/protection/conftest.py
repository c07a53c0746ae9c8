"""A stage for every test; slow keys and hashes are made cheap."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself
from tests.lifecycle.stage import Stage

from .stage import protected_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = protected_stage(tmp_path)
    yield made
    made.close()
