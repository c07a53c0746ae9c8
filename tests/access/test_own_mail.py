"""Uma deleted a mail: she finds it in the backups of her own mailbox and brings it back, if she may."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from mailstead.access.errors import NotOffered
from mailstead.ground.errors import InvalidInput
from mailstead.items.search import Query
from mailstead.orders.model import Status
from mailstead.tenants.changes import ruled
from tests.salvage.versions import disk_of, keep, maildir, numbered

from .stage import Stage, open_stage

OWN, OTHER = "acme.example/anna/Maildir", "acme.example/bert/Maildir"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Backups of three days; between the last two Uma's mail 2 and her colleague's mail 9 went."""
    made = open_stage(tmp_path_factory.mktemp("own"), "acme")
    theirs = maildir(numbered(8, 9), OTHER)
    later = maildir(numbered(1, 3), OWN) | maildir(numbered(8), OTHER)
    now = made.running.world.clock.now()
    first, second = (theirs | maildir(numbered(*numbers), OWN) for numbers in ((1, 5), (1, 2)))
    for days, content in ((40, first), (3, second), (2, later)):
        disk = disk_of(tmp_path_factory.mktemp("disk"), content)
        keep(made.running.protection.ground.store("acme"), disk, now - timedelta(days=days))
    yield made
    made.engine.close()


def allow(stage: Stage, days: int) -> None:
    stage.running.lifecycle.change("acme", lambda tenant: ruled(tenant, restore_days=days))
    stage.engine.settle()


def test_nothing_comes_back_unless_the_administrator_lets_it(stage: Stage) -> None:
    allow(stage, 0)
    own = stage.as_("uma").own_mailbox
    with pytest.raises(NotOffered):
        own.deleted_mail()
    with pytest.raises(NotOffered):
        own.restore_mail(2, ("x",))


def test_she_finds_what_she_deleted_in_these_days_and_brings_it_back(stage: Stage) -> None:
    allow(stage, 30)
    own = stage.as_("uma").own_mailbox
    (hit,) = own.deleted_mail().hits
    assert (hit.headers and hit.headers.subject, hit.last.number) == ("Offer 2", 2)
    order = own.restore_mail(hit.last.number, (hit.message.guid,))
    stage.engine.settle()
    view = stage.running.desk.show(order.id)
    assert view.status is Status.DONE, view.error
    assert view.report["created"] == 1
    told = {entry.action for entry in stage.running.trail.list(limit=10)}
    assert {"mailbox.deleted-mail", "mailbox.restore-mail"} <= told


def test_what_a_colleague_deleted_is_not_in_reach_by_its_id_either(stage: Stage) -> None:
    allow(stage, 30)
    theirs = stage.running.salvage.shelves.search("acme", 2, "bert@acme.example", Query(), 10).hits
    (wanted,) = [hit.message.guid for hit in theirs if ".M9P" in hit.message.path]
    order = stage.as_("uma").own_mailbox.restore_mail(2, (wanted,))
    stage.engine.settle()
    view = stage.running.desk.show(order.id)
    assert (view.status, (view.error or {})["code"]) == (Status.FAILED, "no-such-mail")


def test_a_backup_older_than_that_is_not_looked_into(stage: Stage) -> None:
    allow(stage, 30)
    own = stage.as_("uma").own_mailbox
    with pytest.raises(NotOffered):
        own.restore_mail(1, ("x",))
    with pytest.raises(InvalidInput):
        own.restore_mail(2, ())
