"""Mails in backups: found, read as text, previewed, given back, and told in the trail; nothing of it to others."""

import io
import zipfile
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from mailstead.items.drivers.memory import MemoryReceiver
from mailstead.orders.model import Status
from mailstead.security.audit import AuditEntry
from mailstead.wiring.memory import Outside, memory_outside

from .house import ALICE, AUDREY, BOB, GUID, OLGA, RITA, UMA, Browser, House, Page, house_in, platform

AT = "/tenants/acme/backups/mail"
MAIL = {f"mail:1:{GUID}": "yes"}


@pytest.fixture(scope="module")
def outside() -> Outside:
    return memory_outside(platform())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> Iterator[House]:
    with house_in(tmp_path_factory.mktemp("house"), outside=outside) as made:
        yield made


def _folders(outside: Outside) -> dict[str, int]:
    found = outside.mailboxes["acme", UMA]
    assert isinstance(found, MemoryReceiver)
    return {name: len(held) for name, held in found.folders.items()}


def _page(browser: Browser, **asked: str) -> str:
    return browser.get(f"{AT}?{urlencode({'address': UMA} | asked)}").words


def _chosen(browser: Browser, mails: dict[str, str]) -> Page:
    """Tick mails, and ask what giving them back would do."""
    return browser.post(f"{AT}/preview", {"csrf_token": browser.token, "address": UMA, **mails})


def _trail(house: House) -> AuditEntry:
    return house.running.trail.list(limit=1)[0]


def test_one_goes_from_mailboxes_to_folders_to_mails_to_a_letter(house: House) -> None:
    browser = house.browser(ALICE)
    browser.get(AT)
    page = browser.get(next(link for link in browser.page.read.links if "anna%40acme.example" in link))
    assert "Choose a folder, or say what you look for." in page.words
    page = browser.get(next(link for link in page.read.links if "folder=Work" in link))
    assert ("Offer 4" in page.words, "Offer 1" in page.words) == (True, False)
    page = browser.get(next(link for link in page.read.links if "/letter" in link))
    assert "Body 4" in page.words
    assert _trail(house).action == "backup.open"


def test_a_mail_that_is_gone_is_found_in_all_backups_with_since_when(house: House) -> None:
    browser = house.browser(ALICE)
    assert "Offer 2" not in _page(browser, subject="offer")
    words = _page(browser, subject="offer 2", everywhere="yes")
    assert "backups 1 to 1" in words
    assert "Gone since" in words
    entry = _trail(house)
    assert (entry.action, "offer" in entry.details) == ("backup.search", False)


def test_as_of_a_day_the_backup_of_then_is_looked_into(house: House) -> None:
    browser = house.browser(ALICE)
    assert "Offer 2" in _page(browser, asof="2025-12-30", folder="INBOX")
    assert "Offer 2" not in _page(browser, asof="2025-12-31", folder="INBOX")
    assert "no-backup-then" in _page(browser, asof="2020-01-01")


def test_mails_are_found_by_sender_and_by_the_day_of_their_arrival(house: House) -> None:
    browser = house.browser(ALICE)
    assert "Offer 1" in _page(browser, sender="BERT@far")
    assert "No such mail" in _page(browser, sender="bert@near")
    assert "Offer 1" in _page(browser, since="2026-10-20", until="2026-10-20")
    assert "No such mail" in _page(browser, since="2026-10-21")


