"""What the tests of all engines share: a world to act upon, and ways to wait."""

import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Protocol

import pytest

from mailstead.ground.clock import Clock
from mailstead.orders.model import (
    Inputs,
    OrderView,
    Retries,
    Status,
)
from mailstead.orders.port import Desk, Engine, Leases, Order

QUICK = Retries(first_s=0.01)
WAIT_S = 20.0


class LeasedEngine(Engine, Protocol):
    """An engine whose leases a test can reach for."""

    @property
    def leases(self) -> Leases: ...

    @property
    def clock(self) -> Clock: ...


Opener = Callable[..., LeasedEngine]


class Effects:
    """The world that steps act upon: what was done to whom, and how many were at it at once."""

    def __init__(self, dwell_s: float) -> None:
        self.done: list[str] = []
        self.most: dict[str, int] = {}
        self._now: dict[str, int] = {}
        self.dwell_s = dwell_s

    def act(self, what: str, *groups: str, meanwhile: Callable[[], object] = lambda: None) -> str:
        for group in groups:
            self._now[group] = self._now.get(group, 0) + 1
            self.most[group] = max(self.most.get(group, 0), self._now[group])
        meanwhile()
        time.sleep(self.dwell_s)
        self.done.append(what)
        for group in groups:
            self._now[group] -= 1
        return what


class Scene:
    """`open_engine(kind=workflow, …)` registers, launches and returns an engine on one lasting state."""

    dwell_s: ClassVar[float] = 0.0  # how long an effect takes, so that overlaps would show

    @pytest.fixture
    def open_engine(self) -> Opener:
        raise NotImplementedError

    @pytest.fixture
    def effects(self) -> Effects:
        return Effects(self.dwell_s)


def start(
    engine: Desk,
    kind: str,
    *,
    key: str = "key",
    tenant: str = "acme",
    host: str | None = "h1",
    **inputs: Any,
) -> str:
    return engine.start(kind, key=key, tenant=tenant, host=host, inputs={**inputs, "host": host})


def finish(engine: Engine, order: str) -> OrderView:
    view = engine.wait(order, WAIT_S)
    assert not view.status.is_open, view
    return view


def until_waiting(engine: Engine, order: str) -> OrderView:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        view = engine.wait(order, 0.05)
        if view.status is Status.WAITING and view.steps:
            return view
    raise AssertionError(engine.show(order))


def until_parked(engine: Engine, order: str) -> OrderView:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        view = engine.wait(order, 0.05)
        if view.is_parked:
            return view
    raise AssertionError(engine.show(order))


def dedupe(views: list[OrderView]) -> Iterator[OrderView]:
    last = None
    for view in views:
        if view.status is not last:
            yield view
        last = view.status


def is_busy(order: OrderView) -> bool:
    return order.status in {Status.RUNNING, Status.WAITING}


def worker_of(engine: Any) -> str:
    return getattr(engine, "worker", "memory")


def fail(error: Exception) -> None:
    raise error


def nothing(_order: Order, _inputs: Inputs) -> None:
    """A workflow without steps."""
