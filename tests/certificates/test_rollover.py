"""Renewal, and the rollover of keys without a gap for DANE."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailstead.certificates.drivers.memory import MemoryIssuer
from mailstead.certificates.keys import new_key, read_chain, signing_request, spki
from mailstead.certificates.model import Certificate, Phase, Rollover, key_name
from mailstead.certificates.plan import digests, due, next_at, phase, renew_at
from mailstead.certificates.store import CertificateStore
from mailstead.ground.clock import VirtualClock
from mailstead.security.model import Secret
from mailstead.state.database import Database, metadata

NAMES = ("mail.acme.example",)
TTL_S = 3600
START = VirtualClock().now()


def certificate(days: float) -> Certificate:
    return Certificate(1, NAMES, START, START + timedelta(days=days), "", "ab" * 32)


@pytest.mark.parametrize(("life", "renewed"), [(90, 60), (365, 365 * 2 / 3), (45, 22.5), (6, 3), (60, 30)])
def test_renewal_begins_in_time_and_not_too_early(life: float, renewed: float) -> None:
    assert renew_at(certificate(life)) == START + timedelta(days=renewed)


def test_a_certificate_for_other_names_is_due_at_once() -> None:
    assert due(certificate(90), (*NAMES, "acme.example"), START)
    assert not due(certificate(90), NAMES, START)
    assert due(None, NAMES, START)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CertificateStore]:
    database = Database(f"sqlite:///{tmp_path / 'state.db'}")
    with database.transaction() as connection:
        metadata.create_all(connection)
    yield CertificateStore(database)
    database.close()


class Machine:
    """A mail server with its vault, its zone, and a sender in the world who keeps records for their TTL."""

    def __init__(self, store: CertificateStore) -> None:
        self.clock = VirtualClock()
        self.store = store
        self.issuer = MemoryIssuer(self.clock)
        self.vault: dict[str, Secret] = {}
        self.serving = ""
        self.zone: tuple[str, ...] = ()
        self._cached: list[tuple[datetime, tuple[str, ...]]] = []

    def turn(self) -> Phase:
        """Do what is to be done now, once."""
        now, state = self.clock.now(), self.store.of("acme")
        step = phase(state, NAMES, now, TTL_S)
        if step in {Phase.FIRST, Phase.ANNOUNCE}:
            self._announce()
        if step in {Phase.FIRST, Phase.SWITCH}:
            self._switch()
        if step is Phase.RETIRE and state.old:
            self.store.retired("acme", state.old.generation)
        self.zone = digests(self.store.of("acme"))
        return step

    def _announce(self) -> None:
        generation = self.store.next_generation("acme")
        key = self.vault.setdefault(key_name(generation), new_key())
        self.store.announce("acme", generation, spki(key))
        self.zone = digests(self.store.of("acme"))
        self.store.published("acme", self.clock.now())

    def _switch(self) -> None:
        following = self.store.of("acme").next
        assert following
        request = signing_request(self.vault[key_name(following.generation)], NAMES)
        chain = self.store.pending_chain("acme") or self.issuer.issue(NAMES, request)
        self.store.issued("acme", following.generation, chain)
        self.serving = read_chain(chain, following.generation).spki
        self.store.switched("acme", following.generation, self.clock.now())

    def senders_agree(self) -> bool:
        """Say whether every sender, with whatever was in the zone within one TTL, accepts the key that serves."""
        now = self.clock.now()
        self._cached.append((now, self.zone))
        fresh = [zone for at, zone in self._cached if at >= now - timedelta(seconds=TTL_S)]
        return all(self.serving in zone for zone in fresh)


def test_a_year_of_renewals_never_breaks_dane(store: CertificateStore) -> None:
    machine = Machine(store)
    steps = []
    while machine.clock.now() < START + timedelta(days=365):
        steps.append(machine.turn())
        assert machine.senders_agree(), machine.clock.now()
        machine.clock.sleep(86400 if steps[-1] is Phase.SETTLED else 1800)
    seen = [step for step in steps if step not in {Phase.SETTLED, Phase.WAIT}]
    assert seen[:6] == [Phase.FIRST, Phase.ANNOUNCE, Phase.SWITCH, Phase.RETIRE, Phase.ANNOUNCE, Phase.SWITCH]
    assert len(machine.issuer.issued) == len(machine.vault) == 1 + steps.count(Phase.SWITCH)
    assert steps.count(Phase.SWITCH) == 6


def test_the_switch_waits_until_caches_have_forgotten(store: CertificateStore) -> None:
    machine = Machine(store)
    machine.turn()
    machine.clock.sleep(61 * 86400)
    assert machine.turn() is Phase.ANNOUNCE
    assert len(machine.zone) == 2
    machine.clock.sleep(2 * TTL_S - 1)
    assert machine.turn() is Phase.WAIT
    machine.clock.sleep(1)
    assert machine.turn() is Phase.SWITCH
    assert machine.serving in machine.zone
    machine.clock.sleep(2 * TTL_S)
    assert machine.turn() is Phase.RETIRE
    assert list(machine.zone) == [machine.serving]


def test_it_says_when_to_look_again(store: CertificateStore) -> None:
    machine = Machine(store)
    assert next_at(Rollover(), NAMES, START, TTL_S) == START
    machine.turn()
    state = store.of("acme")
    assert state.current
    assert next_at(state, NAMES, machine.clock.now(), TTL_S) == renew_at(state.current)


def test_every_verb_of_the_store_may_be_repeated(store: CertificateStore) -> None:
    machine = Machine(store)
    machine.turn()
    before = store.of("acme")
    store.switched("acme", 1, machine.clock.now() + timedelta(days=1))
    store.announce("acme", 1, "cd" * 32)
    store.retired("acme", 1)
    assert store.of("acme") == before


def test_a_key_announced_keeps_its_number_until_it_serves(store: CertificateStore) -> None:
    assert store.next_generation("acme") == 1
    store.announce("acme", 1, "ab" * 32)
    assert store.next_generation("acme") == 1
    assert store.all()["acme"].next


def test_the_first_publication_counts(store: CertificateStore) -> None:
    store.announce("acme", 1, "ab" * 32)
    store.published("acme", START)
    store.published("acme", START + timedelta(days=1))
    following = store.of("acme").next
    assert following
    assert following.published_at == START


def test_a_removed_tenant_is_forgotten(store: CertificateStore) -> None:
    Machine(store).turn()
    store.remove_all("acme")
    assert store.of("acme") == Rollover()
