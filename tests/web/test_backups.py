"""Backups in the console: seen at a glance, made and held by hand, machines brought back after their loss was shown."""

from dataclasses import replace

import pytest

from mailstead.orders.model import Status

from .house import ALICE, AUDREY, GUID, OLGA, RITA, House, tenant

AT = "/tenants/acme/backups"


def _settled(house: House, path: str) -> Status:
    house.engine.settle()
    return house.running.desk.show(path.removeprefix("/orders/")).status


@pytest.fixture
def backed_up(house: House) -> House:
    """The house, with a backup of the machine as it is now."""
    house.running.protection.run("acme")
    house.engine.settle()
    return house


def test_whoever_is_in_trouble_stands_first_and_on_the_first_page(house: House) -> None:
    if "hooli" not in house.running.world.tenants.all():
        house.add_tenant(tenant("hooli"))
    book, now = house.running.protection.ground.book, house.clock.now()
    book.begin(["hooli"], now)
    book.failed("hooli", now, "the target is full")
    browser = house.browser(OLGA)
    page = browser.get("/backups")
    assert page.text.index("/tenants/hooli/backups") < page.text.index("/tenants/acme/backups")
    assert page.words.count("the target is full") == 2
    assert "the target is full" in browser.get("/backups/troubled").words
    assert "the target is full" not in house.browser(ALICE).get("/backups/troubled").words
    book.good("hooli", now, 1)
    assert "Every backup is in time" in browser.get("/backups/troubled").words


def test_the_list_comes_a_page_at_a_time_and_is_searched(house: House) -> None:
    page = house.browser(OLGA).get("/backups?search=glob")
    assert ("/tenants/globex/backups" in page.text, "/tenants/acme/backups" in page.text) == (True, False)
    assert "No tenant is like that" in house.browser(OLGA).get("/backups?search=nobody").words


def test_where_backups_lie_is_told_to_those_who_run_the_platform(house: House) -> None:
    assert "whole" in house.browser(RITA).get("/backups/targets").words
    assert "Target" not in house.browser(ALICE).get("/backups").words


def test_a_backup_is_made_now_and_tells_what_it_read(house: House) -> None:
    browser = house.browser(OLGA)
    browser.get(AT)
    page = browser.send(f"{AT}/run", kind="full")
    assert _settled(house, page.path) is Status.DONE
    assert "Added to the store" in browser.get(page.path).words


@pytest.mark.parametrize("act", ["verify", "collect", "drill"])
def test_what_is_kept_is_checked_freed_and_tried_out(backed_up: House, act: str) -> None:
    browser = backed_up.browser(OLGA)
    browser.get(AT)
    assert _settled(backed_up, browser.send(f"{AT}/{act}", snapshot="").path) is Status.DONE


def test_a_hold_says_why_and_is_lifted(house: House) -> None:
    browser = house.browser(OLGA)
    browser.get(AT)
    assert browser.send(f"{AT}/hold", snapshot="1").status == 422
    browser.get(AT)
    browser.send(f"{AT}/hold", snapshot="1", reason="a <b>lawsuit</b>")
    assert "a <b>lawsuit</b>" in browser.get(AT).words
    browser.send(f"{AT}/release", snapshot="1")
    assert "lawsuit" not in browser.get(AT).words


def test_only_what_the_rules_give_up_is_removed(house: House) -> None:
    browser = house.browser(OLGA)
    browser.get(AT)
    page = browser.post(f"{AT}/prune", {"csrf_token": browser.token, "gone:1": "yes"})
    assert (page.status, "still-kept" in page.words) == (422, True)
    page = browser.post(f"{AT}/prune", {"csrf_token": browser.token})
    assert (page.status, "no backup is chosen" in page.words) == (422, True)


def test_a_machine_comes_back_after_what_is_lost_was_shown_and_its_name_typed(backed_up: House) -> None:
    browser = backed_up.browser(OLGA)
    page = browser.get(f"{AT}/restore")
    assert "All mail and changes since then are lost" in page.words
    page = browser.send(f"{AT}/restore", confirm="globex")
    assert (page.status, "not-confirmed" in page.words) == (422, True)
    page = browser.send(f"{AT}/restore", confirm="acme", **{"disk:data": "yes"})
    assert _settled(backed_up, page.path) is Status.DONE
    order = backed_up.running.desk.show(page.path.removeprefix("/orders/"))
    assert order.inputs["disks"] == ["data"]
    assert "State of" in browser.get(page.path).words


def test_a_restore_that_came_to_no_end_is_taken_back(backed_up: House) -> None:
    browser, desk = backed_up.browser(OLGA), backed_up.running.desk
    order = backed_up.running.protection.restore("acme", allow_loss=["machine acme"])
    desk.cancel(order)
    backed_up.engine.settle()
    assert "did not come to its end" in browser.get(AT).words
    assert _settled(backed_up, browser.send(f"{AT}/undo").path) is Status.DONE
    assert "did not come to its end" not in browser.get(AT).words


def test_without_the_second_factor_nothing_comes_back(backed_up: House) -> None:
    browser, before = backed_up.browser(OLGA), backed_up.running.desk.list(limit=10_000)
    backed_up.clock.sleep(16 * 60)
    browser.get(f"{AT}/restore")
    page = browser.send(f"{AT}/restore", confirm="acme")
    assert (page.status, "Your second factor again" in page.words) == (403, True)
    assert backed_up.running.desk.list(limit=10_000) == before


def test_a_single_file_is_taken_along_or_written_into_the_machine(house: House) -> None:
    browser, path = house.browser(OLGA), f"acme.example/anna/Maildir/cur/{GUID}:2,S"
    fields = {"csrf_token": browser.token, "snapshot": "1", "path": path}
    assert b"Offer 2" in browser.client.post(f"{AT}/file", data=fields).content
    assert browser.post(f"{AT}/file", fields | {"path": "etc/none"}).status == 404
    assert browser.post(f"{AT}/file/restore", fields | {"place": "no/whole/path"}).status == 422
    page = browser.post(f"{AT}/file/restore", fields | {"place": "/srv/mail"})
    assert _settled(house, page.path) is Status.DONE
    assert "/srv/mail" in browser.get(page.path).words
    alice = house.browser(ALICE)
    page = alice.post(f"{AT}/file", fields | {"csrf_token": alice.token})
    assert (page.status, "foreign-form" in page.words) == (403, False)


def test_a_tenants_administrator_sees_backups_and_finds_mails_but_restores_no_machine(house: House) -> None:
    page = house.browser(ALICE).get(AT)
    assert ("Find a mail" in page.words, "Back up now" in page.words) == (True, False)
    assert "/restore" not in page.text
    assert "Mails in backups" in house.browser(AUDREY).get("/tenants/acme").words


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 40, "1e3", "١"])
def test_a_number_that_is_none_is_refused(house: House, number: str) -> None:
    assert house.browser(OLGA).get(f"{AT}/restore?snapshot={number}").status == 422


def test_a_platform_without_targets_says_so(house: House) -> None:
    without = house.running.platform.changed(backup_target=())
    running = replace(house.running, platform=without)
    mine = House(running, house.engine, house.letters, house.recovery)
    assert mine.browser(OLGA).get("/backups/troubled").status == 200
    assert "Nothing is backed up" in mine.browser(OLGA).get("/backups/targets").words
