"""Broken off at any call, a verb said again ends in the same state: no machine too many, no rule too few."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace

import pytest

from mailstead.ground.errors import MailsteadError, OutcomeUnknown
from mailstead.networks.drivers.hyperv import HyperVSwitch
from mailstead.networks.model import Segment
from mailstead.networks.plan import segment_for
from mailstead.sites.marks import Mark
from mailstead.tenants.model import Service
from tests.standin.faults import Kind
from tests.standin.rig import Breaking, Rig

from .hyperv_lab import FOLDER
from .world import BASE, narrowed, numbers, tenant

Verb = Callable[[HyperVSwitch], None]
_STATES: dict[str, dict[str, object]] = {}  # hosts as they are before each case: made once
ACME = segment_for(tenant("acme"), numbers(1), (Service.SMTP,))
NARROW = narrowed(ACME, "smtp", "192.0.2.0/24")
LIMITED = replace(ACME, bandwidth_mbit=50)
MOVED = replace(segment_for(tenant("acme"), numbers(2), (Service.SMTP,)))
OTHER_BASE = replace(BASE, uplink="site")


@dataclass(frozen=True)
class Case:
    """A verb, the segment before and after it, and the cmdlets that change things on the way."""

    what: str
    verb: Verb
    before: Segment | None
    after: Segment | None
    cmdlets: str
    defined: bool = False  # the machine is more than a port

    def set_up(self, rig: Rig) -> None:
        rig.fresh()
        if self.what not in _STATES:
            self._make(rig)
            _STATES[self.what] = deepcopy(vars(rig.world))
        vars(rig.world).update(deepcopy(_STATES[self.what]))

    def _make(self, rig: Rig) -> None:
        switch = switch_on(rig)
        switch.prepare(BASE)
        if self.before:
            switch.ensure(self.before)
        for machine in rig.world.machines.values() if self.defined else ():
            mark = Mark.parse(machine.notes)
            assert mark
            machine.notes = str(mark.with_section("machine", {"vcpus": 2}))

    def prove(self, rig: Rig) -> None:
        """Say the verb again, and look."""
        rig.faults.clear()
        self.verb(switch_on(rig))
        assert switch_on(rig).segments() == ({"acme": self.after} if self.after else {})
        assert len(rig.world.machines) == (self.after is not None or self.defined)
        if self.after:
            (machine,) = rig.world.machines.values()
            assert machine.adapters[0].bandwidth == self.after.bandwidth_mbit * 1_000_000


def switch_on(remote: Rig | Breaking) -> HyperVSwitch:
    return HyperVSwitch(remote, platform="home", folder=FOLDER)


def ensured(segment: Segment) -> Verb:
    return lambda switch: switch.ensure(segment)


def removed(switch: HyperVSwitch) -> None:
    switch.remove("acme")


def withdrawn(switch: HyperVSwitch) -> None:
    switch.withdraw()


PORT = "Set-VMNetworkAdapter Set-VMNetworkAdapterVlan Add-VMNetworkAdapterExtendedAcl Connect-VMNetworkAdapter"
CASES = [
    Case("make", ensured(ACME), None, ACME, f"New-VM Set-VM {PORT}"),
    Case("make limited", ensured(LIMITED), None, LIMITED, f"New-VM Set-VM {PORT}"),
    Case("limit", ensured(LIMITED), ACME, LIMITED, "Set-VMNetworkAdapter Set-VM"),
    Case("lift", ensured(ACME), LIMITED, ACME, "Set-VMNetworkAdapter Set-VM"),
    Case("narrow", ensured(NARROW), ACME, NARROW, "Remove-VMNetworkAdapterExtendedAcl Add-VMNetworkAdapterExtendedAcl"),
    Case("move", ensured(MOVED), ACME, MOVED, "Set-VM Set-VMNetworkAdapter Set-VMNetworkAdapterVlan"),
    Case("remove", removed, ACME, None, "Disconnect-VMNetworkAdapter Remove-VM"),
    Case("leave", removed, ACME, None, "Disconnect-VMNetworkAdapter Set-VM", defined=True),
    Case("withdraw", withdrawn, ACME, None, "Remove-VM Set-VMSwitch"),
]
each_case = pytest.mark.parametrize("case", CASES, ids=[case.what for case in CASES])


@each_case
def test_an_answer_lost_at_any_call(rig: Rig, case: Case) -> None:
    for number in range(12):
        case.set_up(rig)
        breaking = Breaking(rig, number, Kind.LOST_ANSWER, "Receive")
        with suppress(OutcomeUnknown):
            case.verb(switch_on(breaking))
        case.prove(rig)
        if not breaking.met:
            assert number >= 2
            return
    pytest.fail("it never came through")


@each_case
def test_a_refusal_at_any_cmdlet(rig: Rig, case: Case) -> None:
    """The host goes on with the statements behind the one that failed."""
    for cmdlet in case.cmdlets.split():
        case.set_up(rig)
        rig.faults.add(Kind.TERMINATING, cmdlet)
        with pytest.raises(MailsteadError):
            case.verb(switch_on(rig))
        case.prove(rig)


@pytest.mark.parametrize("kind", [Kind.REFUSAL, Kind.BUSY])
def test_a_refusal_has_a_name_and_changes_nothing_for_good(rig: Rig, kind: Kind) -> None:
    case = CASES[0]
    case.set_up(rig)
    rig.faults.add(kind, "Add-VMNetworkAdapterExtendedAcl")
    with pytest.raises(MailsteadError) as caught:
        case.verb(switch_on(rig))
    assert caught.value.code in {"remote-access-refused", "remote-busy"}
    case.prove(rig)


def test_a_session_lost_before_the_work_was_taken_is_not_even_noticed(rig: Rig) -> None:
    case = CASES[0]
    case.set_up(rig)
    rig.faults.add(Kind.SESSION_LOST, "Command")
    case.verb(switch_on(rig))
    case.prove(rig)


@pytest.mark.parametrize("kind", [Kind.LOST_ANSWER, Kind.SESSION_LOST])
def test_preparing_in_spite_of_breaks(rig: Rig, kind: Kind) -> None:
    for number in range(3):
        rig.fresh()
        switch_on(rig).prepare(BASE)
        with suppress(OutcomeUnknown):
            switch_on(Breaking(rig, number, kind, "Receive")).prepare(OTHER_BASE)
        rig.faults.clear()
        switch_on(rig).prepare(OTHER_BASE)
        assert switch_on(rig).prepared() == OTHER_BASE
        assert rig.world.switches["Tenants"].notes.count("mailstead-network-1") == 1
