"""What goes wrong on the way: what was not taken is sent again, what may have been done never is."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import OutcomeUnknown, worth_retrying
from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.endpoint import Endpoint
from mailstead.remoting.errors import (
    AccessRefused,
    AnswerUnreadable,
    CommandRejected,
    DeadlinePassed,
    HostBusy,
    HostSilent,
    NoSuchSession,
    QuotaReached,
    RemoteAnswerLost,
)
from mailstead.remoting.pool import Fleet, Pool
from tests.standin.faults import Kind
from tests.standin.server import StandIn

from .conftest import GIB

NEW = hyperv.NewVMWithoutDisk(Name="acme", MemoryStartupBytes=GIB)


def _machines(standin: StandIn) -> int:
    shells = standin.shells
    _until(lambda: not any(pipe.running for shell in list(shells.values()) for pipe in list(shell.pipes.values())))
    return len(standin.world.machines)


def _until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _settled(way: Pool) -> None:
    """Wait until the host was told to forget the last call."""
    session = way._take(5)
    way._idle.append(session)


@pytest.mark.parametrize("action", ["Command", "Receive"])
def test_a_lost_answer_is_not_repeated_though_the_work_was_done(standin: StandIn, way: Pool, action: str) -> None:
    way.run(hyperv.GetVMHost())
    standin.faults.add(Kind.LOST_ANSWER, action)
    with pytest.raises(RemoteAnswerLost) as error:
        way.run(NEW)
    assert isinstance(error.value, OutcomeUnknown)
    assert worth_retrying(error.value)
    assert _machines(standin) == 1
    assert [call.name for call in standin.calls].count("New-VM") == 1


def test_a_request_lost_on_the_wire_is_not_repeated_either(standin: StandIn, way: Pool) -> None:
    standin.faults.add(Kind.LOST_REQUEST, "Command")
    with pytest.raises(RemoteAnswerLost):
        way.run(NEW)
    assert _machines(standin) == 0
    assert way.run(NEW).one("VirtualMachine").text_of("Name") == "acme"


def test_a_lost_session_is_replaced_and_the_work_done_once(standin: StandIn, way: Pool) -> None:
    way.run(hyperv.GetVMHost())
    standin.faults.add(Kind.SESSION_LOST, "Command")
    way.run(NEW)
    assert _machines(standin) == 1
    assert way.opened == 2


def test_when_the_host_starts_anew_all_idle_sessions_are_given_up(standin: StandIn, way: Pool) -> None:
    way.run(hyperv.GetVMHost())
    standin.shells.clear()
    way.run(NEW)
    assert _machines(standin) == 1


def test_a_session_lost_while_it_works_leaves_the_outcome_open(standin: StandIn, way: Pool) -> None:
    way.run(hyperv.GetVMHost())
    standin.faults.add(Kind.SESSION_LOST, "Receive")
    with pytest.raises(RemoteAnswerLost):
        way.run(NEW)


def test_an_idle_connection_that_the_host_closed_is_opened_again(standin: StandIn, way: Pool) -> None:
    for _ in range(3):
        way.run(hyperv.GetVMHost())
        _settled(way)
        standin.listener.hang_up()
        time.sleep(0.05)
    assert way.opened == 1
    assert standin.listener.connections == 3


def test_an_opening_that_breaks_is_tried_again(standin: StandIn, way: Pool) -> None:
    standin.faults.add(Kind.LOST_ANSWER, "Create", times=2)
    way.run(NEW)
    assert _machines(standin) == 1


def test_garbage_is_an_answer_that_nobody_can_read(standin: StandIn, way: Pool) -> None:
    way.run(hyperv.GetVMHost())
    standin.faults.add(Kind.GARBAGE, "Receive")
    with pytest.raises(AnswerUnreadable) as error:
        way.run(NEW)
    assert isinstance(error.value, OutcomeUnknown)
    assert _machines(standin) == 1


def test_a_quota_is_named_and_may_be_tried_later(standin: StandIn, way: Pool) -> None:
    standin.faults.add(Kind.QUOTA, "Create")
    with pytest.raises(QuotaReached) as error:
        way.run(NEW)
    assert worth_retrying(error.value)
    way.run(NEW)


def test_finished_work_does_not_pile_up_on_the_host(standin: StandIn, way: Pool) -> None:
    standin.commands_most = 3
    for _ in range(10):
        way.run(hyperv.GetVMHost())
    assert way.opened == 1


def test_errors_of_the_host_keep_their_record(standin: StandIn, way: Pool) -> None:
    standin.faults.add(Kind.REFUSAL, "New-VM")
    with pytest.raises(AccessRefused) as denied:
        way.run(NEW)
    assert denied.value.record.category == "PermissionDenied"
    assert (denied.value.record.short_id, denied.value.field) == ("AccessDenied", "New-VM")
    standin.faults.add(Kind.BUSY, "New-VM")
    with pytest.raises(HostBusy) as busy:
        way.run(NEW)
    assert worth_retrying(busy.value)
    standin.faults.add(Kind.TERMINATING, "New-VM")
    with pytest.raises(CommandRejected):
        way.run(NEW)
    assert _machines(standin) == 0
    assert way.opened == 1  # an error of PowerShell is no fault of the session


def test_behind_a_terminating_error_the_host_goes_on_unseen(standin: StandIn, way: Pool) -> None:
    standin.faults.add(Kind.TERMINATING, "Get-VMHost")
    with pytest.raises(CommandRejected):
        way.run(batch(hyperv.GetVMHost(), NEW))
    assert _machines(standin) <= 1  # nobody knows: a real host may be told to stop in time, or not


def test_a_call_that_takes_too_long_is_stopped(standin: StandIn, way: Pool) -> None:
    standin.faults.add(Kind.DELAY, "New-VM", seconds=30)
    began = time.monotonic()
    with pytest.raises(DeadlinePassed) as error:
        way.run(NEW, deadline_s=1)
    assert time.monotonic() - began < 5
    assert isinstance(error.value, OutcomeUnknown)
    assert "New-VM" in error.value.message
    _until(lambda: not standin.shells)  # nothing is left on the host
    assert _machines(standin) == 0
    way.run(NEW)
    assert way.opened == 2


def test_work_that_the_host_stops_by_itself_is_not_done(standin: StandIn, way: Pool) -> None:
    standin.faults.add(Kind.DELAY, "New-VM", seconds=30)
    with ThreadPoolExecutor(1) as caller:
        asked = caller.submit(way.run, NEW)
        _until(lambda: standin.actions["Receive"] > 1)
        (shell,) = standin.shells.values()
        (pipe,) = shell.pipes.values()
        standin.listener._loop.call_soon_threadsafe(pipe.stop)
        with pytest.raises(CommandRejected) as error:
            asked.result(10)
    assert error.value.record.category == "OperationStopped"


def test_nobody_listens(fleet: Fleet, endpoint: Endpoint, standin: StandIn) -> None:
    standin.listener.stop()
    with pytest.raises(HostSilent) as error:
        fleet.at(endpoint).run(NEW)
    assert worth_retrying(error.value)
    standin.listener._thread.join()
    standin.listener.stop = lambda: None  # type: ignore[method-assign]  # it is stopped


def test_a_session_configuration_that_is_not_there(fleet: Fleet, endpoint: Endpoint) -> None:
    with pytest.raises(NoSuchSession) as error:
        fleet.at(Endpoint(endpoint.host, "Other", endpoint.sign_in, endpoint.port, trust=endpoint.trust)).run(NEW)
    assert "host prepare" in error.value.remedy


def test_callers_share_a_few_sessions(standin: StandIn, endpoint: Endpoint) -> None:
    fleet = Fleet(SystemClock(), sessions_each=3)
    way = fleet.at(endpoint)
    with ThreadPoolExecutor(12) as callers:
        list(callers.map(lambda _: way.run(NEW), range(36)))
    assert _machines(standin) == 36
    assert way.opened <= 3
    fleet.close()
    assert not standin.shells


def test_a_caller_that_finds_no_session_in_time_is_told(standin: StandIn, endpoint: Endpoint) -> None:
    fleet = Fleet(SystemClock(), sessions_each=1)
    way = fleet.at(endpoint)
    session = way._take(1)
    with pytest.raises(QuotaReached):
        way.run(NEW, deadline_s=0.1)
    way._leave(session)
    fleet.close()
