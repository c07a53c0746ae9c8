"""Each far side silent, deaf or unwilling at any of its verbs: it heals by itself, or by one retry and says so."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailstead.ground.errors import MailsteadError
from mailstead.lifecycle.world import World
from mailstead.orders.model import Status
from mailstead.tenants.changes import resized, with_domain
from mailstead.tenants.model import MailDomain, Tenant
from mailstead.wiring.memory import memory_outside

from .auditor import NOTHING, audit, unfinished
from .faults import Fault, Faulty, Trouble
from .stage import Stage, open_stage, platform, tenant, with_ports

PORTS = ("machines", "volumes", "switch", "guests", "mail", "names", "resolver", "issuer")


def _dressed(folder: Path, port: str) -> tuple[Stage, Faulty[Any]]:
    """Return a stage on which *port* can be troubled."""
    wanted = platform()
    outside = memory_outside(wanted)
    if port == "issuer":
        stage = open_stage(folder, wanted, outside)
        faulty: Faulty[Any] = Faulty(stage.world.issuer)
        _replace_world(stage, replace(stage.world, issuer=faulty))
        return stage, faulty
    if port in {"names", "resolver"}:
        faulty = Faulty(getattr(outside, port))
        dress: dict[str, Any] = {port: faulty}
        return open_stage(folder, wanted, replace(outside, **dress)), faulty
    faulty = Faulty(getattr(outside.hosts["kvm1"], port))
    return open_stage(folder, wanted, with_ports(outside, "kvm1", **{port: faulty})), faulty


def _replace_world(stage: Stage, world: World) -> None:
    steps = stage.running.steps
    steps.world = world
    for part in ("network", "storage", "machine", "names", "mail", "credentials"):
        setattr(steps, part, type(getattr(steps, part))(world))
    stage.running = replace(stage.running, world=world)


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
        bigger = resized(wanted, vcpus=2, memory_mib=1024, disk_gib=8)
        return with_domain(bigger, MailDomain(name="acme.test"))

    carry_out(lambda: stage.lifecycle.add(tenant()))
    carry_out(lambda: stage.lifecycle.change("acme", larger))
    carry_out(lambda: stage.lifecycle.suspend("acme"))
    carry_out(lambda: stage.lifecycle.remove("acme"))
    carry_out(lambda: stage.lifecycle.resume("acme"))
    return met


@pytest.fixture(scope="module")
def verbs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counter[str]]:
    """How often a whole life calls each verb of each port."""
    counted = {}
    for port in PORTS:
        stage, faulty = _dressed(tmp_path_factory.mktemp(port), port)
        _life(stage)
        assert audit(stage) == NOTHING
        counted[port] = faulty.calls
        stage.engine.close()
    return counted


SEEN = {
    "machines": ("machines", "define", "start", "stop", "remove", "resize", "grow"),
    "volumes": ("volumes", "ensure"),
    "switch": ("segments", "prepare", "ensure", "attach", "remove"),
    "guests": ("answers",),
    "mail": ("observe", "apply", "wait_ready"),
    "names": ("zones", "records", "create", "remove", "apply", "anchors", "serials"),
    "resolver": ("anchors", "trust", "forget"),
    "issuer": ("issue",),
}
CASES = [(port, verb, fault) for port, found in SEEN.items() for verb in found for fault in Fault]


def test_every_verb_that_a_life_calls_is_troubled_below(verbs: dict[str, Counter[str]]) -> None:
    called = {port: set(calls) - {"room"} for port, calls in verbs.items()}
    assert called == {port: set(found) for port, found in SEEN.items()}


@pytest.mark.parametrize(("port", "verb", "fault"), CASES, ids=[f"{p}.{v}-{f.name}" for p, v, f in CASES])
def test_one_fault_heals_by_itself_or_by_one_retry(port: str, verb: str, fault: Fault, tmp_path: Path) -> None:
    stage, faulty = _dressed(tmp_path, port)
    faulty.trouble = Trouble(verb, fault)
    met = _life(stage)
    assert faulty.trouble.struck == 1
    assert met == (["rejected"] if fault is Fault.REFUSED else [])
    assert unfinished(stage) == []
    assert audit(stage) == NOTHING
    stage.engine.close()


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.REFUSED])
@pytest.mark.parametrize(
    ("port", "verb"), [("machines", "start"), ("names", "apply"), ("mail", "apply"), ("switch", "attach")]
)
def test_a_far_side_that_stays_away_fails_the_order_with_a_code_and_a_retry_mends_it(
    port: str, verb: str, fault: Fault, tmp_path: Path
) -> None:
    stage, faulty = _dressed(tmp_path, port)
    faulty.trouble = Trouble(verb, fault, times=10**6)
    view = stage.settle(stage.lifecycle.add(tenant()))
    assert view.status is Status.FAILED
    assert (view.error or {})["code"] == ("unreachable" if fault is Fault.SILENT else "rejected")
    faulty.trouble = None
    stage.running.desk.retry(view.id)
    stage.done(view.id)
    assert audit(stage) == NOTHING


@pytest.mark.parametrize(("port", "verb"), [("machines", "start"), ("names", "apply"), ("mail", "apply")])
def test_where_every_answer_is_lost_the_next_look_finds_that_it_is_done(port: str, verb: str, tmp_path: Path) -> None:
    stage, faulty = _dressed(tmp_path, port)
    faulty.trouble = Trouble(verb, Fault.LOST, times=10**6)
    stage.done(stage.lifecycle.add(tenant()))
    assert audit(stage) == NOTHING


@pytest.mark.parametrize("verb", ["apply", "create", "records"])
def test_a_fault_late_in_a_verbs_life_heals_too(verb: str, tmp_path: Path) -> None:
    for first in range(2, 6):
        folder = tmp_path / str(first)
        folder.mkdir()
        stage, faulty = _dressed(folder, "names")
        faulty.trouble = Trouble(verb, Fault.LOST, first=first, times=2)
        assert _life(stage) == []
        assert audit(stage) == NOTHING


def test_a_tenant_that_never_came_to_be_can_be_removed_and_purged(tmp_path: Path) -> None:
    stage, faulty = _dressed(tmp_path, "switch")
    faulty.trouble = Trouble("ensure", Fault.REFUSED, times=10**6)
    assert stage.settle(stage.lifecycle.add(tenant())).status is Status.FAILED
    stage.done(stage.lifecycle.remove("acme"))
    stage.done(stage.lifecycle.purge("acme", early=True))
    assert audit(stage) == NOTHING
    assert stage.world.tenants.all() == {}
