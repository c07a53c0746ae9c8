"""A selection of orders, the same from every ledger."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.orders.drivers.memory.journal import MemoryLedger
from mailstead.orders.model import OrderView, Selection, Status
from mailstead.orders.port import Ledger
from mailstead.orders.store import OrderLedger
from tests.databases import KINDS, open_database

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["memory", *KINDS])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "memory":
        yield _filled(MemoryLedger())
        return
    for database in open_database(request.param, tmp_path):
        yield _filled(OrderLedger(database))


def _filled(ledger: Ledger) -> Ledger:
    for number, tenant in enumerate(("acme", "globex", "acme", "initech"), start=1):
        ledger.add(OrderView(f"o{number}", f"k{number}", "settle", tenant, None, {}, 0, AT))
    ledger.change("o3", lambda order: replace(order, status=Status.FAILED))
    return ledger


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), ["o4", "o3", "o2", "o1"]),
        (Selection(limit=2), ["o4", "o3"]),
        (Selection(before=3), ["o2", "o1"]),
        (Selection(Scope.of("acme", "globex")), ["o3", "o2", "o1"]),
        (Selection(Scope.of()), []),
        (Selection(Scope.of("globex"), "acme"), []),
        (Selection(EVERYTHING, "acme", Status.FAILED), ["o3"]),
    ],
    ids=lambda value: "" if isinstance(value, Selection) else "-".join(value) or "nothing",
)
def test_the_newest_come_first_and_none_that_is_not_wanted(
    ledger: Ledger, selection: Selection, found: list[str]
) -> None:
    assert [order.id for order in ledger.select(selection)] == found
