"""A simulated Windows guest behind the role that ships, and the way to it; one listener for the session."""

from collections.abc import Iterator

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet, Pool
from mailstead.security.model import Secret
from mailstead.windows.drivers.remote import RemoteWindows
from tests.standin.faults import Kind
from tests.standin.server import StandIn
from tests.standin.shipped import GUEST, Guest, shipped_roles

from .contract import Told


@pytest.fixture(scope="session")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(Guest(), shipped_roles(), tmp_path_factory.mktemp("guest")) as guest:
        yield guest


@pytest.fixture
def standin(listening: StandIn) -> StandIn:
    """The guest, as new."""
    vars(listening.world).update(vars(Guest()))
    listening.faults.clear()
    return listening


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    fleet = Fleet(SystemClock(), sessions_each=1)
    yield fleet
    fleet.close()


@pytest.fixture
def way(fleet: Fleet, standin: StandIn) -> Pool:
    account = Basic("svc", Secret.of("pw"))
    return fleet.at(Endpoint("localhost", GUEST, account, port=standin.port, trust=standin.authority.trust))


@pytest.fixture
def remote(way: Pool) -> RemoteWindows:
    return RemoteWindows({"acme": way}.__getitem__)


@pytest.fixture
def told_remote(standin: StandIn) -> Told:
    guest: Guest = standin.world

    def need_restart(name: str) -> None:
        guest.features[name].needs_restart = True

    def break_service(name: str) -> None:
        guest.services[name].refuses = True

    def silence() -> None:
        standin.shells.clear()
        standin.faults.add(Kind.LOST_REQUEST, times=1000)

    return Told(need_restart, break_service, restarts=lambda: guest.restarts, silence=silence)
