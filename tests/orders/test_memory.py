"""The deterministic engine keeps the contract, and survives a crash at every point."""

from collections.abc import Iterator

import pytest

from mailstead.ground.clock import VirtualClock
from mailstead.orders.drivers.memory import Crashed, Journal, MemoryEngine, Moment
from mailstead.orders.model import Inputs, Limits, Status
from mailstead.orders.port import Order, Workflow

from .contract import EngineContract
from .scene import Opener, finish, start

LIMITS = Limits(hosts={"h1": 2, "h2": 3})


class TestMemoryEngine(EngineContract):
    @pytest.fixture
    def open_engine(self) -> Iterator[Opener]:
        journal, clock = Journal(), VirtualClock()
        opened: list[MemoryEngine] = []

        def open_one(**workflows: Workflow) -> MemoryEngine:
            engine = MemoryEngine(clock, journal=journal, limits=LIMITS, again_s=1.0)
            for kind, workflow in workflows.items():
                engine.register(kind, workflow)
            engine.launch()
            opened.append(engine)
            return engine

        yield open_one
        for engine in opened:
            engine.close()


@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize("step", ["one", "two", "three"])
def test_an_order_survives_a_crash_at_any_point(step: str, moment: Moment) -> None:
    journal = Journal()
    done: list[str] = []

    def build(order: Order, _: Inputs) -> None:
        for name in ("one", "two", "three"):
            order.step(name, done.append, name)

    engine = MemoryEngine(journal=journal)
    engine.register("build", build)
    engine.launch()
    order = start(engine, "build")
    engine.crash_at(step, moment)
    with pytest.raises(Crashed):
        engine.settle()
    again = MemoryEngine(journal=journal)
    again.register("build", build)
    again.launch()
    assert finish(again, order).status is Status.DONE
    repeated = [step] if moment is Moment.AFTER else []
    assert sorted(done) == sorted(["one", "two", "three", *repeated])
    again.close()


def test_one_seed_gives_one_history() -> None:
    assert history(7) == history(7)
    assert len({tuple(history(seed)) for seed in range(5)}) > 1


def history(seed: int) -> list[str]:
    done: list[str] = []

    def build(order: Order, inputs: Inputs) -> None:
        for n in range(3):
            order.step(f"step {n}", done.append, f"{inputs['tenant']} {n}")

    engine = MemoryEngine(seed=seed)
    engine.register("build", build)
    engine.launch()
    for tenant in ("acme", "globex", "initech"):
        engine.start("build", key=tenant, tenant=tenant, host=None, inputs={"tenant": tenant})
    engine.settle()
    engine.close()
    return done


def test_hours_cost_nothing() -> None:
    clock = VirtualClock()
    engine = MemoryEngine(clock)
    engine.register("doze", lambda order, _: order.sleep(36_000))
    engine.launch()
    order = start(engine, "doze")
    assert engine.wait(order, 40_000).status is Status.DONE
    assert clock.monotonic() >= 36_000
    engine.close()
