"""Two control planes and one host: the second refuses, the older copy of one platform too, and nothing is touched."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.ground.errors import MailsteadError, Unreachable
from mailstead.lifecycle.world import HostPorts
from mailstead.orders.model import OrderView, Status
from mailstead.sites.claims import Claim, HostClaimed
from mailstead.storage.drivers.claim import MemoryClaim
from mailstead.storage.model import Role, VolumeKey
from mailstead.wiring.claims import LOOKS
from mailstead.wiring.running import Running
from tests.lifecycle.auditor import NOTHING, audit
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself
from tests.lifecycle.stage import Stage, open_stage, platform, tenant

from .past import Backup, backed_up, brought_back, founded, things


@pytest.fixture
def first(tmp_path: Path) -> Stage:
    stage = founded(tmp_path / "first")
    stage.done(stage.lifecycle.add(tenant()))
    return stage


def _second(first: Stage, folder: Path) -> Stage:
    """Another platform with a name server, journal and state of its own, on the same hosts."""
    folder.mkdir()
    apart = open_stage(folder, platform(network={"vlan_first": 2000}))
    apart.again(replace(apart.outside, hosts=first.outside.hosts, claims=first.outside.claims))
    return apart


def _refused(view: OrderView, code: str) -> None:
    assert view.status is Status.FAILED
    assert (view.error or {})["code"] == code


def test_a_second_platform_is_refused_and_touches_nothing(first: Stage, tmp_path: Path) -> None:
    before, second = things(first), _second(first, tmp_path / "second")
    _refused(second.settle(second.lifecycle.add(tenant("globex"))), "host-claimed")
    _refused(second.settle(second.lifecycle.remove("globex")), "host-claimed")
    assert things(first) == before
    assert audit(first) == NOTHING


def test_a_tenant_of_the_same_name_on_a_second_platform_harms_nobody(first: Stage, tmp_path: Path) -> None:
    before, second = things(first), _second(first, tmp_path / "second")
    _refused(second.settle(second.lifecycle.add(tenant("acme"))), "host-claimed")
    _refused(second.settle(second.lifecycle.remove("acme")), "host-claimed")
    assert things(first) == before
    assert audit(first) == NOTHING


CHANGES: dict[str, Callable[[HostPorts], object]] = {
    "define": lambda ports: ports.machines.define(ports.machines.machines()["acme"]),
    "start": lambda ports: ports.machines.start("acme"),
    "stop": lambda ports: ports.machines.stop("acme", graceful_s=0),
    "remove": lambda ports: ports.machines.remove("acme"),
    "resize": lambda ports: ports.machines.resize("acme", vcpus=2, memory_mib=1024),
    "grow": lambda ports: ports.machines.grow("acme", "data", size_mib=9999),  # type: ignore[arg-type]
    "ensure disk": lambda ports: ports.volumes.ensure(next(iter(ports.volumes.volumes().values()))),
    "remove disk": lambda ports: ports.volumes.remove(VolumeKey("acme", Role.DATA)),
    "prepare": lambda ports: ports.switch.prepare(None),  # type: ignore[arg-type]
    "withdraw": lambda ports: ports.switch.withdraw(),
    "ensure segment": lambda ports: ports.switch.ensure(ports.switch.segments()["acme"]),
    "attach": lambda ports: ports.switch.attach("acme"),
    "remove segment": lambda ports: ports.switch.remove("acme"),
    "apply mail": lambda ports: ports.mail.apply("acme", ()),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("verb", CHANGES)
def test_every_change_of_a_host_is_refused(first: Stage, tmp_path: Path, verb: str) -> None:
    second, before = _second(first, tmp_path / "second"), things(first)
    with pytest.raises(HostClaimed) as refusal:
        CHANGES[verb](second.world.ports("kvm1"))
    assert "kvm1" in refusal.value.remedy
    assert things(first) == before


def test_looking_at_anothers_host_is_allowed(first: Stage, tmp_path: Path) -> None:
    second = _second(first, tmp_path / "second")
    ports = second.world.ports("kvm1")
    assert ports.machines.machines().keys() == {"acme"}
    assert ports.switch.segments().keys() == {"acme"}
    assert [it.holder for it in second.running.quarantine.claims.holdings()] == ["another platform"]
    assert {"machines", "volumes", "segments", "observe"} <= LOOKS


def test_only_what_a_port_promises_to_be_a_look_is_unguarded(first: Stage) -> None:
    """A verb that is added to a port tomorrow is guarded until somebody says that it only looks."""
    ports = first.outside.hosts["kvm1"]
    guarded = {
        name
        for port in (ports.machines, ports.volumes, ports.switch, ports.mail)
        for name in dir(port)
        if not name.startswith("_") and callable(getattr(port, name)) and name not in LOOKS
    }
    assert {"define", "start", "stop", "remove", "ensure", "prepare", "withdraw", "attach", "apply"} <= guarded


def test_a_host_can_be_released_to_another_platform(first: Stage, tmp_path: Path) -> None:
    second = _second(first, tmp_path / "second")
    with pytest.raises(HostClaimed):
        second.running.quarantine.claims.release("kvm1")
    first.running.quarantine.claims.release("kvm1")
    second.running.quarantine.claims.demand("kvm1")
    with pytest.raises(HostClaimed):
        first.world.ports("kvm1").machines.stop("acme", graceful_s=0)


def test_a_host_can_be_taken_over_for_good(first: Stage, tmp_path: Path) -> None:
    second = _second(first, tmp_path / "second")
    second.running.quarantine.claims.take_over("kvm1")
    _refused(first.settle(first.lifecycle.suspend("acme")), "host-claimed")


def test_an_order_that_was_refused_goes_on_when_the_host_is_ours_again(first: Stage, tmp_path: Path) -> None:
    second = _second(first, tmp_path / "second")
    order = second.lifecycle.add(tenant("globex"))
    _refused(second.settle(order), "host-claimed")
    second.running.quarantine.claims.take_over("kvm1")
    second.running.desk.retry(order)
    second.done(order)


def _twins(stage: Stage, backup: Backup, folder: Path) -> tuple[Stage, Stage]:
    """Return the platform as it was, still alive, and its copy from a backup, let out of quarantine."""
    copy = brought_back(stage, backup, home=folder)
    copy.running.quarantine.leave()
    copy.again()
    stage.again()
    return stage, copy


def test_of_two_copies_of_one_platform_the_restored_one_acts_and_the_old_one_is_refused(
    first: Stage, tmp_path: Path
) -> None:
    backup = backed_up(first, tmp_path / "backup")
    old, new = _twins(first, backup, tmp_path / "copy")
    new.done(new.lifecycle.add(tenant("globex")))
    before = things(new)
    _refused(old.settle(old.lifecycle.remove("acme")), "superseded")
    assert {thing for thing in before if thing[0] not in {"zone", "record"}} <= things(new)
    with pytest.raises(MailsteadError) as refusal:
        old.running.quarantine.claims.release("kvm1")
    assert refusal.value.code == "superseded"


def test_a_copy_in_quarantine_takes_nothing_from_the_living(first: Stage, tmp_path: Path) -> None:
    backup = backed_up(first, tmp_path / "backup")
    brought_back(first, backup, home=tmp_path / "copy")
    first.again()
    first.done(first.lifecycle.suspend("acme"))


def test_a_second_restore_of_the_same_backup_is_later_than_the_first(first: Stage, tmp_path: Path) -> None:
    backup = backed_up(first, tmp_path / "backup")
    generations = []
    for number in range(3):
        copy = brought_back(first, backup, home=tmp_path / f"copy{number}")
        copy.running.quarantine.leave()
        generations.append(copy.running.quarantine.standing.get().generation)
    assert generations == [2, 3, 4]
    assert first.outside.claims["kvm1"].read() == Claim(_id(first.running), 4)


def _id(running: Running) -> str:
    return running.quarantine.standing.get().platform


class _Silent(MemoryClaim):
    """A place on a host that does not answer."""

    def read(self) -> Claim | None:
        raise Unreachable("no answer", remedy="start it")


def test_a_host_whose_claim_cannot_be_read_is_not_written_to(first: Stage) -> None:
    before = things(first)
    first.again(replace(first.outside, claims={"kvm1": _Silent()}))
    _refused(first.settle(first.lifecycle.suspend("acme")), "unreachable")
    assert things(first) == before
    assert [it.holder for it in first.running.quarantine.claims.holdings()] == ["no answer"]


def test_a_platform_has_an_id_of_its_own_that_stays(first: Stage, tmp_path: Path) -> None:
    known = _id(first.running)
    first.again()
    assert _id(first.running) == known
    assert _id(_second(first, tmp_path / "second").running) != known
