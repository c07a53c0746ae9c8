"""A worker that is told to end lets go of what it holds."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from mailstead.ground.clock import Deadline, SystemClock
from mailstead.orders.store import HeartbeatStore, LeaseStore
from mailstead.state.database import Database

PROGRAM = Path(sys.executable).parent / "mailstead"


def test_ended_by_sigterm_it_leaves_no_lease_and_no_heartbeat(home: Path) -> None:
    clock = SystemClock()
    with closing(Database(f"sqlite:///{home}/state.sqlite")) as database:
        leases, beats = LeaseStore(database, clock), HeartbeatStore(database, clock)
        worker = subprocess.Popen([PROGRAM, "--home", home, "work"], stdin=subprocess.DEVNULL)
        try:
            deadline = Deadline(clock, 60, interval_s=0.1)
            while not any(lease.holder for lease in leases.all()):
                assert deadline.wait(), "the worker did not begin"
                assert worker.poll() is None
            worker.terminate()
            assert worker.wait(60) == 128 + 15
        finally:
            worker.kill()
        assert [lease.resource for lease in leases.all() if lease.holder] == []
        assert beats.all() == {}
