"""Anna deletes a mail by mistake: it comes back out of the backup to a real Dovecot, with its flags and its date."""

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailstead.items.drivers.guest_imap import GuestReceiver
from mailstead.items.drivers.guest_imap.receiver import IMAP
from mailstead.items.model import Given
from mailstead.items.search import Query
from mailstead.orders.model import Status
from mailstead.salvage.model import Choice, Report
from tests.items.disks import ext4_image, mail
from tests.items.dovecot import Dovecot, serving
from tests.items.here import ThisMachine
from tests.lifecycle.stage import Stage, open_stage, platform, tenant

from .versions import TARGET, keep, store_of

pytestmark = pytest.mark.host
ANNA = "anna@acme.example"
BEFORE, AFTER = datetime(2026, 11, 2, 23, tzinfo=UTC), datetime(2026, 11, 3, 23, tzinfo=UTC)
ARRIVED = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with serving(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, dovecot: Dovecot) -> Iterator[Stage]:
    """A platform whose tenant's mail is served here."""
    made = open_stage(tmp_path, platform(backup_target=[{"name": TARGET, "kind": "memory"}]))
    made.done(made.lifecycle.add(tenant()))
    made.outside.mailboxes["acme", ANNA] = _way_in(dovecot, tmp_path)
    yield made
    made.close()


def _way_in(dovecot: Dovecot, folder: Path) -> GuestReceiver:
    numbers = map(str, itertools.count())
    return GuestReceiver(
        ThisMachine(),
        "acme",
        ANNA,
        lambda: next(numbers),
        program=(*IMAP, "-c", str(dovecot.config)),
        room=str(folder / "given-back"),
        delimiter=".",
    )


def _backup(stage: Stage, dovecot: Dovecot, folder: Path, taken: datetime) -> None:
    """Keep the disk as it is now: what Dovecot wrote, with the times of its files."""
    top = folder / f"tree-{taken:%d}"
    shutil.copytree(dovecot.homes / ANNA, top / "acme.example/anna")
    keep(store_of(stage), ext4_image(folder / f"image-{taken:%d}", top).read_bytes(), taken)


def _told(dovecot: Dovecot, folder: str) -> list[tuple[str, set[str], str]]:
    """Return subject, flags and date of what lies in a folder, as the server tells."""
    asked = "hdr.subject flags date.received.unixtime"
    lines = dovecot.ask("-f", "tab", "fetch", "-u", ANNA, asked, "mailbox", folder, "all").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return [(subject, {*flags.split()} - {"\\Recent"}, date) for subject, flags, date in rows]


def test_a_deleted_mail_is_found_in_yesterdays_backup_and_comes_back(
    stage: Stage, dovecot: Dovecot, tmp_path: Path
) -> None:
    flags = frozenset({"\\Seen", "\\Flagged", "Rechnung"})
    _way_in(dovecot, tmp_path).add("INBOX", [Given(mail(number), flags, ARRIVED) for number in range(1, 6)])
    _backup(stage, dovecot, tmp_path, BEFORE)
    dovecot.ask("expunge", "-u", ANNA, "mailbox", "INBOX", "subject", "Offer 3")
    _backup(stage, dovecot, tmp_path, AFTER)
    salvage = stage.running.salvage
    found = salvage.shelves.search_all("acme", ANNA, Query(subject="offer 3"), 10).hits
    assert [(hit.last.number, hit.gone) for hit in found] == [(1, AFTER)]
    choice = Choice(1, ANNA, guids=(found[0].message.guid,), into="Restored/2026-11-02")
    view = stage.done(salvage.give_back("acme", choice))
    assert Report.from_json(view.report) == Report(of=1, created=1)
    assert _told(dovecot, "Restored.2026-11-02") == [("Offer 3", set(flags), f"{ARRIVED.timestamp():.0f}")]
    assert len(_told(dovecot, "INBOX")) == 4


def test_into_the_old_folder_only_what_is_missing_comes_and_a_second_time_nothing(
    stage: Stage, dovecot: Dovecot, tmp_path: Path
) -> None:
    _way_in(dovecot, tmp_path).add("INBOX", [Given(mail(number), frozenset(), ARRIVED) for number in range(1, 6)])
    _backup(stage, dovecot, tmp_path, BEFORE)
    dovecot.ask("expunge", "-u", ANNA, "mailbox", "INBOX", "2:3")
    reports = []
    for _ in range(2):
        stage.outside.mailboxes["acme", ANNA] = _way_in(dovecot, tmp_path)
        view = stage.done(stage.running.salvage.give_back("acme", Choice(1, ANNA)))
        assert view.status is Status.DONE
        reports.append(Report.from_json(view.report))
    assert reports == [Report(of=5, created=2, skipped=3), Report(of=5, skipped=5)]
    assert len(_told(dovecot, "INBOX")) == 5
