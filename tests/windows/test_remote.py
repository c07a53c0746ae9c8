"""The driver over PowerShell Remoting: under the contract, in few round trips, and with faults on the way."""

import pytest

from mailstead.ground.errors import Denied, InvalidInput
from mailstead.remoting.cmdlets import management, network
from mailstead.remoting.pool import Pool
from mailstead.windows.drivers.remote import RemoteWindows
from mailstead.windows.errors import WindowsAnswerLost, WindowsRefused, WindowsSilent
from mailstead.windows.port import GuestRoles
from tests.standin.faults import Kind
from tests.standin.server import StandIn

from .contract import EVERYTHING, GuestRolesContract, Told, brought_about, features_plan, settings_plan, wanted


class TestRemoteWindows(GuestRolesContract):
    @pytest.fixture
    def roles(self, remote: RemoteWindows) -> GuestRoles:
        return remote

    @pytest.fixture
    def told(self, told_remote: Told) -> Told:
        return told_remote


def test_a_look_takes_one_command_and_so_does_bringing_everything_about(
    standin: StandIn, remote: RemoteWindows
) -> None:
    target = wanted(features=["DNS"], **EVERYTHING)
    remote.found("acme", target)
    before = standin.actions["Command"]
    plan = settings_plan(remote, target)
    remote.apply("acme", plan)
    assert len(plan) == 7
    assert standin.actions["Command"] - before == 2


def test_a_lost_answer_is_told_and_looking_again_shows_that_it_was_done(
    standin: StandIn, remote: RemoteWindows
) -> None:
    target = wanted(features=["DNS"])
    plan = features_plan(remote, target)
    standin.faults.add(Kind.LOST_ANSWER, "Receive")
    with pytest.raises(WindowsAnswerLost) as lost:
        remote.apply("acme", plan)
    assert lost.value.retry
    assert not features_plan(remote, target)


def test_a_request_that_was_lost_is_done_the_second_time(standin: StandIn, remote: RemoteWindows) -> None:
    target = wanted(features=["DNS"])
    plan = features_plan(remote, target)
    standin.faults.add(Kind.LOST_REQUEST, "Command")
    with pytest.raises((WindowsSilent, WindowsAnswerLost)):
        remote.apply("acme", plan)
    remote.apply("acme", features_plan(remote, target))
    assert standin.world.features["DNS"].installed


def test_a_guest_that_restarts_in_the_midst_of_its_settings_is_brought_to_them_later(
    standin: StandIn, remote: RemoteWindows
) -> None:
    target = wanted(**EVERYTHING)
    standin.faults.add(Kind.TERMINATING, "Set-DnsClientServerAddress")
    with pytest.raises(WindowsRefused):
        remote.apply("acme", settings_plan(remote, target))
    standin.world.restart()
    standin.shells.clear()
    assert brought_about(remote, target)


def test_a_restart_whose_answer_is_lost_is_not_done_twice(
    standin: StandIn, remote: RemoteWindows, told_remote: Told
) -> None:
    told_remote.need_restart("DNS")
    target = wanted(features=["DNS"])
    remote.apply("acme", features_plan(remote, target))
    plan = features_plan(remote, target)
    standin.faults.add(Kind.LOST_ANSWER, "Receive")
    with pytest.raises(WindowsAnswerLost):
        remote.apply("acme", plan)
    assert not features_plan(remote, target)
    assert told_remote.restarts() == 1


def test_a_right_that_is_missing_stays_denied(standin: StandIn, remote: RemoteWindows) -> None:
    standin.faults.add(Kind.REFUSAL, "Install-WindowsFeature")
    with pytest.raises(Denied):
        remote.apply("acme", features_plan(remote, wanted(features=["DNS"])))
    assert not standin.world.features["DNS"].installed


@pytest.mark.parametrize(
    "call",
    [
        management.GetService(Name=("*",)),
        management.GetService(Name=("[D]NS'; Stop-Computer",)),
        management.SetService(Name="WinRM", Status="Stopped"),
        management.RestartService(Name=("WinDefend",)),
        network.GetNetFirewallRule(Name=("*",)),
        network.RemoveNetFirewallRule(Name=("RemoteDesktop-UserMode-In-TCP",)),
        network.SetNetFirewallRule(Name=("mailstead-mail",), RemoteAddress=("Internet",)),
        network.SetDnsClientServerAddress(InterfaceAlias=("Eth;ernet",), ServerAddresses=("192.0.2.1",)),
    ],
    ids=str,
)
def test_the_role_refuses_what_the_driver_never_says(standin: StandIn, way: Pool, call: management.GetService) -> None:
    done = len(standin.calls)
    with pytest.raises(InvalidInput):
        way.run(call)
    assert len(standin.calls) == done
