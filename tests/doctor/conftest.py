"""A sound platform with two tenants in service and a removed one, gathered once; and one to play on for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.doctor.facts import Facts
from mailstead.doctor.gathering import Gatherer
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself
from tests.lifecycle.stage import Stage, open_stage, platform, tenant


def populated(folder: Path) -> Stage:
    """Return a stage with two hosts, on which acme and globex serve and gone is removed."""
    stage = open_stage(folder, platform("kvm1", "kvm2"))
    for name in ("acme", "globex", "gone"):
        stage.done(stage.lifecycle.add(tenant(name)))
    stage.done(stage.lifecycle.remove("gone"))
    return stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = populated(tmp_path)
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """What is gathered on such a stage."""
    stage = populated(tmp_path_factory.mktemp("sound"))
    facts = Gatherer(stage.running.doctor._sources, lambda _: None).facts()
    stage.engine.close()
    return facts
