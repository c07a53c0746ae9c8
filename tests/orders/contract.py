"""What every engine does, told as behaviours. Subclasses give `open_engine`."""

from typing import Any

import pytest

from mailstead.ground.errors import NotFound
from mailstead.orders.model import (
    Inputs,
    KeyReused,
    Outcome,
    Status,
)
from mailstead.orders.port import Order

from .contract_failures import FailuresContract
from .contract_parking import ParkingContract
from .contract_turns import TurnsContract
from .scene import Effects, Opener, dedupe, finish, nothing, start, until_waiting


class EngineContract(TurnsContract, FailuresContract, ParkingContract):
    """The whole contract: what stands here, whose turn it is, and what becomes of failures and of orders that wait."""

    def test_an_order_runs_its_steps_in_turn_and_is_done(self, open_engine: Opener, effects: Effects) -> None:
        def build(order: Order, inputs: Inputs) -> None:
            order.total_steps = 2
            assert order.step("make disk", effects.act, inputs["disk"]) == "d1"
            order.step("make machine", effects.act, "m1")

        engine = open_engine(build=build)
        view = finish(engine, start(engine, "build", disk="d1"))
        assert view.status is Status.DONE
        assert effects.done == ["d1", "m1"]
        assert [(step.name, step.outcome, step.attempts) for step in view.steps] == [
            ("make disk", Outcome.DONE, 1),
            ("make machine", Outcome.DONE, 1),
        ]
        assert (view.steps_done, view.total_steps) == (2, 2)
        assert view.started
        assert view.ended

    def test_the_same_key_is_the_same_order(self, open_engine: Opener, effects: Effects) -> None:
        engine = open_engine(act=lambda order, _: order.step("act", effects.act, "once"))
        first = start(engine, "act", key="k")
        finish(engine, first)
        assert start(engine, "act", key="k") == first
        finish(engine, first)
        assert effects.done == ["once"]

    def test_a_key_is_not_lent_to_another_order(self, open_engine: Opener) -> None:
        engine = open_engine(act=nothing, other=nothing)
        start(engine, "act", key="k")
        with pytest.raises(KeyReused):
            start(engine, "other", key="k")
        with pytest.raises(KeyReused):
            start(engine, "act", key="k", tenant="globex")

    def test_an_event_wakes_the_order_and_gives_its_value(self, open_engine: Opener) -> None:
        got: list[Any] = []
        engine = open_engine(ask=lambda order, _: got.append(order.wait_for("answer", 60)))
        order = start(engine, "ask")
        view = until_waiting(engine, order)
        assert view.waits_for == "answer"
        assert view.steps[0].waits_for == "answer"
        engine.send(order, "answer", {"yes": [1, 2]})
        assert finish(engine, order).status is Status.DONE
        assert got == [{"yes": [1, 2]}]

    def test_an_event_may_come_before_it_is_awaited(self, open_engine: Opener) -> None:
        engine = open_engine(ask=lambda order, _: order.wait_for("answer", 60))
        order = start(engine, "ask")
        engine.send(order, "answer")
        assert finish(engine, order).status is Status.DONE

    def test_sleep_waits(self, open_engine: Opener) -> None:
        times = []

        def doze(order: Order, _: Inputs) -> None:
            times.append(order.now())
            order.sleep(0.3)
            times.append(order.now())

        engine = open_engine(doze=doze)
        assert finish(engine, start(engine, "doze")).status is Status.DONE
        assert (times[1] - times[0]).total_seconds() >= 0.3

    def test_orders_are_listed_newest_first_by_tenant_and_status(self, open_engine: Opener) -> None:
        engine = open_engine(act=nothing)
        a, b = start(engine, "act", key="a"), start(engine, "act", key="b", tenant="globex")
        for order in (a, b):
            finish(engine, order)
        assert [view.id for view in engine.list()] == [b, a]
        assert [view.id for view in engine.list(tenant="acme")] == [a]
        assert [view.id for view in engine.list(status=Status.DONE, limit=1)] == [b]
        assert engine.list(status=Status.FAILED) == []

    def test_watching_ends_with_the_order(self, open_engine: Opener, effects: Effects) -> None:
        engine = open_engine(act=lambda order, _: order.step("act", effects.act, "x"))
        views = list(engine.watch(start(engine, "act")))
        assert views[-1].status is Status.DONE
        assert len({view.status for view in views}) == len([view.status for view in dedupe(views)])

    def test_an_unknown_order_is_not_found(self, open_engine: Opener) -> None:
        engine = open_engine()
        for verb in (engine.show, engine.cancel, engine.retry):
            with pytest.raises(NotFound):
                verb("o123")

    def test_closing_twice_is_no_error(self, open_engine: Opener) -> None:
        engine = open_engine()
        engine.close()
        engine.close()
