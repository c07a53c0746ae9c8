"""R12: an old state is brought back after more work happened. Nothing is lost, the list is complete, adopting heals."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailstead.dns.model import Record
from mailstead.ground.errors import MailsteadError
from mailstead.ground.plans import Change, ChangePlan
from mailstead.orders.model import Status
from mailstead.security.model import Secret
from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox, MailDomain, Tenant
from tests.lifecycle.auditor import NOTHING, audit
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself
from tests.lifecycle.stage import Stage, tenant

from .past import Backup, backed_up, brought_back, founded, remembered, things

HOUR = 3600.0
AGES = {"an hour": HOUR, "a day": 24 * HOUR, "a week": 7 * 24 * HOUR, "ten weeks": 70 * 24 * HOUR}


def _grown(wanted: Tenant) -> Tenant:
    box = Mailbox(address="bert@acme.example")
    return changes.resized(changes.with_mailbox(wanted, box), memory_mib=1024, disk_gib=8)


@dataclass
class Past:
    """A stage after an old state came back, what was there just before, and the backup."""

    stage: Stage
    backup: Backup
    before: set[tuple[str, ...]]


def _lived(home: Path, age_s: float, *, with_engine: bool = False) -> Past:
    """Serve some tenants, back up with an order half-run, work on for *age_s*, then bring the old state back."""
    stage = founded(home)
    for name in ("acme", "globex", "initech", "hooli", "umbrella"):
        stage.done(stage.lifecycle.add(tenant(name)))
    stage.done(stage.lifecycle.remove("umbrella"))
    stage.lifecycle.add(tenant("late"))  # open at the time of the backup, and carried out after it
    backup = backed_up(stage, home.parent / "backup")
    stage.engine.settle()
    _work_on(stage, age_s)
    before = things(stage)
    return Past(brought_back(stage, backup, with_engine=with_engine), backup, before)


def _work_on(stage: Stage, age_s: float) -> None:
    verbs = stage.lifecycle
    stage.done(verbs.add(tenant("newco")))
    stage.done(verbs.change("acme", _grown))
    stage.done(verbs.change("globex", lambda wanted: changes.with_domain(wanted, MailDomain(name="globex.test"))))
    stage.done(verbs.remove("hooli"))
    stage.done(verbs.purge("hooli", early=True))
    stage.done(verbs.add(tenant("heir")))  # gets the numbers that hooli had
    stage.done(verbs.remove("initech"))
    stage.done(verbs.resume("umbrella"))
    stage.world.clock.sleep(age_s)
    for _ in range(2 if age_s > AGES["a week"] else 0):  # certificates in time
        for name in stage.world.tenants.all():
            if stage.world.tenants.get(name).removed_at is None:
                stage.done(verbs.settle(name))
        stage.world.clock.sleep(HOUR)


@pytest.fixture(params=AGES)
def past(request: pytest.FixtureRequest, tmp_path: Path) -> Past:
    return _lived(tmp_path / "home", AGES[request.param])


def test_the_list_is_complete(past: Past) -> None:
    found = {(it.action, it.subject): it.found for it in past.stage.running.quarantine.proposals()}
    assert {"newco", "heir"} == {
        subject.removeprefix("tenant ") for action, subject in found if "machine on" in found[action, subject]
    }
    assert found["recreate", "tenant hooli"].startswith("not there: machine, segment, system disk, data disk")
    assert "machine" in found["recreate", "tenant initech"]
    assert "brought back later" in found["adopt", "tenant umbrella"]
    assert found["adopt", "tenant globex"] == "it has zone globex.test by now"
    assert not [subject for _, subject in found if "late" in subject and "recreate" in subject]
    assert [order.tenant for order in past.stage.running.quarantine.open_orders()] == ["late"]


def test_nothing_is_lost_and_after_adopting_and_healing_all_is_one(past: Past) -> None:
    stage, quarantine = past.stage, past.stage.running.quarantine
    for name in ("newco", "heir"):
        quarantine.adoption.adopt(name, quarantine.adoption.draft(name))
    for name in ("acme", "globex"):
        quarantine.adoption.adopt(name)
    assert things(stage) == past.before
    quarantine.leave()
    assert things(stage) == past.before
    stage.again()
    stage.done(stage.lifecycle.resume("umbrella"))
    for name in ("initech", "hooli"):  # they left after the backup: the operator says so
        stage.done(stage.lifecycle.remove(name))
    for name in ("acme", "globex", "newco", "heir", "late"):
        stage.done(stage.lifecycle.heal(name))
    assert things(stage) >= _but_keys(past.before)
    for order in stage.running.desk.list("late"):
        if order.status is Status.FAILED:
            stage.running.desk.retry(order.id)
    stage.engine.settle()
    assert _told_of_hooli_alone(stage)


def _but_keys(found: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {thing for thing in found if thing[0] != "record"}


def _told_of_hooli_alone(stage: Stage) -> bool:
    """hooli and its disks were destroyed after the backup: that it rests without disks is true, and said."""
    left = [finding for finding in audit(stage) if "hooli" not in finding]
    assert tuple(left) == NOTHING
    stage.done(stage.lifecycle.purge("hooli", early=True))
    assert audit(stage) == NOTHING
    return True


def test_without_adopting_nothing_unknown_is_touched_and_no_number_is_given_twice(past: Past) -> None:
    stage = past.stage
    strange = {thing for thing in past.before if {"newco", "heir", "newco.example", "heir.example"} & {*thing}}
    stage.running.quarantine.leave()
    stage.again()
    stage.done(stage.lifecycle.add(tenant("young")))
    for name in ("acme", "globex", "hooli", "late"):
        stage.settle(stage.lifecycle.heal(name))
    assert strange <= things(stage)
    segments = stage.host().switch.segments()
    vlans = [segment.vlan for segment in segments.values()]
    public = [segment.public_ipv4 for segment in segments.values()]
    assert len(set(vlans)) == len(vlans) == len(set(public))
    assert {"young", "hooli", "newco", "heir"} <= set(segments)


def test_what_would_lose_mail_is_refused_until_it_is_adopted(past: Past) -> None:
    stage = past.stage
    stage.running.quarantine.leave()
    stage.again()
    view = stage.settle(stage.lifecycle.heal("acme"))
    assert view.status is Status.FAILED
    assert ("mailbox", "acme", "bert@acme.example") in things(stage)
    stage.running.quarantine.adoption.adopt("acme")
    stage.done(stage.running.lifecycle.heal("acme"))
    assert ("mailbox", "acme", "bert@acme.example") in things(stage)


@pytest.mark.parametrize("with_engine", [False, True])
def test_an_order_of_the_old_state_does_not_run_by_surprise_and_can_be_retried(
    tmp_path: Path, *, with_engine: bool
) -> None:
    stage = _lived(tmp_path / "home", HOUR, with_engine=with_engine).stage
    (order,) = stage.running.quarantine.open_orders()
    stage.engine.settle()
    assert stage.running.desk.show(order.id).status is order.status
    stage.running.quarantine.leave()
    stage.again()
    stage.engine.settle()
    failed = stage.running.desk.show(order.id)
    assert (failed.status, (failed.error or {})["code"]) == (Status.FAILED, "not-carried-on")
    stage.running.desk.retry(order.id)
    assert stage.settle(order.id).status is Status.DONE
    assert stage.drift().get("late") is None


_PASSWORD, _ANNA = Secret.of("a pass phrase that is long"), ("mailbox anna@acme.example",)
VERBS: dict[str, Callable[[Stage], object]] = {
    "add": lambda stage: stage.lifecycle.add(tenant("young")),
    "change": lambda stage: stage.lifecycle.change("acme", _grown),
    "settle": lambda stage: stage.lifecycle.settle("acme"),
    "heal": lambda stage: stage.lifecycle.heal("acme"),
    "add mailbox": lambda stage: stage.lifecycle.add_mailbox("acme", Mailbox(address="c@acme.example"), _PASSWORD),
    "set password": lambda stage: stage.lifecycle.set_password("acme", "anna@acme.example", _PASSWORD),
    "remove mailbox": lambda stage: stage.lifecycle.remove_mailbox("acme", "anna@acme.example", allow_loss=_ANNA),
    "import": lambda stage: stage.lifecycle.import_mailboxes("acme", []),
    "apply files": lambda stage: stage.lifecycle.apply_files(stage.lifecycle.files_plan({"young": tenant("young")})),
    "equip": lambda stage: stage.lifecycle.equip("acme"),
    "suspend": lambda stage: stage.lifecycle.suspend("acme"),
    "resume": lambda stage: stage.lifecycle.resume("umbrella"),
    "remove": lambda stage: stage.lifecycle.remove("acme"),
    "purge": lambda stage: stage.lifecycle.purge("umbrella", early=True),
    "start": lambda stage: stage.running.desk.start("settle", key="k", tenant="acme", host=None, inputs={}),
    "retry": lambda stage: stage.running.desk.retry(stage.running.desk.list("acme")[0].id),
    "send": lambda stage: stage.running.desk.send(stage.running.desk.list("acme")[0].id, "event"),
    "watch": lambda stage: list(stage.running.desk.watch(stage.running.quarantine.open_orders()[0].id)),
    "work": lambda stage: stage.running.demand_worker(),
    "stop machine": lambda stage: stage.world.ports("kvm1").machines.stop("acme", graceful_s=0),
    "remove segment": lambda stage: stage.world.ports("kvm1").switch.remove("acme"),
    "remove zone": lambda stage: stage.world.names.remove("acme.example"),
    "forget anchor": lambda stage: stage.world.resolver.forget(["acme.example"]),
    "claim host": lambda stage: stage.running.quarantine.claims.take_over("kvm1"),
}


@pytest.fixture(scope="module")
def quarantined(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return _lived(tmp_path_factory.mktemp("past") / "home", HOUR).stage


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_refused_and_changes_nothing(quarantined: Stage, verb: str) -> None:
    state, world = remembered(quarantined), things(quarantined)
    with pytest.raises(MailsteadError) as refusal:
        VERBS[verb](quarantined)
    assert refusal.value.code == "quarantined"
    assert "mailstead quarantine" in refusal.value.remedy
    assert (remembered(quarantined), things(quarantined)) == (state, world)


def test_no_verb_of_the_lifecycle_is_forgotten(quarantined: Stage) -> None:
    looks = {"planner", "inside", "busy", "drift", "files_plan"}
    verbs = {name for name in dir(quarantined.lifecycle) if not name.startswith("_")} - looks
    assert verbs <= {verb.replace(" ", "_").replace("import", "import_mailboxes") for verb in VERBS}


def test_looking_and_planning_go_on(quarantined: Stage) -> None:
    state = remembered(quarantined)
    assert "acme" in quarantined.drift()
    assert quarantined.running.desk.list()
    assert remembered(quarantined) == state


def test_strange_zones_and_records_are_told_and_left(tmp_path: Path) -> None:
    stage = founded(tmp_path / "home")
    stage.done(stage.lifecycle.add(tenant()))
    backup = backed_up(stage, tmp_path / "backup")
    names = stage.outside.names
    names.create("foreign.example")
    proof = Record("acme.example", "TXT", 300, '"some-site-verification=1"')
    names.apply("acme.example", ChangePlan((Change("proof", None, proof),)))
    stage = brought_back(stage, backup)
    told = [(it.action, it.subject) for it in stage.running.quarantine.proposals()]
    assert told == [("leave", "zone acme.example"), ("leave", "zone foreign.example")]
    stage.running.quarantine.leave()
    stage.again()
    stage.done(stage.lifecycle.settle("acme"))
    assert proof in names.records("acme.example")
    assert "foreign.example" in names.zones()
