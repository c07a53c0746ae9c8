"""One simulated Hyper-V host for all tests of this chapter; each test finds it empty."""

from collections.abc import Iterator

import pytest

from tests.standin.rig import Rig, rigged
from tests.standin.server import StandIn


@pytest.fixture(scope="session")
def hyperv_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rigged(tmp_path_factory.mktemp("standin")) as rig:
        yield rig


@pytest.fixture
def way(hyperv_host: Rig) -> Rig:
    hyperv_host.fresh()
    return hyperv_host


@pytest.fixture
def standin(way: Rig) -> StandIn:
    return way.standin
