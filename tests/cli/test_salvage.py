"""mailstead backup browse, mailstead restore mail | mailbox | file: in words and in JSON, on a platform in memory."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailstead.exchange.drivers.memory import MemoryExchange
from mailstead.sites.files import read_platform
from mailstead.tenants.files import as_toml
from mailstead.wiring import found_platform, memory_platform
from mailstead.wiring.founding import PLATFORM_FILE
from mailstead.wiring.memory import Outside
from tests.items.disks import mail
from tests.lifecycle.stage import tenant
from tests.salvage.versions import disk_of, keep, maildir, numbered, receiver_of

from .conftest import PLATFORM, Say

ANNA = "anna@acme.example"
TARGET = '\n[[backup_target]]\nname = "shelf"\nkind = "memory"\n'


@pytest.fixture(scope="module")
def disks(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    contents = (maildir(numbered(1, 2, 3)), maildir(numbered(1, 3)))
    return [disk_of(tmp_path_factory.mktemp("disk"), content) for content in contents]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found_platform(tmp_path / "home", PLATFORM + TARGET)
    return tmp_path / "home"


@pytest.fixture
def kept(say: Say, home: Path, worlds: dict[str, Outside], disks: list[bytes]) -> None:
    """A tenant with a mailbox, and two backups."""
    say("tenant", "add", "acme", "--domain", "acme.example")
    say("mailbox", "add", ANNA)
    running, engine = memory_platform(home, read_platform(home / PLATFORM_FILE), worlds["one"])
    for day, disk in enumerate(disks, start=2):
        keep(running.protection.ground.store("acme"), disk, datetime(2026, 11, day, 23, tzinfo=UTC))
    engine.close()


@pytest.mark.usefixtures("kept")
def test_a_lost_mail_is_found_and_given_back(say: Say, worlds: dict[str, Outside]) -> None:
    assert ANNA in say("backup", "browse", "acme").out
    rows = say("--json", "backup", "browse", "acme", "--mailbox", ANNA, "--at", "2026-11-02").value
    assert rows == [{"mailbox": ANNA, "folder": "INBOX", "mails": 3}]
    found = say("--json", "backup", "browse", "acme", "--mailbox", ANNA, "--all", "--search", "Offer 2").value
    assert [(row["subject"], row["backups"], row["gone"]) for row in found] == [
        ("Offer 2", "1-1", "2026-11-03T23:00:00+00:00")
    ]
    given = say("restore", "mail", "acme", "--mailbox", ANNA, "--id", found[0]["id"], "--snapshot", 1)
    assert given.status == 0, given.err
    assert "1 of 1 mails of anna@acme.example, in Restored/2026-11-02" in given.out
    assert [kept.content for kept in receiver_of(worlds["one"]).folders["Restored/2026-11-02"].values()] == [mail(2)]
    trail = say("--json", "audit", "list").out
    assert "backup.search" in trail
    assert found[0]["id"] in trail
    assert "Offer 2" not in trail


@pytest.mark.usefixtures("kept")
def test_a_mailbox_comes_back_to_its_old_folders_or_into_a_file_for_us_alone(
    say: Say, worlds: dict[str, Outside], tmp_path: Path
) -> None:
    words = ("mailbox", "acme", "--mailbox", ANNA)
    assert say("restore", *words, "--old-folder", "--at", "2026-11-02").status == 0
    assert len(receiver_of(worlds["one"]).folders["INBOX"]) == 3
    out = tmp_path / "anna.mbox"
    assert say("restore", *words, "--out", out).status == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_bytes().count(b"Subject: Offer") == 2
    again = say("--json", "restore", *words, "--out", out)
    assert (again.status, again.error["code"]) == (2, "conflict")


@pytest.mark.usefixtures("kept")
def test_a_file_comes_out(say: Say, tmp_path: Path) -> None:
    place = say("--json", "backup", "browse", "acme", "--mailbox", ANNA, "--folder", "INBOX").value[0]
    path = f"acme.example/anna/Maildir/cur/{place['id']}:2,S"
    assert say("restore", "file", "acme", path, "--out", tmp_path / "one").status == 0
    assert (tmp_path / "one").read_bytes() == mail(1)
    assert say("restore", "file", "acme", path, "--to", "/srv/one.eml").status == 0
    assert say("restore", "file", "acme", path).status == 2


@pytest.mark.usefixtures("kept")
def test_a_day_is_that_of_the_site_where_the_machine_stands(say: Say, home: Path) -> None:
    wanted = home / PLATFORM_FILE
    berlin = 'name = "home"\ntime_zone = "Europe/Berlin"'
    wanted.write_text(wanted.read_text().replace('name = "home"', berlin, 1))
    asked = ("backup", "browse", "acme", "--mailbox", ANNA)
    assert say("--json", *asked, "--at", "2026-11-02").error["code"] == "no-backup-then"
    assert "taken 2026-11-03 00:00 Europe/Berlin" in say(*asked, "--at", "2026-11-03").out
    assert say("--json", *asked, "--at", "2026-11-02T23:00+00:00").status == 0
    found = say("--json", *asked, "--all", "--search", "Offer 2").value
    assert [(row["arrived"], row["gone"]) for row in found] == [
        ("2026-10-20T11:30:02+02:00", "2026-11-04T00:00:00+01:00")
    ]
    assert "2026-10-20 11:30" in say(*asked, "--all", "--search", "Offer 2").out
    assert "in Restored/2026-11-03" in say("restore", "mailbox", "acme", "--mailbox", ANNA, "--at", "2026-11-03").out


@pytest.mark.usefixtures("kept")
def test_mails_of_one_who_left_go_to_another(say: Say, worlds: dict[str, Outside]) -> None:
    assert say("mailbox", "add", "bert@acme.example").status == 0
    assert say("mailbox", "remove", ANNA, "--yes").status == 0
    words = ("restore", "mailbox", "acme", "--mailbox", ANNA, "--at", "2026-11-02")
    assert say("--json", *words).error["code"] == "no-mailbox-to-give-to"
    given = say(*words, "--to-mailbox", "bert@acme.example")
    assert "in Restored/2026-11-02 of bert@acme.example" in given.out, given.err
    assert len(receiver_of(worlds["one"], "bert@acme.example").folders["Restored/2026-11-02"]) == 3


def test_a_mailbox_of_exchange_comes_back_by_its_own_way_and_an_order_that_failed_is_undone(
    say: Say, home: Path, worlds: dict[str, Outside]
) -> None:
    (home / "tenants").mkdir(exist_ok=True)
    (home / "tenants" / "acme.toml").write_text(as_toml(tenant(windows={"image": "exchange.vhdx"})))
    assert say("apply", "--yes").status == 0
    running, engine = memory_platform(home, read_platform(home / PLATFORM_FILE), worlds["one"])
    keep(running.protection.ground.store("acme"), b"\1" * (1 << 20), datetime(2026, 11, 2, 23, tzinfo=UTC))
    engine.close()
    exchange = worlds["one"].hosts["kvm1"].exchange
    assert isinstance(exchange, MemoryExchange)
    server = exchange.inside("acme")
    server.mailboxes[ANNA], server.older, server.torn = {}, {ANNA: {"INBOX": {"a"}}}, True
    failed = say("--json", "restore", "mailbox", "acme", "--mailbox", ANNA)
    assert failed.status != 0
    order = say("--json", "order", "list", "--tenant", "acme").value[0]["order"]
    assert say("restore", "undo", "acme", order).status == 0
    server.torn = False
    given = say("restore", "mailbox", "acme", "--mailbox", ANNA)
    assert "1 of 1 mails" in given.out, given.err
    assert server.mailboxes[ANNA] == {"Restored/2026-11-02/INBOX": {"a"}}


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("backup", "browse", "acme", "--at", "tuesday"), "invalid-input"),
        (("backup", "browse", "acme", "--at", "2026-11-01"), "no-backup-then"),
        (("backup", "browse", "acme", "--mailbox", "x@acme.example"), "not-in-this-backup"),
        (("restore", "mailbox", "acme", "--mailbox", "x@acme.example"), "no-mailbox-to-give-to"),
        (("restore", "mailbox", "acme", "--mailbox", ANNA, "--snapshot", 9), "no-such-snapshot"),
        (("restore", "mailbox", "acme", "--mailbox", ANNA, "--out", "/nowhere/x.pst"), "invalid-input"),
        (("restore", "mailbox", "nobody", "--mailbox", ANNA), "not-found"),
    ],
    ids=["no-date", "too-early", "no-mailbox", "nobody-to-give-to", "no-snapshot", "no-form", "no-tenant"],
)
def test_what_cannot_be_is_said(say: Say, words: tuple[object, ...], code: str) -> None:
    told = say("--json", *words)
    assert (told.status in {2, 4}, told.error["code"]) == (True, code)
