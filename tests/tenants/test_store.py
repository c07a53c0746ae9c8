"""Tenants as remembered, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailstead.ground.errors import Conflict, MailsteadError, NotFound
from mailstead.tenants.model import DomainTaken, Tenant
from mailstead.tenants.store import TenantStore
from tests.databases import KINDS, open_database


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TenantStore]:
    for database in open_database(request.param, tmp_path):
        yield TenantStore(database)


def tenant(name: str = "acme", *domains: str) -> Tenant:
    return Tenant.parse({"name": name, "domains": [{"name": d} for d in domains or (f"{name}.example",)]})


def test_what_was_added_is_found_again(store: TenantStore) -> None:
    entry = store.add(tenant())
    assert store.get("acme") == entry
    assert (entry.tenant, entry.revision, entry.host) == (tenant(), 1, None)


def test_a_name_is_given_once(store: TenantStore) -> None:
    store.add(tenant())
    with pytest.raises(Conflict):
        store.add(tenant("acme", "other.example"))


def test_a_domain_of_another_tenant_is_refused_and_nothing_is_half_made(store: TenantStore) -> None:
    store.add(tenant())
    with pytest.raises(DomainTaken) as refusal:
        store.add(tenant("globex", "globex.example", "acme.example"))
    assert "acme.example" in refusal.value.message
    assert list(store.all()) == ["acme"]
    assert store.owner_of("globex.example") is None


def test_a_change_raises_the_revision_and_no_change_does_not(store: TenantStore) -> None:
    store.add(tenant())
    wanted = tenant("acme", "acme.example", "acme.test")
    assert store.change("acme", lambda _: wanted).revision == 2
    assert store.change("acme", lambda _: wanted).revision == 2
    assert store.owner_of("acme.test") == "acme"


def test_a_domain_given_up_is_free_again(store: TenantStore) -> None:
    store.add(tenant("acme", "acme.example", "acme.test"))
    store.change("acme", lambda _: tenant())
    assert store.add(tenant("globex", "acme.test")).tenant.name == "globex"


def test_twenty_at_once_on_one_domain_make_one_owner(store: TenantStore) -> None:
    def add(number: int) -> bool:
        try:
            store.add(tenant(f"tenant-{number}", "prize.example"))
        except MailsteadError:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        won = sum(pool.map(add, range(20)))
    assert (won, len(store.all())) == (1, 1)


def test_place_and_removal_are_remembered(store: TenantStore) -> None:
    store.add(tenant())
    assert store.place("acme", lambda _: "kvm1") == "kvm1"
    assert store.place("acme", lambda _: "kvm2") == "kvm1"
    store.mark_removed("acme", datetime(2026, 1, 2, tzinfo=UTC))
    entry = store.get("acme")
    assert entry.host == "kvm1"
    assert entry.removed_at is not None


def test_forgetting_twice_is_no_error(store: TenantStore) -> None:
    store.add(tenant())
    store.forget("acme")
    store.forget("acme")
    with pytest.raises(NotFound, match="acme"):
        store.get("acme")
