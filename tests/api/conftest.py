"""The API over a platform on memory drivers, and the cast with their tokens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.access.stage import Stage, open_stage
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself

from .asking import Ask, asker, client_of


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = open_stage(tmp_path, "acme", "globex")
    yield made
    made.engine.close()


@pytest.fixture
def client(stage: Stage) -> Iterator[TestClient]:
    with client_of(stage) as client:
        yield client


@pytest.fixture
def ask(client: TestClient) -> Ask:
    """Ask as somebody of the cast."""
    return asker(client)
