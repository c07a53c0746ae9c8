"""How a difference is read: a silent far side, an order in hand, a certificate that is due, a look too late."""

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailstead.ground.errors import Unreachable
from mailstead.hypervisors.model import Machine
from mailstead.lifecycle.drifting import DriftWatch, State, look_for_drift
from mailstead.lifecycle.model import TenantPlan
from mailstead.lifecycle.upkeep import tell_drift
from simulation.faults import Fault, Faults, Trouble
from simulation.worn import wear_everywhere
from tests.lifecycle.stage import Stage, open_stage, platform, tenant

from .kinds import KINDS, TENANT

MACHINES = next(kind for kind in KINDS if kind.type is Machine)


def _shrink(stage: Stage) -> Machine:
    machine = stage.host().machines.machines()[TENANT]
    MACHINES.put(stage, machine, replace(machine, memory_mib=512))
    return machine


def _states(stage: Stage) -> dict[str, State]:
    return {found.tenant: found.state for found in stage.lifecycle.drift()}


@pytest.mark.parametrize("port", ["machines", "volumes", "switch"])
def test_a_silent_host_is_told_once_and_hides_nobody_on_another(port: str, tmp_path: Path) -> None:
    stage = open_stage(tmp_path, platform("kvm1", "kvm2"))
    for name, host in (("acme", "kvm1"), ("globex", "kvm2"), ("initech", "kvm2")):
        stage.done(stage.lifecycle.add(tenant(name, host=host)))
    assert stage.drift() == {}
    verb = {"machines": "machines", "volumes": "volumes", "switch": "segments"}[port]
    faults = Faults(stage.world.clock, [Trouble(f"kvm2.{port}", verb, Fault.SILENT, times=10**6)])
    _shrink(stage)
    stage.again(wear_everywhere(stage.outside, faults))
    assert _states(stage) == {"acme": State.DRIFTED, "globex": State.UNSEEN, "initech": State.UNSEEN}
    for found in stage.lifecycle.drift()[1:]:
        notes = [section.note for section in found.plan.sections if section.note]
        assert [note for note in notes if Fault.SILENT in note] == notes[:1]
    asked = faults.calls[f"kvm2.{port}", verb]
    stage.lifecycle.planner.plans()
    assert faults.calls[f"kvm2.{port}", verb] == asked + 1, (
        "a silent host is asked once a cycle, not once for each of its tenants"
    )
    stage.engine.close()


def test_a_silent_name_server_is_asked_once_and_hides_no_other_part(resting: Stage) -> None:
    stage = resting
    outside = stage.outside
    faults = Faults(stage.world.clock, [Trouble("names", "serials", Fault.SILENT, times=10**6)])
    machine = _shrink(stage)
    stage.again(wear_everywhere(outside, faults))
    (acme, globex) = stage.lifecycle.planner.plans()
    assert [change.subject for _, change in acme] == ["machine acme"]
    assert [change.subject for _, change in globex] == []
    assert globex
    assert faults.calls["names", "serials"] == 1
    stage.again(outside)
    MACHINES.put(stage, None, machine)
    assert stage.drift() == {}


def test_a_tenant_with_an_order_in_hand_is_told_and_not_judged(resting: Stage) -> None:
    _shrink(resting)
    order = resting.lifecycle.settle(TENANT)
    (found,) = resting.lifecycle.drift()
    assert (found.state, found.order, found.wrong) == (State.IN_HAND, order, False)
    resting.done(order)
    assert _states(resting) == {}


def test_what_an_order_ended_while_we_looked_is_no_alarm(resting: Stage) -> None:
    _shrink(resting)
    order = resting.lifecycle.settle(TENANT)
    planner = resting.lifecycle.planner
    looks: list[Any] = []

    class Late:
        """Plans as ever; between the first look and the second the order comes to its end."""

        def plans(self, names: Any = None) -> list[TenantPlan]:
            found = planner.plans(names)
            if not looks:
                resting.done(order)
            looks.append(names)
            return found

    assert look_for_drift(Late(), resting.running.desk) == []  # type: ignore[arg-type]  # worn over the planner
    assert looks == [None, [TENANT]]


def test_a_certificate_that_is_due_is_told_and_is_no_drift(tmp_path: Path) -> None:
    stage = open_stage(tmp_path)
    stage.done(stage.lifecycle.add(tenant()))
    stage.world.clock.sleep(timedelta(days=61).total_seconds())
    (found,) = stage.lifecycle.drift()
    assert (found.state, found.wrong) == (State.DUE, False)
    assert [change.subject for _, change in found.plan] == ["certificate mail.acme.example: next key announced"]
    _shrink(stage)
    assert _states(stage) == {"acme": State.DRIFTED}
    stage.engine.close()


def test_upkeep_writes_a_line_for_each_tenant_that_drifts_and_heals_nothing(
    resting: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    watch = DriftWatch()
    machine = _shrink(resting)
    for _ in range(2):
        tell_drift(resting.lifecycle, watch)
    assert [record.message for record in caplog.records] == ["tenant acme: drifted: update machine acme"]
    assert _states(resting) == {TENANT: State.DRIFTED}
    MACHINES.put(resting, None, machine)
    tell_drift(resting.lifecycle, watch)
    assert caplog.records[-1].message == "tenant acme: as wanted again"


def test_upkeep_goes_on_when_nothing_can_be_looked_at(
    resting: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(names: object = None) -> list[TenantPlan]:
        raise Unreachable("the database does not answer")

    monkeypatch.setattr(resting.lifecycle.planner, "plans", silent)
    tell_drift(resting.lifecycle, DriftWatch())
    assert caplog.records[-1].message == "drift cannot be looked for: the database does not answer"
