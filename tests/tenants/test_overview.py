"""Tenants in short, and what is promised to them, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.ground.scope import Scope
from mailstead.tenants.changes import resized, standing
from mailstead.tenants.model import Status, Tenant
from mailstead.tenants.store import TenantStore
from tests.databases import KINDS, open_database


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TenantStore]:
    for database in open_database(request.param, tmp_path):
        made = TenantStore(database)
        for name, host in (("acme", "kvm1"), ("globex", "kvm1"), ("initech", "kvm2"), ("placeless", "")):
            made.add(Tenant.parse({"name": name, "domains": [{"name": f"{name}.example"}]}))
            if host:
                made.settle_on(name, host)
        yield made


def test_a_page_in_short_says_what_the_whole_says(store: TenantStore) -> None:
    for short, entry in zip(store.overview(), store.page(), strict=True):
        tenant = entry.tenant
        assert (short.name, short.revision, short.host, short.status) == (
            tenant.name,
            entry.revision,
            entry.host,
            tenant.status,
        )
        assert (short.domains, short.mailboxes) == ((tenant.primary_domain,), 0)
        assert (short.vcpus, short.memory_mib, short.disk_gib) == (1, 768, 4)


def test_a_page_in_short_keeps_to_scope_status_and_search(store: TenantStore) -> None:
    store.change("globex", lambda tenant: standing(tenant, Status.SUSPENDED))
    assert [one.name for one in store.within(Scope.of("acme", "globex")).overview()] == ["acme", "globex"]
    assert [one.name for one in store.overview(status=Status.SUSPENDED)] == ["globex"]
    assert [one.name for one in store.overview(after="acme", limit=1)] == ["globex"]
    assert [one.name for one in store.overview(search="e%")] == []


def test_memory_is_promised_host_by_host_and_follows_every_change(store: TenantStore) -> None:
    assert store.promised() == {"kvm1": 1536, "kvm2": 768}
    store.change("acme", lambda tenant: resized(tenant, memory_mib=2048))
    assert store.promised() == {"kvm1": 2816, "kvm2": 768}
    store.settle_on("acme", "kvm2")
    store.change("initech", lambda tenant: standing(tenant, Status.REMOVED))
    assert store.promised() == {"kvm1": 768, "kvm2": 2048}
