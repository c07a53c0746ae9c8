"""A platform founded, opened, and opened again: with the real engine, on hosts in memory."""

from pathlib import Path

import pytest

from mailstead.ground.errors import MailsteadError
from mailstead.orders.model import Status
from mailstead.tenants.model import Tenant
from mailstead.wiring import found_platform, open_platform
from tests.cli.conftest import PLATFORM
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself

ACME = Tenant.parse({"name": "acme", "domains": [{"name": "acme.example"}]})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found_platform(tmp_path / "home", PLATFORM)
    return tmp_path / "home"


def test_founding_tells_what_it_made_and_keeps_what_is_there(tmp_path: Path) -> None:
    made = found_platform(tmp_path / "new", PLATFORM)
    assert {path.name for path in made} == {"new", "tenants", "mailstead.toml", "mailstead.key"}
    assert found_platform(tmp_path / "new", "something else") == []
    assert (tmp_path / "new" / "mailstead.key").stat().st_mode & 0o077 == 0


def test_only_one_process_works_and_all_can_order(home: Path) -> None:
    with open_platform(home, worker=True) as first, open_platform(home, worker=True) as second:
        assert (first.works, second.works) == (True, False)
        with pytest.raises(MailsteadError) as refusal:
            second.demand_worker()
        assert refusal.value.code == "state-in-use"
        assert second.desk.list() == []


def test_what_was_ordered_without_a_worker_is_carried_out_by_the_next(home: Path, tmp_path: Path) -> None:
    with open_platform(home) as running:
        running.world.tenants.add(ACME)
        running.world.numbers.allocate("acme")
        order = running.lifecycle.remove("acme")
        assert running.desk.show(order).status is Status.QUEUED
    with open_platform(home, worker=True) as running:
        assert running.desk.wait(order, 30.0).status is Status.DONE


def test_the_authority_and_the_keys_stay_the_same(home: Path) -> None:
    with open_platform(home) as running:
        first = running.authority_pem()
    with open_platform(home) as running:
        assert running.authority_pem() == first
