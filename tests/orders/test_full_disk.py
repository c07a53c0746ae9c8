"""Our own disk fills up, at any point of any step: no order is lost, none acts twice, all go on when there is room."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.orders.drivers.dbos import DbosEngine
from mailstead.orders.model import DiskNearlyFull, Inputs, Limits, Reserve, Status
from mailstead.orders.port import Order
from mailstead.state.database import Database

from .dbos_state import State, sqlite_state
from .scene import finish, start, until_parked, until_waiting

pytestmark = pytest.mark.host
DISK_MIB = 40
RESERVE = Reserve(share=0.25, most_mib=10)  # orders are refused below 10 MiB, and park below 2
MIB = 2**20
STEPS = ("one", "two", "three")
POINTS = ("before the effect", "after the effect", "after the lease was asked for the last time")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    mounted = tmp_path / "disk"
    mounted.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(mounted)], check=True)
    try:
        yield mounted
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=True)


class Filler:
    """A file that takes room away."""

    def __init__(self, disk: Path) -> None:
        self._path = disk / "filler"
        self._disk = disk

    def leave(self, free_mib: int) -> None:
        """Leave so many MiB free; 0: not one byte."""
        if free_mib:
            usage = os.statvfs(self._disk)
            with self._path.open("ab") as stream:
                stream.write(bytes(usage.f_bavail * usage.f_frsize - free_mib * MIB))
            return
        for size in (MIB, 4096, 1):
            self._stuff(size)

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)

    def _stuff(self, size: int) -> None:
        try:
            with self._path.open("ab", buffering=0) as stream:
                while stream.write(bytes(size)) == size:
                    pass
        except OSError:
            pass


@contextmanager
def opened(state: State, lease_s: float = 3.0) -> Iterator[DbosEngine]:
    database = Database(state.database_url)
    engine = state.engine_on(database, limits=Limits(platform=16), lease_s=lease_s, again_s=1.0, reserve=RESERVE)
    try:
        yield engine
    finally:
        engine.close()
        database.close()


def test_new_orders_are_refused_before_the_disk_is_full_and_running_ones_park(disk: Path) -> None:
    filler = Filler(disk)

    def build(order: Order, _: Inputs) -> None:
        order.step("one", list)
        order.wait_for("go", 600)
        order.step("two", list)

    with opened(sqlite_state(disk)) as engine:
        engine.register("build", build)
        engine.register("purge", lambda order, _: order.step("purge", list), gives_room=True)
        engine.launch()
        order = start(engine, "build")
        until_waiting(engine, order)
        filler.leave(6)
        with pytest.raises(DiskNearlyFull) as refused:
            start(engine, "build", key="another", tenant="globex")
        assert refused.value.remedy
        assert [view.id for view in engine.list()] == [order]
        filler.leave(1)
        engine.send(order, "go")
        view = until_parked(engine, order)
        assert view.waits_for.startswith("room on our own disk: the disk of")
        assert finish(engine, start(engine, "purge", key="purge", tenant="initech")).status is Status.DONE
        assert engine.show(order).is_parked
        filler.clear()
        assert finish(engine, order).status is Status.DONE


@pytest.mark.parametrize("files", [("state", "engine"), ("state",), ("engine",)], ids="+".join)
def test_a_disk_that_fills_at_any_point_of_any_step_loses_and_doubles_nothing(
    disk: Path, tmp_path: Path, files: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    filler, clock = Filler(disk), SystemClock()
    done: list[tuple[str, str, int]] = []
    filled: list[str] = []

    def fill_once(order: Order, step: str, point: str) -> None:
        if order.tenant == tenant_of(step, point) and order.tenant not in filled:
            filled.append(order.tenant)
            filler.leave(0)

    def act(order: Order, step: str) -> None:
        fill_once(order, step, POINTS[0])
        order.still_mine()
        fill_once(order, step, POINTS[2])
        done.append((order.tenant, step, order.token))
        fill_once(order, step, POINTS[1])

    def build(order: Order, _: Inputs) -> None:
        for step in STEPS:
            order.step(step, act, order, step)

    waits_s = []
    folders = {name: disk if name in files else tmp_path for name in ("state", "engine")}
    urls = [f"sqlite:///{folder}/{name}.db" for name, folder in folders.items()]
    with opened(State(urls[0], urls[1], tmp_path).prepare()) as engine:
        engine.register("build", build)
        engine.launch()
        for step, point in product(STEPS, POINTS):
            order = start(engine, "build", key=f"{step} {point}", tenant=tenant_of(step, point))
            while tenant_of(step, point) not in filled:
                clock.sleep(0.05)
            clock.sleep(2.0)
            was_open = engine.show(order).status.is_open
            filler.clear()
            cleared_s = clock.monotonic()
            view = engine.wait(order, 60)
            assert view.status is Status.DONE, (step, point, view)
            waits_s.append(clock.monotonic() - cleared_s if was_open else 0.0)
    with capsys.disabled():
        held = [wait_s for wait_s in waits_s if wait_s]
        print(
            f"\ndisk of {'+'.join(files)} full at {len(waits_s)} points: {len(held)} orders were held up, all done; "
            f"at most {max(held):.1f} s after there was room; {len(done)} effects"
        )
    assert held
    assert [times for times in Counter(done).values() if times > 1] == [], "no effect twice under one token"
    assert {(tenant, step) for tenant, step, _ in done} == {
        (tenant_of(*at), step) for at in product(STEPS, POINTS) for step in STEPS
    }


def tenant_of(step: str, point: str) -> str:
    return f"{step}-{POINTS.index(point)}"
