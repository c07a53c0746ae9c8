"""What somebody changed by hand shows in the plan, and settling heals it; what is not ours is left alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailstead.dns.model import Record
from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.mailservers.items import ConfigFile
from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.networks.model import Segment
from mailstead.storage.model import Role, VolumeKey

from .auditor import NOTHING, audit
from .stage import Stage, tenant


@pytest.fixture
def served(stage: Stage) -> Stage:
    stage.done(stage.lifecycle.add(tenant()))
    stage.done(stage.lifecycle.add(tenant("globex")))
    return stage


def _apply(stage: Stage, *changes: tuple[Record | None, Record | None]) -> None:
    plan = ChangePlan(tuple(Change(str(before or after), before, after) for before, after in changes))
    stage.world.names.apply("acme.example", plan)


def _mx(stage: Stage) -> Record:
    return next(record for record in stage.world.names.records("acme.example") if record.kind == "MX")


def _open_a_port(stage: Stage) -> None:
    switch = stage.host().switch
    assert isinstance(switch, MemorySwitch)
    segment = switch.segments()["acme"]
    switch.disturb(replace(segment, rules=(*segment.rules, replace(segment.rules[0], ports=(22,)))))


def _unplug(stage: Stage) -> None:
    switch = stage.host().switch
    assert isinstance(switch, MemorySwitch)
    switch.plug(switch.segments()["acme"].port)


def _tamper(stage: Stage) -> None:
    mail = stage.host().mail
    assert isinstance(mail, MemoryMailServers)
    mail.tamper("acme", ConfigFile.of("/etc/postfix/main.cf", "mynetworks = 0.0.0.0/0\n"))


def _smaller_machine(stage: Stage) -> None:
    machines = stage.host().machines
    assert isinstance(machines, MemoryHypervisor)
    machines.resize("acme", vcpus=1, memory_mib=512)


HANDS: dict[str, tuple[Callable[[Stage], object], str]] = {
    "segment removed": (lambda s: s.host().switch.remove("acme"), "create segment acme"),
    "segment opened": (_open_a_port, "update segment acme"),
    "port unbound": (_unplug, "update segment acme"),
    "machine stopped": (lambda s: s.host().machines.stop("acme", graceful_s=0), "update machine acme"),
    "machine removed": (lambda s: s.host().machines.remove("acme"), "create machine acme"),
    "machine resized": (_smaller_machine, "update machine acme"),
    "record changed": (
        lambda s: _apply(s, (_mx(s), replace(_mx(s), value="10 elsewhere.example."))),
        "",  # a foreign MX stands in our way: told as an error, see below
    ),
    "record removed": (lambda s: _apply(s, (_mx(s), None)), "create record acme.example MX"),
    "zone removed": (lambda s: s.world.names.remove("acme.example"), "create record acme.example MX"),
    "file tampered": (_tamper, "update file /etc/postfix/main.cf"),
}
HEALED = [name for name, (_, told) in HANDS.items() if told]


@pytest.mark.parametrize("name", HEALED)
def test_a_hands_work_shows_in_the_plan_and_settling_heals_it(name: str, served: Stage) -> None:
    by_hand, told = HANDS[name]
    by_hand(served)
    drift = served.drift()
    assert list(drift) == ["acme"]
    assert any(line.startswith(told) for line in drift["acme"]), drift
    served.done(served.lifecycle.settle("acme"))
    assert served.drift() == {}
    assert audit(served) == NOTHING


class Cursory(MemorySwitch):
    """A switch of which a look at all sees no open port, as on a large Hyper-V host whose lists are read by turns."""

    def segments(self, only: str | None = None) -> dict[str, Segment]:
        seen = super().segments(only)
        return seen if only else {name: _without_ssh(each) for name, each in seen.items()}


def _without_ssh(segment: Segment) -> Segment:
    return replace(segment, rules=tuple(rule for rule in segment.rules if rule.ports != (22,)))


def test_who_asks_for_a_few_tenants_hears_of_what_a_look_at_all_does_not_see(served: Stage) -> None:
    cursory, ports = Cursory(), served.host()
    vars(cursory).update(vars(ports.switch))
    served.again(replace(served.outside, hosts={ports.host.name: replace(ports, switch=cursory)}))
    assert served.drift() == {}
    _open_a_port(served)
    assert served.drift() == {}
    assert [found.tenant for found in served.lifecycle.drift(["acme"])] == ["acme"]
    assert [found.tenant for found in served.lifecycle.drift(["acme", "globex"])] == ["acme"]


def test_a_lost_disk_shows_and_is_made_again(served: Stage) -> None:
    served.host().machines.stop("acme", graceful_s=0)
    served.host().volumes.remove(VolumeKey("acme", Role.DATA))
    assert "create data disk of acme" in served.drift()["acme"]
    served.done(served.lifecycle.settle("acme"))
    assert audit(served) == NOTHING


def test_records_that_are_not_ours_are_left_alone(served: Stage) -> None:
    foreign = Record("www.acme.example", "A", 300, "192.0.2.80")
    _apply(served, (None, foreign))
    assert served.drift() == {}
    served.done(served.lifecycle.settle("acme"))
    served.done(served.lifecycle.remove("acme"))
    assert served.world.names.records("acme.example") == {foreign}


def test_a_foreign_record_in_our_place_is_named_and_not_touched(served: Stage) -> None:
    foreign = replace(_mx(served), value="10 elsewhere.example.")
    _apply(served, (_mx(served), foreign))
    assert served.drift() == {"acme": ["update record acme.example MX"]}
    view = served.settle(served.lifecycle.settle("acme"))
    assert view.error is not None
    assert view.error["code"] == "unsafe-plan"
    assert "10 elsewhere.example., which mailstead did not write" in view.error["message"]
    assert foreign in served.world.names.records("acme.example")
    served.done(served.lifecycle.settle("acme", allow_loss=["record acme.example MX"]))
    assert audit(served) == NOTHING


def test_planning_changes_nothing(served: Stage) -> None:
    machines = served.host().machines
    assert isinstance(machines, MemoryHypervisor)
    served.host().machines.stop("acme", graceful_s=0)
    writes = machines.writes
    first = served.drift()
    assert served.drift() == first
    assert machines.writes == writes
