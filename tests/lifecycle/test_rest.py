"""Tenants that rest are known by a seal: no closer look, no secret opened; anything that decides a plan breaks it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Interface
from pathlib import Path
from uuid import UUID

import pytest

from mailstead.hypervisors.model import DirectBoot, Power
from mailstead.lifecycle.parts.mail import MailPart
from mailstead.lifecycle.telling import tell
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.security.model import Secret
from mailstead.storage.drivers.memory import MemoryVolumes
from mailstead.storage.model import Role, VolumeKey

from .stage import Stage, tenant

ANNA = "anna@acme.example"


@contextmanager
def _closer_looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Count whose mail server is compared in full."""
    looked: list[str] = []
    plan = MailPart.plan

    def counted(part, subject, look):  # type: ignore[no-untyped-def]  # worn over a method
        looked.append(subject.name)
        return plan(part, subject, look)

    monkeypatch.setattr(MailPart, "plan", counted)
    yield looked


@pytest.fixture
def resting(stage: Stage) -> Stage:
    stage.done(stage.lifecycle.add(tenant()))
    stage.done(stage.lifecycle.add(tenant("globex")))
    assert stage.drift() == {}
    return stage


def test_who_was_seen_to_rest_is_not_looked_at_again_by_this_process_or_the_next(
    resting: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _closer_looks(monkeypatch) as looked:
        assert resting.drift() == {}
        resting.again()
        assert resting.drift() == {}
    assert looked == []


BREAKS: dict[str, Callable[[Stage], object]] = {
    "password": lambda s: s.lifecycle.set_password("acme", ANNA, Secret.of("four plain words here")),
    "machine stopped": lambda s: s.host().machines.stop("acme", graceful_s=0),
    "zone touched": lambda s: s.outside.names._serials.update({"acme.example": 99}),
    "time": lambda s: s.world.clock.sleep(timedelta(days=70).total_seconds()),
}


@pytest.mark.parametrize("name", BREAKS)
def test_whatever_decides_the_plan_breaks_the_seal(name: str, resting: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    BREAKS[name](resting)
    with _closer_looks(monkeypatch) as looked:
        drift = resting.drift()
    assert "acme" in looked or "acme" in drift
    if name != "time":
        assert "globex" not in looked


def test_mail_that_arrives_breaks_no_seal(resting: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = resting.host().mail
    assert isinstance(mail, MemoryMailServers)
    mail.deliver("out@other.example", ANNA, b"Subject: hello\n\n")
    with _closer_looks(monkeypatch) as looked:
        assert resting.drift() == {}
    assert looked == []


def test_a_disk_that_fills_breaks_no_seal(resting: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    volumes = resting.host().volumes
    assert isinstance(volumes, MemoryVolumes)
    key = VolumeKey("acme", Role.DATA)
    volumes._volumes[key] = replace(volumes._volumes[key], used_mib=777)
    with _closer_looks(monkeypatch) as looked:
        assert resting.drift() == {}
    assert looked == []


def test_every_field_that_is_compared_is_told(resting: Stage) -> None:
    segment = resting.host().switch.segments()["acme"]
    machine = resting.host().machines.machines()["acme"]
    others = (
        replace(segment, vlan=7),
        replace(segment, mac="02:00:00:00:00:00"),
        replace(segment, ipv4=IPv4Interface("10.0.0.2/29")),
        replace(segment, ipv4=IPv4Interface((segment.ipv4.ip, 27))),
        replace(segment, rules=segment.rules[1:]),
        replace(segment, flaws=("bent",)),
        replace(machine, vcpus=7),
        replace(machine, uuid=UUID(int=7)),
        replace(machine, nic=replace(machine.nic, vlan=7)),
        replace(machine, disks=machine.disks[1:]),
        replace(machine, boot=DirectBoot(Path("/boot/other"), Path("/boot/initrd.img"), "")),
        replace(machine, pending=True),
        replace(machine, power=Power.PAUSED),
    )
    assert len({repr(tell(value)) for value in (segment, machine, *others)}) == len(others) + 2


def test_a_changed_tenant_is_looked_at_and_rests_again(resting: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    resting.done(resting.lifecycle.suspend("acme"))
    with _closer_looks(monkeypatch) as looked:
        assert resting.drift() == {}
        assert resting.drift() == {}
    assert looked == ["acme"]
