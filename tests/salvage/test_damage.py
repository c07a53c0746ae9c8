"""A byte is flipped in each object of the store in turn: what that costs is named, and the rest is there."""

from collections import Counter
from itertools import count

import pytest

from mailstead.backup.errors import Damaged, ForeignStore
from mailstead.backup.store.backups import Backups
from mailstead.items.search import Query
from mailstead.orders.model import REPORT, Status
from mailstead.salvage.errors import NotInBackup
from mailstead.salvage.model import Choice, Report
from mailstead.security.model import Secret
from tests.lifecycle.stage import Stage

from .versions import spoilt, target_of

ANNA = "anna@acme.example"
ALL, UNTOLD = 7, -1


def _packs(stage: Stage) -> list[tuple[str, int]]:
    return [(each.name, each.size) for each in target_of(stage).list("tenants/acme/packs/")]


def test_whatever_byte_is_flipped_mails_are_there_or_named(stage: Stage) -> None:
    costs = {_cost(stage, name, size * part // 16) for name, size in _packs(stage) for part in range(1, 16)}
    assert UNTOLD not in costs
    assert costs >= {0, ALL}  # most bytes are of blocks that nobody asks for, some are of what everything hangs on


def _cost(stage: Stage, name: str, place: int) -> int:
    """Return how many mails cannot be found when a byte is flipped; that there are such must have been told."""
    with spoilt(target_of(stage), name, place):
        try:
            found = stage.running.salvage.shelves.search("acme", 1, ANNA, Query(), 50)
        except (NotInBackup, Damaged) as error:
            return ALL if "cannot be read" in str(error) else UNTOLD
    missing = ALL - sum(hit.headers is not None for hit in found.hits)
    return missing if found.damage or not missing else UNTOLD


def test_an_order_names_the_mails_that_cannot_be_read_and_gives_back_the_others(stage: Stage) -> None:
    salvage, folders = stage.running.salvage, count()
    outcomes, lost = Counter[Status](), set[str]()
    for name, size in _packs(stage):
        for part in range(1, 16):
            order = salvage.give_back("acme", Choice(1, ANNA, into=f"Restored/{next(folders)}"))
            with spoilt(target_of(stage), name, size * part // 16):
                view = stage.settle(order)
            outcomes[view.status] += 1
            if view.status is Status.DONE:
                report = Report.from_json(view.events[REPORT])
                assert report.created + report.failed == report.of
                assert report.of == ALL or report.damage
                assert all("cannot be read" in one.why for one in report.failures)
                lost |= {one.where for one in report.failures} if report.created else set()
    assert outcomes.keys() == {Status.DONE, Status.FAILED}
    assert any(path.startswith("acme.example/anna/Maildir/.Work/cur/") for path in lost)  # these, and no others


def test_another_platforms_key_opens_nothing(stage: Stage) -> None:
    with pytest.raises(ForeignStore):
        Backups(target_of(stage), Secret(b"x" * 32))
