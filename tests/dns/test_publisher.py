"""Publishing with a ledger: nothing unowned is left, whoever is killed wherever."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.dns.drivers.memory import MemoryNameServer
from mailstead.dns.errors import ForeignRecord
from mailstead.dns.model import Record, text_value
from mailstead.dns.ownership import compare_zone
from mailstead.dns.plan import fingerprint, records_for
from mailstead.dns.store import RecordLedger
from mailstead.dns.workflow import DnsChallenges, Publisher
from mailstead.ground.errors import Conflict, NotFound, Unreachable
from mailstead.ground.plans import ChangePlan
from mailstead.state.database import Database, metadata

from .contract import THEIRS, ZONE, creating
from .samples import ACME

WANTED = records_for(ACME)
PROOF = ("_acme-challenge.mail.acme.example", "proof")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[RecordLedger]:
    database = Database(f"sqlite:///{tmp_path / 'state.db'}")
    with database.transaction() as connection:
        metadata.create_all(connection)
    yield RecordLedger(database)
    database.close()


@pytest.fixture
def server() -> MemoryNameServer:
    return MemoryNameServer()


@pytest.fixture
def publisher(server: MemoryNameServer, ledger: RecordLedger) -> Publisher:
    publisher = Publisher(server, ledger)
    publisher.open(ZONE, "acme")
    return publisher


def publish(publisher: Publisher, wanted: frozenset[Record]) -> None:
    publisher.apply(ZONE, "acme", publisher.plan(ZONE, "acme", wanted))


def test_what_is_published_is_in_the_ledger(publisher: Publisher, ledger: RecordLedger) -> None:
    publish(publisher, WANTED)
    assert ledger.of(ZONE, "acme") == WANTED
    assert not publisher.plan(ZONE, "acme", WANTED)


def test_withdrawing_removes_a_zone_that_we_made(publisher: Publisher, server: MemoryNameServer) -> None:
    publish(publisher, WANTED)
    publisher.withdraw(ZONE, "acme")
    publisher.withdraw(ZONE, "acme")
    assert ZONE not in server.zones()


def test_withdrawing_leaves_a_zone_that_was_there(server: MemoryNameServer, ledger: RecordLedger) -> None:
    server.create(ZONE)
    publisher = Publisher(server, ledger)
    publisher.open(ZONE, "acme")
    publish(publisher, WANTED)
    publisher.withdraw(ZONE, "acme")
    assert server.records(ZONE) == frozenset()


def test_withdrawing_leaves_foreign_records_and_their_zone(publisher: Publisher, server: MemoryNameServer) -> None:
    server.apply(ZONE, creating(THEIRS))
    publish(publisher, WANTED)
    publisher.withdraw(ZONE, "acme")
    assert server.records(ZONE) == {THEIRS}


class KilledAfter(MemoryNameServer):
    """Sends the change, and is never heard of again."""

    def apply(self, zone: str, plan: ChangePlan[Record]) -> None:
        super().apply(zone, plan)
        raise Unreachable("killed")


def test_records_sent_before_a_kill_are_still_ours(ledger: RecordLedger) -> None:
    server = KilledAfter()
    publisher = Publisher(server, ledger)
    publisher.open(ZONE, "acme")
    with pytest.raises(Unreachable):
        publish(publisher, WANTED)
    assert server.records(ZONE) == WANTED
    assert {change.before for change in publisher.plan(ZONE, "acme", ())} == WANTED


def test_records_of_another_tenant_in_the_same_zone_are_left_alone(publisher: Publisher) -> None:
    reverse = "113.0.203.in-addr.arpa"
    publisher.open(reverse, "")
    one = Record(f"1.{reverse}", "PTR", 3600, "mail.acme.example.")
    two = Record(f"2.{reverse}", "PTR", 3600, "mail.globex.example.")
    publisher.apply(reverse, "acme", publisher.plan(reverse, "acme", {one}))
    publisher.apply(reverse, "globex", publisher.plan(reverse, "globex", {two}))
    assert not publisher.plan(reverse, "acme", {one})
    publisher.withdraw(reverse, "globex")
    assert not publisher.plan(reverse, "acme", {one})
    with pytest.raises(ForeignRecord):
        publisher.plan(reverse, "globex", {Record(one.name, "PTR", 3600, "mail.globex.example.")})


def test_killed_between_removal_and_release_the_next_withdrawal_leaves_no_claim_behind(
    publisher: Publisher, server: MemoryNameServer, ledger: RecordLedger
) -> None:
    reverse = "113.0.203.in-addr.arpa"
    publisher.open(reverse, "")
    one = Record(f"1.{reverse}", "PTR", 3600, "mail.acme.example.")
    publisher.apply(reverse, "acme", publisher.plan(reverse, "acme", {one}))
    server.apply(reverse, publisher.plan(reverse, "acme", ()))
    publisher.withdraw(reverse, "acme")
    assert ledger.of(reverse) == frozenset()
    publisher.apply(reverse, "globex", publisher.plan(reverse, "globex", {one}))
    assert ledger.of(reverse, "globex") == {one}


def test_the_ledger_knows_one_owner_for_a_record(ledger: RecordLedger) -> None:
    ledger.claim(ZONE, "acme", [THEIRS])
    ledger.claim(ZONE, "acme", [THEIRS])
    with pytest.raises(Conflict):
        ledger.claim(ZONE, "globex", [THEIRS])


def test_zones_seen_as_wanted_need_no_plan_until_something_changes(
    publisher: Publisher, server: MemoryNameServer
) -> None:
    seal = fingerprint(ACME)
    publish(publisher, WANTED)
    assert publisher.changed({ZONE: seal}) == [ZONE]
    assert not publisher.plan(ZONE, "acme", WANTED, fingerprint=seal)
    assert publisher.changed({ZONE: seal}) == []
    assert publisher.changed({ZONE: fingerprint(replace(ACME, dmarc="none"))}) == [ZONE]
    server.apply(ZONE, compare_zone((), WANTED, WANTED))
    assert publisher.changed({ZONE: seal}) == [ZONE]


def test_a_proof_is_published_beside_the_tenants_records(publisher: Publisher, server: MemoryNameServer) -> None:
    publish(publisher, WANTED)
    challenges = DnsChallenges(publisher, server)
    challenges.publish(*PROOF)
    challenges.publish(*PROOF)
    assert server.records(ZONE) - WANTED == {Record(PROOF[0], "TXT", 60, text_value("proof"))}
    assert not publisher.plan(ZONE, "acme", WANTED)
    challenges.withdraw(*PROOF)
    challenges.withdraw(*PROOF)
    assert server.records(ZONE) == WANTED


def test_a_proof_for_a_zone_that_is_not_ours_is_refused(publisher: Publisher, server: MemoryNameServer) -> None:
    with pytest.raises(NotFound):
        DnsChallenges(publisher, server).publish("_acme-challenge.elsewhere.example", "proof")
