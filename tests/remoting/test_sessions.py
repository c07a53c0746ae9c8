"""Sessions are kept while they are good: recycled by age, idleness and count."""

from collections.abc import Iterator

import pytest

from mailstead.ground.clock import VirtualClock
from mailstead.remoting import session as sessions
from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.endpoint import Endpoint, Kerberos
from mailstead.remoting.errors import CommandRejected
from mailstead.remoting.pool import Fleet, Pool
from mailstead.remoting.port import Remote
from tests.standin.faults import Kind
from tests.standin.server import StandIn

WORK = hyperv.GetVMHost()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def way(endpoint: Endpoint, clock: VirtualClock) -> Iterator[Pool]:
    fleet = Fleet(clock, sessions_each=1)
    yield fleet.at(endpoint)
    fleet.close()


def test_a_session_is_kept_for_the_next_caller(standin: StandIn, way: Pool) -> None:
    for _ in range(5):
        way.run(WORK)
    assert (way.opened, standin.actions["Create"]) == (1, 1)


def test_an_idle_one_is_closed_before_the_host_does(standin: StandIn, way: Pool, clock: VirtualClock) -> None:
    way.run(WORK)
    clock.sleep(sessions.IDLE_MOST_S - 1)
    way.run(WORK)
    assert way.opened == 1
    clock.sleep(sessions.IDLE_MOST_S + 1)
    way.run(WORK)
    assert way.opened == 2


def test_an_old_one_is_replaced(way: Pool, clock: VirtualClock) -> None:
    for _ in range(int(sessions.AGE_MOST_S / 40) + 2):
        way.run(WORK)
        clock.sleep(40)
    assert way.opened == 2


def test_one_that_has_worked_enough_is_replaced(way: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "CALLS_MOST", 3)
    for _ in range(7):
        way.run(WORK)
    assert way.opened == 3


def test_who_has_to_wait_gets_company_for_the_next_time(standin: StandIn, endpoint: Endpoint) -> None:
    fleet = Fleet(VirtualClock(), sessions_each=3)
    way = fleet.at(endpoint)
    standin.listener.latency_s = 0.02
    for _ in range(6):
        way.run(WORK)
    fleet.close()
    assert way.opened in {2, 3}
    assert not standin.shells


def test_when_an_error_is_raised_the_host_was_told_to_stop(
    standin: StandIn, endpoint: Endpoint, clock: VirtualClock
) -> None:
    session = sessions.Session(endpoint, clock)
    session.open()
    standin.faults.add(Kind.TERMINATING, "Get-VMHost")
    standin.faults.add(Kind.DELAY, "New-VM", seconds=1)
    with pytest.raises(CommandRejected):
        session.run(batch(WORK, hyperv.NewVMWithoutDisk(Name="acme", MemoryStartupBytes=1 << 30)), 30)
    assert standin.actions["Signal"] == 1
    assert not any(pipe.running for shell in standin.shells.values() for pipe in shell.pipes.values())
    session.close()
    assert not standin.world.machines


def test_closing_leaves_nothing_on_the_host(standin: StandIn, endpoint: Endpoint, clock: VirtualClock) -> None:
    fleet = Fleet(clock)
    fleet.at(endpoint).run(WORK)
    fleet.close()
    assert not standin.shells


def test_another_credential_means_other_sessions(endpoint: Endpoint, clock: VirtualClock) -> None:
    fleet = Fleet(clock)
    first = fleet.at(endpoint)
    assert fleet.at(endpoint) is first
    same_place = Endpoint(endpoint.host, endpoint.configuration, Kerberos(), endpoint.port, trust=endpoint.trust)
    assert fleet.at(same_place) is not first
    fleet.close()


def test_a_pool_is_a_way_to_a_host(way: Pool) -> None:
    remote: Remote = way
    assert remote.name.startswith("localhost:")
