"""Orders that give mails back: once, whatever happens meanwhile, and with a report."""

from datetime import UTC, datetime

import pytest

from mailstead.backup.errors import NoSuchSnapshot
from mailstead.items.plan import Verdict, fingerprint_of
from mailstead.items.search import Query
from mailstead.orders.drivers.memory import Moment
from mailstead.orders.model import REPORT, Status
from mailstead.salvage.errors import NobodyThere
from mailstead.salvage.model import Choice, Report
from mailstead.tenants.model import Tenant
from tests.items.disks import mail
from tests.lifecycle.stage import Stage

from .versions import receiver_of, store_of

ANNA = "anna@acme.example"
RESTORED = "Restored/2026-11-02"


def _report(stage: Stage, order: str) -> Report:
    return Report.from_json(stage.running.desk.show(order).events[REPORT])


def _guid(stage: Stage, number: int) -> str:
    hits = stage.running.salvage.shelves.search("acme", 1, ANNA, Query(), 50).hits
    return next(hit.message.guid for hit in hits if f".M{number}P" in hit.message.path)


def test_one_mail_comes_back_with_its_flags_and_date(stage: Stage) -> None:
    choice = Choice(1, ANNA, guids=(_guid(stage, 3),), into=RESTORED)
    order = stage.running.salvage.give_back("acme", choice)
    assert stage.done(order).kind == "restore-mail"
    kept = receiver_of(stage.outside).folders[RESTORED][fingerprint_of(mail(3))]
    assert kept.flags == {"\\Seen"}
    assert kept.arrived == datetime(2026, 10, 20, 9, 30, 3, tzinfo=UTC)
    assert _report(stage, order) == Report(of=1, created=1)


def test_a_mailbox_comes_back_folder_by_folder_and_only_what_is_missing(stage: Stage) -> None:
    salvage = stage.running.salvage
    stage.done(salvage.give_back("acme", Choice(1, ANNA, folder="INBOX")))
    order = salvage.give_back("acme", Choice(1, ANNA))
    assert stage.done(order).kind == "restore-mailbox"
    assert _report(stage, order) == Report(of=7, created=2, skipped=5)
    assert {name: len(held) for name, held in receiver_of(stage.outside).folders.items()} == {"INBOX": 5, "Work": 2}


@pytest.mark.parametrize("moment", list(Moment), ids=lambda moment: moment.name.lower())
@pytest.mark.parametrize("step", ["find mails", "give mails back, part 1"])
def test_a_worker_that_dies_anywhere_leaves_each_mail_once(stage: Stage, step: str, moment: Moment) -> None:
    order = stage.running.salvage.give_back("acme", Choice(1, ANNA, into=RESTORED))
    stage.die(step, moment)
    stage.done(order)
    assert len(receiver_of(stage.outside).folders[RESTORED]) == 7
    assert _report(stage, order).done == 7
    assert store_of(stage).leases() == []


def test_who_is_not_there_any_more_gets_nothing_and_nothing_is_ordered(stage: Stage) -> None:
    before = len(stage.running.desk.list())
    with pytest.raises(NobodyThere):
        stage.running.salvage.give_back("acme", Choice(1, "bert@acme.example"))
    with pytest.raises(NoSuchSnapshot):
        stage.running.salvage.give_back("acme", Choice(9, ANNA))
    assert len(stage.running.desk.list()) == before


def test_a_mail_that_the_backup_lacks_fails_the_order_by_its_name(stage: Stage) -> None:
    order = stage.running.salvage.give_back("acme", Choice(1, ANNA, guids=("no-such-guid",)))
    view = stage.settle(order)
    assert view.status is Status.FAILED
    assert view.error is not None
    assert view.error["code"] == "no-such-mail"
    assert not receiver_of(stage.outside).folders


def test_a_snapshot_that_went_meanwhile_fails_the_order(stage: Stage) -> None:
    order = stage.running.salvage.give_back("acme", Choice(1, ANNA))
    store_of(stage).remove(1, "prune")
    view = stage.settle(order)
    assert (view.status, view.error and view.error["code"]) == (Status.FAILED, "no-such-snapshot")


def test_a_file_is_written_into_the_machine_for_root_alone(stage: Stage) -> None:
    path = stage.running.salvage.shelves.search("acme", 1, ANNA, Query(), 1).hits[0].message.path
    order = stage.running.salvage.put_file("acme", 1, path, "/srv/found.eml")
    stage.done(order)
    found = stage.host().guests.files("acme")["/srv/found.eml"]  # type: ignore[attr-defined]
    assert (found.content, found.mode) == (mail(1), 0o600)


def test_what_would_become_of_mails_is_told_before_and_nothing_is_done(stage: Stage) -> None:
    salvage, choice = stage.running.salvage, Choice(1, ANNA, folder="INBOX", into=RESTORED)
    assert {one.verdict for one in salvage.foresee("acme", choice)} == {Verdict.CREATED}
    assert RESTORED not in receiver_of(stage.outside).folders
    stage.done(salvage.give_back("acme", Choice(1, ANNA, guids=(_guid(stage, 3),), into=RESTORED)))
    verdicts = [one.verdict for one in salvage.foresee("acme", choice)]
    assert (len(verdicts), verdicts.count(Verdict.SKIPPED)) == (5, 1)
    with pytest.raises(NobodyThere):
        salvage.foresee("acme", Choice(1, "nobody@acme.example"))


def test_a_mailbox_that_is_removed_meanwhile_ends_the_order_before_anything_comes_back(stage: Stage) -> None:
    order = stage.running.salvage.give_back("acme", Choice(1, ANNA))
    stage.lifecycle.change("acme", lambda tenant: tenant.changed(mailboxes=()), allow_loss=[f"mailbox {ANNA}"])
    view = stage.settle(order)
    assert (view.status, (view.error or {})["code"]) == (Status.FAILED, "no-mailbox-to-give-to")
    assert not receiver_of(stage.outside).folders


def test_who_has_the_address_now_is_named(stage: Stage) -> None:
    def renamed(tenant: Tenant) -> Tenant:
        box, alias = {"address": "anna.m@acme.example"}, {"address": ANNA, "targets": ["anna.m@acme.example"]}
        return tenant.changed(mailboxes=(box,), aliases=(alias,))

    stage.done(stage.lifecycle.change("acme", renamed, allow_loss=[f"mailbox {ANNA}"]))
    with pytest.raises(NobodyThere) as refused:
        stage.running.salvage.give_back("acme", Choice(1, ANNA))
    assert "--to-mailbox anna.m@acme.example" in refused.value.remedy
    stage.done(stage.running.salvage.give_back("acme", Choice(1, ANNA, to="anna.m@acme.example")))
    assert receiver_of(stage.outside, "anna.m@acme.example").folders
    assert not receiver_of(stage.outside).folders
