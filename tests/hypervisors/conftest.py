"""A simulated Hyper-V host behind the role that ships, and the way to it: one for all tests, emptied for each."""

from collections.abc import Iterator

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet, Pool
from mailstead.security.model import Secret
from tests.standin.certificates import Authority
from tests.standin.server import StandIn
from tests.standin.shipped import HOST, Host, shipped_roles


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    folder = tmp_path_factory.mktemp("windows")
    with StandIn(Host(), shipped_roles(), folder, authority=Authority(folder)) as standin:
        yield standin


@pytest.fixture(scope="session")
def long_way(windows: StandIn) -> Iterator[Pool]:
    fleet = Fleet(SystemClock(), sessions_each=1)
    account = Basic("svc", Secret.of("pw"))
    yield fleet.at(Endpoint("localhost", HOST, account, port=windows.port, trust=windows.authority.trust))
    fleet.close()


@pytest.fixture
def standin(windows: StandIn) -> StandIn:
    """The stand-in, with an empty host and no faults to come."""
    windows.faults.clear()
    Host.__init__(windows.world)
    return windows


@pytest.fixture
def way(long_way: Pool, standin: StandIn) -> Pool:
    return long_way


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    fleet = Fleet(SystemClock(), sessions_each=1)
    yield fleet
    fleet.close()
