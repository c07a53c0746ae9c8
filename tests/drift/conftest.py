"""Two tenants in service, at rest and known to be so, before any hand comes."""

from collections.abc import Iterator

import pytest

from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself
from tests.lifecycle.stage import Stage, open_stage, tenant


class House:
    """A stage that serves many tests as long as each leaves it as it was."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._stage: Stage | None = None

    def stage(self) -> Stage:
        if self._stage is None or self._stage.drift():
            self._stage = open_stage(self._folders.mktemp("drift"))
            for who in (tenant(allowance={"disk": "fixed"}), tenant("globex")):
                self._stage.done(self._stage.lifecycle.add(who))
            assert self._stage.drift() == {}
        return self._stage

    def close(self) -> None:
        if self._stage:
            self._stage.engine.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory)
    yield made
    made.close()


@pytest.fixture
def resting(house: House) -> Stage:
    """Acme, to whom hands come, and globex, to whom nothing happens."""
    return house.stage()
