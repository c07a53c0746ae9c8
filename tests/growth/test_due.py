"""Ten times the tenants, and a worker's minute asks no more of the database: who is due for a backup."""

from datetime import timedelta
from pathlib import Path

from benchmarks.due import DAY, MOMENTS, filled

from mailstead.protection.watch import order_due
from mailstead.state.database import Database

from .counting import Counted, counting

FEW, MANY = 100, 1000


def round_of(folder: Path, many: int, at: str) -> tuple[Counted, int]:
    """Return what the second look at a moment asks, and how many orders the first one gave."""
    folder.mkdir()
    database = Database(f"sqlite:///{folder}/state.sqlite")
    running, clock = filled(database, folder, many)
    clock.shown = MOMENTS[at]
    given = len(order_due(running.protection, running.desk))
    with counting(database) as counted:
        assert order_due(running.protection, running.desk) == []
    running.engine.close()
    database.close()
    return counted, given


def test_by_day_nobody_is_read_who_is_not_due(tmp_path: Path) -> None:
    (few, none), (many, neither) = (round_of(tmp_path / str(size), size, "noon") for size in (FEW, MANY))
    assert none == neither == 0
    assert few.questions == many.questions <= 2
    assert few.letters == many.letters < 100


def test_by_night_busy_hosts_are_asked_for_nobody_more(tmp_path: Path) -> None:
    (few, some), (many, same) = (round_of(tmp_path / str(size), size, "night") for size in (FEW, MANY))
    assert some == same == 4  # one a host
    assert few.questions == many.questions <= 3
    assert many.letters < few.letters + 100


def test_who_is_overdue_is_found_by_day(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/state.sqlite")
    running, clock = filled(database, tmp_path, FEW)
    clock.shown = MOMENTS["noon"]
    running.protection.ground.book.good("t000042", DAY - timedelta(days=2), 9)
    (order,) = order_due(running.protection, running.desk)
    assert running.desk.show(order).tenant == "t000042"
    running.engine.close()
    database.close()
