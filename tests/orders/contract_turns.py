"""Whose turn it is: one tenant in turn, many side by side, cancels, leases."""

import time

from mailstead.ground.errors import LostLease, MailsteadError
from mailstead.orders.model import (
    Inputs,
    Status,
)
from mailstead.orders.port import Order

from .scene import Effects, Opener, Scene, finish, is_busy, start, until_waiting, worker_of


class TurnsContract(Scene):
    """Orders that meet each other."""

    def test_orders_of_one_tenant_run_one_after_another_as_they_came(
        self, open_engine: Opener, effects: Effects
    ) -> None:
        def twice(order: Order, inputs: Inputs) -> None:
            order.step("first", effects.act, f"{inputs['n']}a", "acme")
            order.step("second", effects.act, f"{inputs['n']}b", "acme")

        engine = open_engine(twice=twice)
        hosts = ("h1", "h2", None)
        ids = [start(engine, "twice", key=str(n), host=hosts[n % 3], n=n) for n in range(6)]
        for order in ids:
            assert finish(engine, order).status is Status.DONE
        assert effects.done == [f"{n}{part}" for n in range(6) for part in "ab"]
        assert effects.most["acme"] == 1

    def test_tenants_run_side_by_side_up_to_the_limit_of_a_host(self, open_engine: Opener, effects: Effects) -> None:
        most: dict[str, int] = {}

        def look(host: str) -> None:
            busy = [order for order in engine.list() if order.host == host and is_busy(order)]
            most[host] = max(most.get(host, 0), len(busy))

        def visit(order: Order, inputs: Inputs) -> None:
            for turn in range(3):
                order.step(f"turn {turn}", lambda: effects.act("x", meanwhile=lambda: look(inputs["host"])))

        engine = open_engine(visit=visit)  # limits of the fixture: h1 takes 2, h2 takes 3
        ids = [
            start(engine, "visit", key=f"{host}-{n}", tenant=f"{host}-t{n}", host=host)
            for n in range(5)
            for host in ("h1", "h2")
        ]
        for order in ids:
            finish(engine, order)
        assert [engine.show(order).status for order in ids] == [Status.DONE] * 10
        assert most == {"h1": 2, "h2": 3}

    def test_an_order_cancelled_in_the_line_never_runs(self, open_engine: Opener, effects: Effects) -> None:
        def hold(order: Order, _: Inputs) -> None:
            order.wait_for("go", 60)

        engine = open_engine(hold=hold, act=lambda order, _: order.step("act", effects.act, "x"))
        first, second = start(engine, "hold", key="1"), start(engine, "act", key="2")
        assert until_waiting(engine, first).waits_for == "go"
        assert engine.cancel(second).status is Status.CANCELLED
        engine.send(first, "go")
        assert finish(engine, first).status is Status.DONE
        engine.wait(second, 0.3)
        assert effects.done == []
        engine.retry(second)
        assert finish(engine, second).status is Status.DONE

    def test_a_cancelled_order_stops_and_can_be_retried(self, open_engine: Opener, effects: Effects) -> None:
        def build(order: Order, _: Inputs) -> None:
            order.step("one", effects.act, "one")
            order.wait_for("go", 60)
            order.step("two", effects.act, "two")

        engine = open_engine(build=build)
        order = start(engine, "build")
        until_waiting(engine, order)
        assert engine.cancel(order).status is Status.CANCELLED
        view = finish(engine, order)
        assert view.error
        assert view.error["code"] == "cancelled"
        engine.send(order, "go")
        engine.retry(order)
        assert finish(engine, order).status is Status.DONE
        assert effects.done == ["one", "two"]

    def test_cancel_and_retry_during_a_step_never_act_twice_at_once(
        self, open_engine: Opener, effects: Effects
    ) -> None:
        """The race of DBOS: its cancel does not stop a running step, and its resume starts a second one."""
        meddled: list[str] = []

        def meddle(order: str) -> None:
            if not meddled:
                meddled.append(order)
                engine.cancel(order)
                time.sleep(self.dwell_s * 4)
                engine.retry(order)
                meddled.append(order)
                time.sleep(self.dwell_s * 12)

        def build(order: Order, _: Inputs) -> None:
            order.step("one", lambda: effects.act("one", "acme", meanwhile=lambda: meddle(order.id)))
            order.step("two", effects.act, "two", "acme")

        engine = open_engine(build=build)
        order = start(engine, "build")
        while len(meddled) < 2:
            engine.wait(order, 0.1)
        assert finish(engine, order).status is Status.DONE
        assert effects.most["acme"] == 1
        assert effects.done == ["one", "one", "two"]

    def test_the_next_order_waits_for_a_cancelled_ones_last_step(self, open_engine: Opener, effects: Effects) -> None:
        def cancel(order: str) -> None:
            engine.cancel(order)
            time.sleep(self.dwell_s * 12)

        def first(order: Order, _: Inputs) -> None:
            order.step("long", lambda: effects.act("1", "acme", meanwhile=lambda: cancel(order.id)))
            order.step("never", effects.act, "never", "acme")

        engine = open_engine(first=first, second=lambda order, _: order.step("act", effects.act, "2", "acme"))
        one, two = start(engine, "first", key="1"), start(engine, "second", key="2")
        assert finish(engine, two).status is Status.DONE
        assert engine.show(one).status is Status.CANCELLED
        assert effects.done == ["1", "2"]
        assert effects.most["acme"] == 1

    def test_a_step_that_lost_its_lease_is_not_done(self, open_engine: Opener, effects: Effects) -> None:
        seen: list[MailsteadError] = []

        def rob(order: Order) -> None:
            if seen:
                return
            lease = engine.leases.take("tenant:acme", "spy", "spy")
            assert lease is None
            engine.leases.release_all(worker_of(engine))
            stolen = engine.leases.take("tenant:acme", "thief/1", "thief")
            assert stolen
            assert stolen.token > order.token
            try:
                order.still_mine()
            except LostLease as error:
                seen.append(error)
            engine.leases.release(stolen)

        def build(order: Order, _: Inputs) -> None:
            order.step("one", effects.act, "one")
            order.step("two", lambda: rob(order))
            order.step("three", effects.act, "three")

        engine = open_engine(build=build)
        order = start(engine, "build")
        view = finish(engine, order)
        assert view.status is Status.FAILED
        assert view.error
        assert view.error["code"] == "lost-lease"
        assert effects.done == ["one"]
        assert len(seen) == 1
        engine.retry(order)
        assert finish(engine, order).status is Status.DONE
        assert effects.done == ["one", "three"]
