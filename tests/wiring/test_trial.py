"""Whoever looks around finds backups, and a mail to bring back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.items.search import Query
from mailstead.sites.model import Platform
from mailstead.wiring import Running, trial_mail
from mailstead.wiring.memory import memory_platform
from tests.lifecycle.stage import tenant

ANNA = "anna@acme.example"
PLATFORM = {
    "sites": [{"name": "home", "hosts": [{"name": "kvm1", "driver": "memory"}]}],
    "dns": {"driver": "memory"},
    "backup_target": [{"name": "shelf", "kind": "memory"}],
}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made, engine = memory_platform(tmp_path, Platform.parse(PLATFORM))
    made.world.tenants.add(tenant())
    yield made
    engine.close()


def test_a_mail_of_the_older_backup_is_gone_from_the_newer(running: Running) -> None:
    trial_mail.put_backups(running, "acme", ANNA)
    found = running.salvage.shelves.search_all("acme", ANNA, Query(), 50).hits
    assert [hit.headers.subject for hit in found if hit.gone and hit.headers] == ["Signed contract"]
    assert running.protection.known("acme")


def test_without_the_tool_that_makes_disks_there_are_none(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_mail, "PATHS", "/nowhere")
    trial_mail.put_backups(running, "acme", ANNA)
    assert running.protection.known("acme") is None
