"""Examining a platform: asked once, silent parts hide no others, work in hand is left alone, safe things are mended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailstead.doctor.model import Finding, Fix
from mailstead.ground.errors import MailsteadError, NotFound
from mailstead.hypervisors.model import Power
from mailstead.orders.drivers.memory import Moment
from mailstead.orders.model import Status
from mailstead.state.store import put
from mailstead.storage.model import Role, VolumeKey
from simulation.faults import Fault, Faults, Trouble
from simulation.worn import wear_everywhere
from tests.lifecycle.stage import Stage, tenant

ASKED = {"machines": "machines", "volumes": "volumes", "switch": "segments"}
Hand = Callable[[Stage], object]


def home(stage: Stage, name: str = "acme") -> str:
    return stage.world.tenants.get(name).host or ""


def worn(stage: Stage, *troubles: Trouble) -> Faults:
    """Let *troubles* strike, and count every call."""
    faults = Faults(stage.outside.clock, troubles)
    stage.again(wear_everywhere(stage.outside, faults))
    return faults


def codes(stage: Stage) -> list[str]:
    return [finding.code for finding in stage.running.doctor.examine()]


def mended(stage: Stage) -> tuple[Finding, ...]:
    """Mend what is safe to mend, let the orders end, and return what is left."""
    stage.running.doctor.mend(stage.running.doctor.report().fixes)
    stage.engine.settle()
    return stage.running.doctor.examine()


def test_where_all_is_sound_nothing_is_found_and_the_report_says_what_was_looked_at(stage: Stage) -> None:
    report = stage.running.doctor.report()
    assert (report.findings, report.notes, report.in_hand, report.fixes) == ((), (), (), ())
    assert (report.tenants, report.hosts) == (3, 2)


def test_each_host_and_server_is_asked_once_however_many_tenants_there_are(stage: Stage) -> None:
    faults = worn(stage)
    stage.running.doctor.examine()
    once = [(f"{host}.{port}", verb) for host in ("kvm1", "kvm2") for port, verb in ASKED.items()]
    assert {asked: faults.calls[asked] for asked in once} == dict.fromkeys(once, 1)
    assert faults.calls["resolver", "anchors"] == 1


def test_a_switch_that_is_silent_is_a_finding_and_hides_no_other(stage: Stage) -> None:
    silent, tenants = home(stage, "globex"), stage.world.tenants.all()
    assert home(stage, "acme") != silent, "the two were placed on two hosts"
    stage.host(home(stage)).machines.stop("acme", graceful_s=0)
    worn(stage, Trouble(f"{silent}.switch", "segments", Fault.SILENT, times=99))
    findings = stage.running.doctor.examine()
    assert [(found.code, found.subject) for found in findings if not found.tenant] == [
        ("no-answer", f"switch of {silent}")
    ]
    assert {found.code for found in findings if found.tenant == "acme"} == {"machine-off", "drift"}
    assert not [found for found in findings if found.tenant == "globex"], tenants


def test_name_server_and_resolver_that_are_silent_are_findings_and_accuse_nobody(stage: Stage) -> None:
    worn(stage).silent |= {"names", "resolver"}
    findings = stage.running.doctor.examine()
    silent = {found.subject for found in findings if found.code == "no-answer"}
    assert silent == {"name server", "resolver"}
    assert {found.code for found in findings} <= {"no-answer", "unseen"}


def test_examining_changes_nothing(stage: Stage) -> None:
    stage.running.doctor.examine()  # notes who rests
    before, head = _dump(stage), stage.running.trail.head()
    stage.running.doctor.examine()
    assert _dump(stage) == before
    assert stage.running.trail.head() == head


def _dump(stage: Stage) -> list[str]:
    world = stage.world
    asked = (world.tenants.all(), world.numbers.all(), world.records.owners(), world.vault.inventory())
    hosts = [(p.machines.machines(), p.volumes.volumes(), p.switch.segments()) for p in stage.outside.hosts.values()]
    return [repr(part) for part in (*asked, hosts, world.sights.all(), world.certificates.all())]


def test_a_tenant_that_is_being_worked_on_is_in_hand_and_not_judged(stage: Stage) -> None:
    order = stage.lifecycle.add(tenant("newcomer"))
    seen = []
    while stage.running.desk.show(order).status.is_open:
        stage.engine._advance()
        report = stage.running.doctor.report()
        assert report.findings == ()
        seen += [work.doing for work in report.in_hand if work.order == order]
    assert seen
    assert stage.running.doctor.report().in_hand == ()


@pytest.mark.parametrize("step", ["lay network", "start machine", "open zones", "publish names"])
def test_after_a_crash_the_order_is_told_until_it_has_ended_and_then_nothing_is(step: str, stage: Stage) -> None:
    stage.lifecycle.add(tenant("newcomer"))
    stage.die(step, Moment.AFTER)
    assert [work.tenant for work in stage.running.doctor.report().in_hand] == ["newcomer"]
    stage.engine.settle()
    assert stage.running.doctor.examine() == ()


def test_a_report_can_be_about_some_tenants_only(stage: Stage) -> None:
    for name in ("acme", "globex"):
        stage.host(home(stage, name)).machines.stop(name, graceful_s=0)
    assert {found.tenant for found in stage.running.doctor.report(["acme"]).findings} == {"acme"}
    with pytest.raises(NotFound, match="no trace of nobody"):
        stage.running.doctor.report(["nobody"])


def test_progress_is_told_in_words(stage: Stage) -> None:
    told: list[str] = []
    stage.running.doctor.report(tell=told.append)
    assert told == [
        "orders",
        "host kvm1",
        "host kvm2",
        "name server and resolver",
        "database and vault",
        "plans of 3 tenants",
        "audit chain",
    ]


MENDED: dict[str, tuple[Hand, str]] = {
    "machine off": (lambda s: s.host(home(s)).machines.stop("acme", graceful_s=0), "machine-off"),
    "machine gone": (lambda s: s.host(home(s)).machines.remove("acme"), "machine-missing"),
    "segment gone": (lambda s: s.host(home(s)).switch.remove("acme"), "segment-missing"),
    "zone gone": (lambda s: s.world.names.remove("acme.example"), "zone-missing"),
    "anchor gone": (lambda s: s.world.resolver.forget(["acme.example"]), "anchor-missing"),
    "anchor of nobody": (lambda s: s.world.resolver.trust({"old.example": ("1 13 2 00",)}), "anchor-orphan"),
    "secret of nobody": (lambda s: s.world.vault.put("nobody", "probe", b"x"), "secret-orphan"),
    "DKIM of nobody": (lambda s: s.world.dkim.note("nobody", "x.example", s.world.dkim.of("acme")["acme.example"]), ""),
    "key left": (lambda s: s.world.vault.put("acme", "tls-key/7", b"x"), "key-left"),
    "numbers of nobody": (lambda s: s.world.numbers.allocate("nobody"), "numbers-orphan"),
    "lease of the dead": (lambda s: s.engine.leases.take("tenant:acme", "o999/x", "lost"), "lease-of-the-dead"),
    "removal undated": (lambda s: s.world.tenants.mark_removed("gone", None), "removal-unfinished"),
}


@pytest.mark.parametrize("name", MENDED)
def test_what_is_safe_is_mended_and_gone_afterwards(name: str, stage: Stage) -> None:
    hand, code = MENDED[name]
    hand(stage)
    found = codes(stage)
    assert code in found if code else found
    assert mended(stage) == ()


def _secret_and_disk(stage: Stage) -> None:
    stage.world.vault.put("nobody", "probe", b"x")
    _disk_of_nobody(stage)


def _disk_of_nobody(stage: Stage) -> None:
    like = stage.host(home(stage)).volumes.volumes()[VolumeKey("acme", Role.DATA)]
    stage.host().volumes.ensure(replace(like, tenant="nobody", location=Path("/elsewhere")))


def _machine_of_nobody(stage: Stage) -> None:
    like = stage.host(home(stage)).machines.machines()["acme"]
    stage.host().machines.define(replace(like, name="nobody", power=Power.OFF))


LEFT: dict[str, tuple[Hand, Callable[[Stage], bool]]] = {
    "machine of nobody": (
        _machine_of_nobody,
        lambda s: "nobody" in s.host().machines.machines(),
    ),
    "disk of nobody": (
        _disk_of_nobody,
        lambda s: VolumeKey("nobody", Role.DATA) in s.host().volumes.volumes(),
    ),
    "zone of nobody": (
        lambda s: s.world.names.create("old.example"),
        lambda s: "old.example" in s.world.names.zones(),
    ),
    "mail disk gone": (
        lambda s: s.host(home(s)).volumes.remove(VolumeKey("acme", Role.DATA)),
        lambda s: VolumeKey("acme", Role.DATA) not in s.host(home(s)).volumes.volumes(),
    ),
    "secrets of nobody who has a disk": (
        _secret_and_disk,
        lambda s: s.world.vault.names("nobody") == ["probe"],
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_machines_disks_and_zones_are_never_removed_nor_a_mail_disk_made_anew(name: str, stage: Stage) -> None:
    hand, still = LEFT[name]
    hand(stage)
    before = codes(stage)
    assert before
    assert [finding.code for finding in mended(stage)] == before
    assert still(stage)


def test_what_is_no_longer_found_is_no_longer_mended(stage: Stage) -> None:
    stage.world.vault.put("nobody", "probe", b"x")
    fixes: tuple[Fix, ...] = stage.running.doctor.report().fixes
    stage.done(stage.lifecycle.add(tenant("nobody")))
    stage.running.doctor.mend(fixes)
    assert stage.running.doctor.examine() == ()
    assert len(stage.world.vault.names("nobody")) > 1


def test_what_is_mended_is_in_the_audit_chain(stage: Stage) -> None:
    stage.world.vault.put("nobody", "probe", b"x")
    stage.host(home(stage)).machines.stop("acme", graceful_s=0)
    stage.running.doctor.mend(stage.running.doctor.report().fixes)
    told = [(entry.action, entry.tenant) for entry in stage.running.trail.list(limit=2)]
    assert sorted(told) == [("doctor.fix", "nobody"), ("order.start", "acme")]


def test_in_quarantine_everything_is_told_and_nothing_mended(stage: Stage) -> None:
    stage.world.vault.put("nobody", "probe", b"x")
    with stage.world.tenants._database.transaction() as connection:
        put(connection, replace(stage.running.quarantine.standing.get(), quarantine="brought back from a backup"))
    fixes = stage.running.doctor.report().fixes
    assert fixes
    with pytest.raises(MailsteadError) as refusal:
        stage.running.doctor.mend(fixes)
    assert refusal.value.code == "quarantined"
    assert stage.world.vault.names("nobody") == ["probe"]


def test_a_failed_purge_is_told_and_can_be_gone_on_with(stage: Stage) -> None:
    worn(stage, Trouble(f"{home(stage, 'gone')}.volumes", "remove", Fault.REFUSED, first=2))
    order = stage.lifecycle.purge("gone", early=True)
    assert stage.settle(order).status is Status.FAILED
    assert codes(stage) == ["purge-unfinished"]
    assert mended(stage) == ()
    assert "gone" not in stage.world.tenants.all()


def test_a_state_from_the_future_is_told(stage: Stage) -> None:
    stage.world.tenants.mark_removed("gone", datetime(2027, 1, 1, tzinfo=UTC))
    assert codes(stage) == ["clock-behind"]


def test_a_state_that_others_may_read_is_told_and_closed(stage: Stage) -> None:
    file = stage.folder / "state.sqlite"
    assert file.stat().st_mode & 0o077 == 0, "it is made for its owner alone"
    file.chmod(0o644)
    assert codes(stage) == ["file-exposed"]
    assert mended(stage) == ()


def test_a_key_file_that_others_may_read_is_told(stage: Stage) -> None:
    (stage.folder / stage.platform.state.key_file).chmod(0o640)
    (finding,) = stage.running.doctor.examine()
    assert (finding.code, finding.subject) == ("no-answer", "key file")
    assert "others may reach the key file" in finding.message
