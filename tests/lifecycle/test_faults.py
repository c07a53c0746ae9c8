"""Each far side troubled in eight ways at any of its verbs: it heals by itself, or by one retry and says so."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mailstead.ground.errors import MailsteadError
from mailstead.orders.model import Status
from mailstead.tenants.changes import resized, with_domain
from mailstead.tenants.model import MailDomain, Tenant
from mailstead.wiring.memory import memory_outside
from simulation.faults import Fault, Faults, Trouble
from simulation.worn import wear_everywhere
from tests.conftest import Tally

from .auditor import NOTHING, audit, unfinished
from .stage import Stage, open_stage, platform, tenant

FOR_EVER = 10**6


def _troubled(folder: Path, *troubles: Trouble) -> tuple[Stage, Faults]:
    """Return a stage on which *troubles* strike."""
    outside = memory_outside(platform())
    faults = Faults(outside.clock, troubles)
    return open_stage(folder, outside=wear_everywhere(outside, faults)), faults


def _life(stage: Stage) -> list[str]:
    """Live a whole life, order by order, retrying what failed; return the codes of the failures met."""
    met: list[str] = []

    def carry_out(verb: Callable[[], str]) -> None:
        before = stage.world.tenants.all(), stage.world.numbers.all()
        try:
            order = verb()
        except MailsteadError as error:  # said before anything was changed
            assert (stage.world.tenants.all(), stage.world.numbers.all()) == before
            met.extend([] if error.retry else [error.code])
            order = verb()
        view = stage.settle(order)
        while view.status is not Status.DONE:
            assert view.status is Status.FAILED, view
            failure = view.error or {}
            assert failure.get("message")
            assert failure.get("remedy") or failure.get("code") in {"unreachable", "outcome-unknown"}, failure
            met.append(failure["code"])
            assert len(met) < 9, "it does not heal"
            stage.running.desk.retry(order)
            view = stage.settle(order)

    def larger(wanted: Tenant) -> Tenant:
        bigger = resized(wanted, vcpus=2, memory_mib=1024, disk_gib=8, bandwidth_mbit=50, disk_iops=500)
        return with_domain(bigger, MailDomain(name="acme.test"))

    carry_out(lambda: stage.lifecycle.add(tenant()))
    carry_out(lambda: stage.lifecycle.change("acme", larger))
    carry_out(lambda: stage.lifecycle.suspend("acme"))
    carry_out(lambda: stage.lifecycle.remove("acme"))
    carry_out(lambda: stage.lifecycle.resume("acme"))
    return met


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Counter[tuple[str, str]]:
    """How often a whole life calls each verb of each port."""
    stage, faults = _troubled(tmp_path_factory.mktemp("life"))
    assert _life(stage) == []
    called = faults.calls.copy()
    assert audit(stage) == NOTHING
    stage.close()
    return called


SEEN = {
    "kvm1.machines": ("machines", "room", "define", "start", "stop", "remove", "resize", "limit", "grow"),
    "kvm1.volumes": ("volumes", "ensure"),
    "kvm1.switch": ("segments", "prepared", "prepare", "ensure", "attach", "remove"),
    "kvm1.guests": ("answers",),
    "kvm1.mail": ("observe", "apply", "wait_ready"),
    "names": ("zones", "records", "create", "remove", "apply", "anchors", "serials"),
    "resolver": ("anchors", "trust", "forget"),
    "issuer": ("issue",),
}
KINDS = [fault for fault in Fault if fault not in {Fault.KILLED_BEFORE, Fault.KILLED_AFTER}]
CASES = [
    Trouble(port, verb, fault)
    for port, verbs in SEEN.items()
    for verb in verbs
    for fault in KINDS
    if fault.strikes(verb)
]
HEALS_ITSELF = {Fault.SILENT, Fault.LOST, Fault.HALF, Fault.SLOW, Fault.TWICE}


def _named(trouble: Trouble) -> str:
    return f"{trouble.port}.{trouble.verb}-{trouble.fault.name}"


def test_every_verb_that_a_life_calls_is_troubled_below(calls: Counter[tuple[str, str]]) -> None:
    assert set(calls) == {(port, verb) for port, verbs in SEEN.items() for verb in verbs}
    assert len(KINDS) == 8


@pytest.mark.parametrize("trouble", CASES, ids=_named)
def test_one_fault_heals_by_itself_or_by_one_retry(trouble: Trouble, tmp_path: Path, tally: Tally) -> None:
    tally(f"faults of kind {trouble.fault.name.lower()}")
    stage, faults = _troubled(tmp_path, trouble)
    met = _life(stage)
    assert faults.struck[trouble] == 1
    assert len(met) <= (trouble.fault not in HEALS_ITSELF)
    assert met == ["rejected"] or trouble.fault is not Fault.REFUSED
    assert unfinished(stage) == []
    assert audit(stage) == NOTHING
    stage.close()


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.REFUSED])
@pytest.mark.parametrize(
    ("port", "verb"),
    [("kvm1.machines", "start"), ("names", "apply"), ("kvm1.mail", "apply"), ("kvm1.switch", "attach")],
)
def test_a_far_side_that_stays_away_fails_the_order_with_a_code_and_a_retry_mends_it(
    port: str, verb: str, fault: Fault, tmp_path: Path
) -> None:
    stage, faults = _troubled(tmp_path, Trouble(port, verb, fault, times=FOR_EVER))
    view = stage.settle(stage.lifecycle.add(tenant()))
    assert view.status is Status.FAILED
    assert (view.error or {})["code"] == ("unreachable" if fault is Fault.SILENT else "rejected")
    faults.clear()
    stage.running.desk.retry(view.id)
    stage.done(view.id)
    assert audit(stage) == NOTHING


@pytest.mark.parametrize(("port", "verb"), [("kvm1.machines", "start"), ("names", "apply"), ("kvm1.mail", "apply")])
def test_where_every_answer_is_lost_the_next_look_finds_that_it_is_done(port: str, verb: str, tmp_path: Path) -> None:
    stage, _ = _troubled(tmp_path, Trouble(port, verb, Fault.LOST, times=FOR_EVER))
    stage.done(stage.lifecycle.add(tenant()))
    assert audit(stage) == NOTHING


@pytest.mark.parametrize("verb", ["apply", "create", "records"])
def test_a_fault_late_in_a_verbs_life_heals_too(verb: str, tmp_path: Path) -> None:
    for first in range(2, 6):
        folder = tmp_path / str(first)
        folder.mkdir()
        stage, _ = _troubled(folder, Trouble("names", verb, Fault.LOST, first=first, times=2))
        assert _life(stage) == []
        assert audit(stage) == NOTHING


def test_a_tenant_that_never_came_to_be_can_be_removed_and_purged(tmp_path: Path) -> None:
    stage, _ = _troubled(tmp_path, Trouble("kvm1.switch", "ensure", Fault.REFUSED, times=FOR_EVER))
    assert stage.settle(stage.lifecycle.add(tenant())).status is Status.FAILED
    stage.done(stage.lifecycle.remove("acme"))
    stage.done(stage.lifecycle.purge("acme", early=True))
    assert audit(stage) == NOTHING
    assert stage.world.tenants.all() == {}
