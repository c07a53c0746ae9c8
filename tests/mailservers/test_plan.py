"""Plans: what a person reads, and what concerns which service."""

import time
from dataclasses import replace

import pytest

from mailstead.mailservers import rendering
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.mailservers.items import ConfigFile, MachineClock, MailDisk, MailState
from mailstead.mailservers.plan import compare_mail

from .contract import brought_to
from .example import ANNA, BOB, TENANT, host

BOXES = TENANT["mailboxes"]


@pytest.fixture
def found() -> MailState:
    servers = MemoryMailServers()
    brought_to(servers)
    return servers.observe("acme")


def lines(found: MailState, **changes: object) -> list[str]:
    return [f"{change.subject} {change.kind}" for change in compare_mail(host(**changes), found)]


def test_a_new_server_is_all_creation() -> None:
    shown = lines(MailState())
    assert f"mailbox {ANNA} create" in shown
    assert "file /etc/postfix/main.cf create" in shown
    assert "service rspamd create" in shown


def test_a_new_password_restarts_nothing(found: MailState) -> None:
    wanted = host()
    boxes = tuple(replace(box, password_hash="") for box in wanted.mailboxes)
    shown = [change.subject for change in compare_mail(replace(wanted, mailboxes=boxes), found)]
    assert shown == ["file /etc/dovecot/users", "file /var/lib/mailstead/applied"]


def test_a_vacation_reply_is_two_files_and_restarts_nothing_and_a_hand_in_it_is_seen(found: MailState) -> None:
    away = {"mailboxes": [box | {"vacation": {"text": "away"}} if box["address"] == ANNA else box for box in BOXES]}
    script = "file /etc/dovecot/sieve/own/acme.example/anna.sieve"
    told = {f"{script} create", "file /etc/dovecot/users update", "file /var/lib/mailstead/applied update"}
    assert set(lines(found, **away)) == told
    servers = MemoryMailServers()
    servers.apply("acme", compare_mail(host(**away), servers.observe("acme")))
    assert lines(servers.observe("acme"), **away) == []
    servers.tamper("acme", ConfigFile.of(script.removeprefix("file "), "discard;"))
    assert f"{script} update" in lines(servers.observe("acme"), **away)
    assert f"{script} remove" in lines(servers.observe("acme"))


def test_a_new_alias_concerns_postfix_alone(found: MailState) -> None:
    shown = lines(found, aliases=[{"address": "new@acme.example", "targets": [BOB]}])
    assert [line for line in shown if line.startswith("service")] == ["service postfix update"]


def test_a_service_that_died_is_started(found: MailState) -> None:
    dead = replace(found.services["nginx"], running=False)
    assert lines(replace(found, services={**found.services, "nginx": dead})) == ["service nginx update"]


def test_services_that_missed_their_files_read_them(found: MailState) -> None:
    stale = replace(found.services["postfix"], current=False)
    assert lines(replace(found, services={**found.services, "postfix": stale})) == ["service postfix update"]


def test_a_mailbox_whose_folder_is_missing_is_made(found: MailState) -> None:
    rooms = {address: room for address, room in found.mailboxes.items() if address != ANNA}
    assert lines(replace(found, mailboxes=rooms)) == [f"mailbox {ANNA} create"]


def test_only_a_clock_that_is_far_off_is_set(found: MailState) -> None:
    assert lines(replace(found, clock=MachineClock(-5))) == []
    assert lines(replace(found, clock=MachineClock(-6))) == ["clock update"]


def test_a_disk_that_was_given_more_room_is_grown(found: MailState) -> None:
    assert lines(replace(found, disk=MailDisk(whole=False))) == ["mail disk update"]


def test_an_unchanged_server_is_planned_without_rendering(found: MailState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "files", None)
    assert not compare_mail(host(), found)


def test_an_unchanged_server_is_planned_fast(found: MailState) -> None:
    wanted = host()
    compare_mail(wanted, found)
    start = time.process_time()
    for _ in range(200):
        compare_mail(wanted, found)
    assert (time.process_time() - start) / 200 < 0.002
