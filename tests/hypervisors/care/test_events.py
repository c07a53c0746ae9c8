"""What a host tells of its machines and of itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailstead.hypervisors.drivers.hyperv.events import EVENTS_MOST, HyperVConditions, HyperVEvents
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.drivers.memory_operations import MemoryConditions, MemoryEvents
from mailstead.hypervisors.model import HostDenied, NoSuchMachine
from mailstead.hypervisors.operating import HostEvent
from mailstead.hypervisors.port import Conditions, HostEvents
from mailstead.remoting.cmdlets.diagnostics import HYPERV_LOGS, GetWinEvent
from mailstead.remoting.errors import ArgumentRefused
from tests.hypervisors.example import example_machine
from tests.standin.diagnostics import Event
from tests.standin.faults import Kind
from tests.standin.hyperv.kinds import VMState

from .conftest import TENANT, HyperVHost

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
VMMS = "Microsoft-Windows-Hyper-V-VMMS-Admin"


class Logged:
    """A port, and `log`, which writes an error with this number so many minutes ago."""

    port: HostEvents

    def log(self, minutes: int, number: int) -> None: ...


class EventsContract:
    """Subclasses give `logged`."""

    def test_an_empty_log_is_no_error(self, logged: Logged) -> None:
        assert logged.port.events(NOW - timedelta(hours=1)) == ()

    def test_events_come_the_oldest_first_and_none_from_before(self, logged: Logged) -> None:
        for minutes, number in ((5, 3), (90, 1), (30, 2)):
            logged.log(minutes, number)
        found = logged.port.events(NOW - timedelta(hours=1))
        assert [(event.number, event.level) for event in found] == [(2, "error"), (3, "error")]


class TestMemoryEvents(EventsContract):
    @pytest.fixture
    def logged(self) -> Logged:
        class Memory(Logged):
            def __init__(self) -> None:
                self.events = MemoryEvents()
                self.port = self.events

            def log(self, minutes: int, number: int) -> None:
                self.events.lines.append(HostEvent(NOW - timedelta(minutes=minutes), "error", "log", number, "text"))

        return Memory()


class TestHyperVEvents(EventsContract):
    @pytest.fixture
    def logged(self, hv: HyperVHost) -> Logged:
        class HyperV(Logged):
            def __init__(self) -> None:
                self.port = HyperVEvents(hv.operated)

            def log(self, minutes: int, number: int) -> None:
                hv.world.events.append(Event(VMMS, number, 2, NOW - timedelta(minutes=minutes), "text"))

        return HyperV()


class ConditionsContract:
    """Subclasses give `conditions` and `start`, for a machine of TENANT that is off."""

    def test_a_machine_that_starts_tells_so(self, conditions: Conditions, start: Callable[[], None]) -> None:
        off = conditions.condition(TENANT)
        start()
        on = conditions.condition(TENANT)
        assert (off.state.lower(), on.state.lower()[:2]) == ("off", on.state.lower()[:2])
        assert off.state != on.state
        assert off.heartbeat != on.heartbeat

    def test_one_that_is_not_there_is_told(self, conditions: Conditions) -> None:
        with pytest.raises(NoSuchMachine):
            conditions.condition("nobody")


class TestMemoryConditions(ConditionsContract):
    @pytest.fixture
    def host(self) -> MemoryHypervisor:
        host = MemoryHypervisor()
        host.define(example_machine(Path("/m"), Path("/k"), Path("/i")))
        return host

    @pytest.fixture
    def conditions(self, host: MemoryHypervisor) -> Conditions:
        return MemoryConditions(host)

    @pytest.fixture
    def start(self, host: MemoryHypervisor) -> Callable[[], None]:
        return lambda: host.start(TENANT)


class TestHyperVConditions(ConditionsContract):
    @pytest.fixture
    def conditions(self, hv: HyperVHost) -> Conditions:
        hv.put()
        return HyperVConditions(hv.operated)

    @pytest.fixture
    def start(self, hv: HyperVHost) -> Callable[[], None]:
        def start() -> None:
            (machine,) = hv.world.machines.values()
            machine.state, machine.started = VMState.Running, datetime.now(UTC) - timedelta(hours=2)

        return start


def test_counters_are_read_where_metering_is_on(hv: HyperVHost) -> None:
    machine = hv.put()
    port = HyperVConditions(hv.operated)
    assert port.condition(TENANT).metering is None
    machine.metering_since = datetime.now(UTC) - timedelta(minutes=10)
    counted = port.condition(TENANT).metering
    assert counted
    assert timedelta(minutes=9) < counted.span < timedelta(minutes=11)
    assert (counted.cpu_mhz, counted.disk_mib, counted.disk_written_mib) == (120, 61440, 34)


def test_an_event_without_its_text_is_told_all_the_same(hv: HyperVHost) -> None:
    hv.world.events.append(Event(VMMS, 18012, 3, NOW, None))
    (event,) = HyperVEvents(hv.operated).events(NOW)
    assert event == HostEvent(NOW, "warning", "Hyper-V-VMMS-Admin", 18012, "")


def test_logs_of_others_are_neither_asked_nor_shown(hv: HyperVHost) -> None:
    hv.world.events.append(Event("Security", 4625, 2, NOW, "An account failed to log on."))
    assert HyperVEvents(hv.operated).events(NOW) == ()
    for call in (GetWinEvent(LogName=("Security",), MaxEvents=1), GetWinEvent(LogName=HYPERV_LOGS, MaxEvents=100_000)):
        with pytest.raises(ArgumentRefused):
            hv.way.run(call)


def test_a_thousand_events_come_in_few_round_trips(hv: HyperVHost) -> None:
    events = [Event(VMMS, number, 4, NOW - timedelta(seconds=number), "text" * 20) for number in range(1000)]
    hv.world.events.extend(events)
    answer = hv.way.run(GetWinEvent(LogName=HYPERV_LOGS, MaxEvents=EVENTS_MOST))
    assert len(answer.values) == 1000
    assert answer.round_trips <= 8


def test_a_refusal_is_told_in_our_words(hv: HyperVHost) -> None:
    hv.standin.faults.add(Kind.REFUSAL, "Get-WinEvent")
    with pytest.raises(HostDenied):
        HyperVEvents(hv.operated).events(NOW)
