"""Numbers are given once, also when many ask at the same time."""

import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from mailstead.networks.model import VlansExhausted
from mailstead.networks.store import NumberStore, network_numbers
from mailstead.sites.model import Network
from mailstead.state.database import Database

TENANTS = [f"tenant-{index}" for index in range(20)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state.db"
        return
    server = os.environ.get("MAILSTEAD_TEST_POSTGRES", "")
    if not server:
        pytest.skip("MAILSTEAD_TEST_POSTGRES names no PostgreSQL database")
    # A database of our own: the one that the URL names may be somebody's.
    name = f"mailstead_test_networks_{uuid.uuid4().hex[:8]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name}"))
    engine.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    with database.transaction() as connection:
        network_numbers.create(connection)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> NumberStore:
    return NumberStore(database, Network())


def test_asking_twice_gives_the_same_numbers(store: NumberStore) -> None:
    assert store.allocate("acme") == store.allocate("acme") == store.of("acme")


def test_a_tenant_without_numbers_has_none(store: NumberStore) -> None:
    assert store.of("acme") is None
    assert store.all() == {}


def test_released_numbers_are_free_for_the_next(store: NumberStore) -> None:
    numbers = store.allocate("acme")
    store.release("acme")
    store.release("acme")
    assert store.of("acme") is None
    assert store.allocate("globex") == numbers


def test_twenty_at_once_share_nothing(database: Database) -> None:
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda name: NumberStore(database, Network()).allocate(name), TENANTS))
    given = NumberStore(database, Network()).all()
    assert sorted(given) == sorted(TENANTS)
    for field in ("vlan", "ipv4", "ipv6", "public_ipv4", "public_ipv6"):
        assert len({getattr(numbers, field) for numbers in given.values()}) == 20


def test_the_same_tenant_asked_for_twenty_times_at_once_gets_one_set(database: Database) -> None:
    with ThreadPoolExecutor(20) as pool:
        given = set(pool.map(lambda _: NumberStore(database, Network()).allocate("acme"), range(20)))
    assert len(given) == 1


def test_an_exhausted_pool_changes_nothing(database: Database) -> None:
    store = NumberStore(database, Network(vlan_first=100, vlan_last=100))
    store.allocate("acme")
    with pytest.raises(VlansExhausted):
        store.allocate("globex")
    assert list(store.all()) == ["acme"]
