"""Faults strike what they say, when they say, as often as they say, and nothing else."""

import pytest

from mailstead.dns.drivers.memory import MemoryNameServer
from mailstead.dns.model import Record
from mailstead.ground.clock import VirtualClock
from mailstead.ground.errors import MailsteadError, OutcomeUnknown, Rejected, Unreachable
from mailstead.ground.plans import compare
from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.orders.drivers.memory import Crashed
from simulation.faults import Fault, Faults, Trouble
from simulation.worn import wear
from tests.networks.world import BASE, segment

TWO = {name: Record(f"{name}.acme.example", "A", 300, "192.0.2.1") for name in ("one", "two")}


class Names:
    """A name server with one zone, in trouble."""

    def __init__(self, *troubles: Trouble) -> None:
        self.there = MemoryNameServer()
        self.there.create("acme.example")
        self.clock = VirtualClock()
        self.faults = Faults(self.clock, troubles)
        self.worn = wear(self.there, "names", self.faults)

    def publish(self) -> None:
        self.worn.apply("acme.example", compare(TWO, {}))

    @property
    def held(self) -> int:
        return len(self.there.records("acme.example"))


@pytest.mark.parametrize(
    ("fault", "error", "held"),
    [
        (Fault.REFUSED, Rejected, 0),
        (Fault.SILENT, Unreachable, 0),
        (Fault.LOST, OutcomeUnknown, 2),
        (Fault.HALF, OutcomeUnknown, 1),
        (Fault.GARBAGE, Rejected, 2),
        (Fault.KILLED_BEFORE, Crashed, 0),
        (Fault.KILLED_AFTER, Crashed, 2),
    ],
)
def test_a_fault_says_what_it_is_and_leaves_what_it_should(fault: Fault, error: type[BaseException], held: int) -> None:
    names = Names(Trouble("names", "apply", fault))
    with pytest.raises(error) as told:
        names.publish()
    assert names.held == held
    if isinstance(told.value, MailsteadError):
        assert told.value.remedy
    names.publish()
    assert names.held == 2


@pytest.mark.parametrize("fault", [Fault.TWICE, Fault.SLOW])
def test_what_is_slow_or_done_twice_is_done(fault: Fault) -> None:
    names = Names(Trouble("names", "apply", fault))
    names.publish()
    assert names.held == 2
    assert names.clock.monotonic() == (1.0 if fault is Fault.SLOW else 0.0)


def test_a_stale_read_gives_the_answer_before() -> None:
    names = Names()
    before = names.worn.records("acme.example")
    names.faults.place(Trouble("names", "records", Fault.STALE))
    names.publish()
    assert names.worn.records("acme.example") == before
    assert len(names.worn.records("acme.example")) == 2


def test_it_strikes_from_its_first_call_on_and_no_oftener_than_said() -> None:
    names = Names(Trouble("names", "zones", Fault.SILENT, first=2, times=2))
    struck = []
    for _ in range(5):
        try:
            names.worn.zones()
            struck.append(False)
        except Unreachable:
            struck.append(True)
    assert struck == [False, True, True, False, False]
    assert names.faults.calls["names", "zones"] == 5
    assert list(names.faults.struck.values()) == [2]


def test_a_host_that_is_silent_answers_nothing_until_all_is_cleared() -> None:
    faults = Faults(VirtualClock())
    worn = wear(MemoryNameServer(), "kvm1.names", faults)
    faults.silent.add("kvm1")
    with pytest.raises(Unreachable):
        worn.zones()
    faults.clear()
    assert worn.zones() == frozenset()


def test_a_segment_cut_short_is_there_with_flaws_and_mended_by_the_same_verb() -> None:
    switch, faults = MemorySwitch(), Faults(VirtualClock(), [Trouble("kvm1.switch", "ensure", Fault.HALF)])
    switch.prepare(BASE)
    worn = wear(switch, "kvm1.switch", faults)
    with pytest.raises(OutcomeUnknown):
        worn.ensure(segment("acme", 1))
    assert switch.segments()["acme"].flaws
    worn.ensure(segment("acme", 1))
    assert switch.segments() == {"acme": segment("acme", 1)}