def test_a_next_page_begins_where_the_last_mail_arrived(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailstead.web.pages.backed_mail.page.MOST", 2)
    browser = house.browser(ALICE)
    page = browser.get(f"{AT}?address={UMA}&snapshot=1&folder=INBOX")
    assert "Offer 3" not in page.words
    page = browser.get(next(link for link in page.read.links if "behind=" in link))
    assert ("Offer 2" in page.words, "Offer 3" in page.words) == (True, True)


def test_mails_come_back_after_it_was_shown_what_that_does(house: House, outside: Outside) -> None:
    browser, restored = house.browser(ALICE), "Restored/2025-12-30"
    page = _chosen(browser, MAIL)
    assert "New there 1 There already 0" in page.words
    assert restored not in _folders(outside)
    page = browser.send(f"{AT}/restore", place="restored")
    house.engine.settle()
    assert house.running.desk.show(page.path.removeprefix("/orders/")).status is Status.DONE
    assert _folders(outside)[restored] == 1
    assert "1 created" in browser.get(page.path).words
    assert "New there 0 There already 1" in _chosen(browser, MAIL).words


def test_a_whole_folder_comes_back_to_where_one_says(house: House, outside: Outside) -> None:
    browser = house.browser(OLGA)
    browser.get(f"{AT}?address={UMA}&snapshot=1&folder=Work")
    browser.send(f"{AT}/preview")
    page = browser.send(f"{AT}/restore", place="other", into="")
    assert (page.status, "is no folder" in page.words) == (422, True)
    browser.send(f"{AT}/restore", place="other", into="Work/Again")
    house.engine.settle()
    assert _folders(outside)["Work/Again"] == 2


def test_mails_of_several_backups_come_back_by_an_order_each(house: House) -> None:
    browser, before = house.browser(ALICE), len(house.running.desk.list("acme", None, 1000))
    other = GUID.replace(".M2P", ".M1P").replace("602", "601")
    _chosen(browser, MAIL | {f"mail:2:{other}": "yes"})
    browser.send(f"{AT}/restore", place="old")
    house.engine.settle()
    orders = house.running.desk.list("acme", None, 1000)
    assert len(orders) == before + 2
    assert {order.status for order in orders[:2]} == {Status.DONE}


def test_mails_are_taken_along_as_files(house: House) -> None:
    client, token = (browser := house.browser(ALICE)).client, browser.token
    fields = {"csrf_token": token, "address": UMA, **MAIL}
    answer = client.post(f"{AT}/download", data=fields | {"form": "eml"})
    assert b"Subject: Offer 2" in answer.content
    assert answer.headers["content-disposition"] == 'attachment; filename="mail.eml"'
    whole = {"csrf_token": token, "address": UMA, "all": "yes", "snapshot": "1"}
    packed = client.post(f"{AT}/download", data=whole | {"form": "zip"}).content
    assert len(zipfile.ZipFile(io.BytesIO(packed)).namelist()) == 5
    assert client.post(f"{AT}/download", data=whole | {"form": "exe"}).status_code == 422


def test_the_second_factor_is_asked_for_and_then_it_goes_on(house: House) -> None:
    browser = house.browser(ALICE)
    _chosen(browser, MAIL)
    house.clock.sleep(16 * 60)
    page = browser.send(f"{AT}/restore")
    assert (page.status, "Your second factor again" in page.words) == (403, True)
    browser.send("/step-up", code=house.code(ALICE))
    assert browser.send(f"{AT}/restore").path.startswith("/orders/")
    house.engine.settle()


@pytest.mark.parametrize(("who", "status"), [(RITA, 403), (UMA, 403), (BOB, 404)])
def test_whoever_may_not_open_mail_gets_none_in_any_way(house: House, who: str, status: int) -> None:
    browser = house.browser(who)
    assert browser.get(f"{AT}?address={UMA}").status == status
    assert browser.get(f"{AT}/letter?snapshot=1&address={UMA}&id={GUID}").status == status
    for act in ("preview", "restore", "download"):
        fields = {"csrf_token": browser.token, "address": UMA, "form": "eml", **MAIL}
        page = browser.post(f"{AT}/{act}", fields)
        assert (page.status, "Offer" in page.text) == (status, False)


def test_an_auditor_reads_and_gives_nothing_back(house: House) -> None:
    browser = house.browser(AUDREY)
    assert "Body 2" in browser.get(f"{AT}/letter?snapshot=1&address={UMA}&id={GUID}").words
    assert "Give back" not in browser.page.words
    page = browser.post(f"{AT}/restore", {"csrf_token": browser.token, "address": UMA, **MAIL})
    assert page.status == 403


@pytest.mark.parametrize(
    "query", ["asof=yesterday", "since=0001-01-01", "behind=x", "behind=2026-01-01", "snapshot=a", "until=9999-12-31"]
)
def test_an_address_that_makes_no_sense_is_refused(house: House, query: str) -> None:
    assert house.browser(ALICE).get(f"{AT}?address={UMA}&{query}").status == 422


@pytest.mark.parametrize("choice", [{}, {"mail:x:y": "yes"}, {"mail:1": "yes"}, {"all": "yes"}, {"mail:99:y": "yes"}])
def test_a_choice_that_makes_no_sense_orders_nothing(house: House, choice: dict[str, str]) -> None:
    browser, before = house.browser(ALICE), house.running.desk.list(limit=10_000)
    page = browser.post(f"{AT}/restore", {"csrf_token": browser.token, "address": UMA, **choice})
    assert page.status in {404, 422}
    assert house.running.desk.list(limit=10_000) == before
