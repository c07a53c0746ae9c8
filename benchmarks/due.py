"""What a worker's minute costs at many tenants: who is due for a backup? `python -m benchmarks.due [TENANTS]`.

Asked at noon, when nobody is due, and in a night in which hosts are busy with others; on SQLite, or on the server of
MAILSTEAD_TEST_POSTGRES. Prints a line of JSON each: seconds, questions of the database. Status 1: over BUDGET_S.
"""

import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, delete, event, insert, make_url, text

from mailstead.ground.clock import VirtualClock
from mailstead.protection.store import protection
from mailstead.protection.watch import order_due
from mailstead.sites.model import Platform
from mailstead.state.database import Database
from mailstead.wiring import Running
from mailstead.wiring.memory import Outside, memory_outside, memory_platform

from .multitude import AT_ONCE, put_multitude

BOXES, REPEATS, BUDGET_S = 20, 3, 0.5
DAY = datetime(2026, 11, 3, tzinfo=UTC)
MOMENTS = {"noon": DAY + timedelta(hours=12), "night": DAY + timedelta(hours=24)}


class StandingClock(VirtualClock):
    """A clock that shows what it is told."""

    shown = DAY

    def now(self) -> datetime:
        return self.shown


def platform() -> Platform:
    hosts = [{"name": f"kvm{number}", "driver": "memory"} for number in range(1, AT_ONCE + 1)]
    target = {"name": "near", "kind": "memory"}
    given = {"sites": [{"name": "home", "hosts": hosts}], "dns": {"driver": "memory"}, "backup_target": [target]}
    return Platform.parse(given)


def filled(database: Database, folder: Path, many: int) -> tuple[Running, StandingClock]:
    """Return the platform over so many tenants, all with a good backup of last night, and its clock."""
    database.migrate()
    put_multitude(database, many, BOXES)
    known = {"since": DAY - timedelta(days=9), "good": DAY + timedelta(minutes=30), "snapshot": 9, "failure": ""}
    rows = [
        {"tenant": f"t{number:06}", "damage": "", "tended": DAY + timedelta(hours=1), **known} for number in range(many)
    ]
    with database.transaction() as connection:
        connection.execute(delete(protection))
        connection.execute(insert(protection), rows)
    clock = StandingClock()
    outside = Outside(memory_outside(platform(), clock).hosts, clock=clock, database=database)
    return memory_platform(folder, platform(), outside)[0], clock


def measured(database: Database, folder: Path, many: int) -> bool:
    """Fill the database, and print what a round costs; say whether that is within the budget."""
    slowest = 0.0
    running, clock = filled(database, folder, many)
    asked = 0

    @event.listens_for(database.engine, "before_cursor_execute")
    def _ask(*_: object) -> None:
        nonlocal asked
        asked += 1

    for name, moment in MOMENTS.items():
        clock.shown = moment
        order_due(running.protection, running.desk)  # in the night hosts get busy with it
        asked, begun, given = 0, time.perf_counter(), 0
        for _ in range(REPEATS):
            given += len(order_due(running.protection, running.desk))
        seconds = (time.perf_counter() - begun) / REPEATS
        slowest = max(slowest, seconds)
        line = {"tenants": many, "at": name, "seconds": round(seconds, 3), "questions": asked // REPEATS}
        print(json.dumps(line | {"orders": given, "database": database.engine.dialect.name}), flush=True)
    running.engine.close()
    return slowest <= BUDGET_S


def main(words: list[str]) -> int:
    """Measure on SQLite, or on PostgreSQL if there is a server."""
    many, server = int(words[0]) if words else 10_000, os.environ.get("MAILSTEAD_TEST_POSTGRES")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="due-")))
        url = f"sqlite:///{folder}/state.sqlite"
        if server:
            name = f"mailstead_due_{uuid4().hex[:8]}"
            connection = stack.enter_context(create_engine(server, isolation_level="AUTOCOMMIT").connect())
            connection.execute(text(f'CREATE DATABASE "{name}"'))
            stack.callback(connection.execute, text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            url = make_url(server).set(database=name).render_as_string(hide_password=False)
        database = Database(url)
        stack.callback(database.close)
        return 0 if measured(database, folder, many) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
