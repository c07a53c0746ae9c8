"""What waits for what may come by itself: room on a disk, a release that knows the order."""

from mailstead.ground.errors import NoRoom, Unreachable
from mailstead.orders.model import Inputs, Outcome, Retries, Status
from mailstead.orders.port import Order, Workflow

from .scene import Effects, LeasedEngine, Opener, Scene, fail, finish, start, until_parked, until_waiting

FULL = NoRoom("the disk has 3 MiB left", remedy="free room")


class Disk:
    """A far side that has no room until a test says so."""

    def __init__(self) -> None:
        self.is_full = True
        self.asked = 0

    def fill(self) -> None:
        self.asked += 1
        if self.is_full:
            raise FULL


class ParkingContract(Scene):
    """Orders that park and go on."""

    def test_an_order_without_room_parks_and_says_what_it_waits_for(self, open_engine: Opener) -> None:
        engine = open_engine(build=filling(Disk()))
        view = until_parked(engine, start(engine, "build"))
        assert view.status is Status.WAITING
        assert view.waits_for == "room: the disk has 3 MiB left"
        assert view.error is None
        assert (view.steps[0].outcome, view.steps[0].attempts) == (Outcome.RUNNING, 1)

    def test_a_parked_order_goes_on_by_itself_and_counts_no_attempts(
        self, open_engine: Opener, effects: Effects
    ) -> None:
        disk = Disk()

        def build(order: Order, _: Inputs) -> None:
            order.step("before", effects.act, "before")
            order.step("fill", disk.fill)
            order.step("after", effects.act, "after")

        engine = open_engine(build=build)
        order = start(engine, "build")
        for times in (1, 2, 3):
            until_parked(engine, order)
            pass_time(engine, disk, times)
        disk.is_full = False
        engine.clock.sleep(1.5)
        view = finish(engine, order)
        assert view.status is Status.DONE
        assert [step.attempts for step in view.steps] == [1, 1, 1]
        assert disk.asked >= 4
        assert effects.done == ["before", "after"]

    def test_a_retry_lets_a_parked_order_try_at_once(self, open_engine: Opener) -> None:
        disk = Disk()
        engine = open_engine(build=filling(disk))
        order = start(engine, "build")
        until_parked(engine, order)
        disk.is_full = False
        engine.retry(order)
        assert finish(engine, order).status is Status.DONE

    def test_parked_orders_hold_neither_place_nor_lease(self, open_engine: Opener, effects: Effects) -> None:
        engine = open_engine(
            build=filling(Disk()), free=lambda order, _: order.step("free", effects.act, "freed")
        )  # limits of the fixture: h1 takes 2
        parked = [start(engine, "build", key=f"{n}", tenant=f"t{n}", host="h1") for n in range(3)]
        for order in parked:
            until_parked(engine, order)
        assert finish(engine, start(engine, "free", key="free", tenant="globex", host="h1")).status is Status.DONE
        until_parked(engine, parked[0])
        assert not engine.leases.holder("tenant:t0")

    def test_a_parked_order_can_be_cancelled_and_makes_room_in_the_line(
        self, open_engine: Opener, effects: Effects
    ) -> None:
        disk = Disk()
        engine = open_engine(build=filling(disk), act=lambda order, _: order.step("act", effects.act, "x"))
        first, second = start(engine, "build", key="1"), start(engine, "act", key="2")
        until_parked(engine, first)
        assert effects.done == []
        assert engine.cancel(first).status is Status.CANCELLED
        assert finish(engine, second).status is Status.DONE
        disk.is_full = False
        engine.retry(first)
        assert finish(engine, first).status is Status.DONE

    def test_an_unknown_step_parks_until_a_release_that_knows_it_is_back(
        self, open_engine: Opener, effects: Effects
    ) -> None:
        engine = open_engine(build=lambda order, _: asking(order, effects, "one"))
        order = start(engine, "build")
        until_waiting(engine, order)
        engine.close()
        engine = open_engine(build=lambda order, _: asking(order, effects, "another"))
        view = until_parked(engine, order)
        assert view.waits_for.startswith("a release of mailstead that knows its steps: step 1 was 'one'")
        engine.close()
        engine = open_engine(build=lambda order, _: asking(order, effects, "one"))
        engine.send(order, "go")
        engine.retry(order)
        assert finish(engine, order).status is Status.DONE
        assert effects.done == ["one"]

    def test_a_cancel_is_heard_between_two_attempts(self, open_engine: Opener, effects: Effects) -> None:
        slow = Retries(first_s=3600.0, most_s=3600.0, deadline_s=36_000.0)

        def ask(order: Order, _: Inputs) -> None:
            order.step("ask", lambda: fail(DEAF), retries=slow)

        engine = open_engine(ask=ask, act=lambda order, _: order.step("act", effects.act, "x"))
        first, second = start(engine, "ask", key="1"), start(engine, "act", key="2")
        while not any(step.error for step in engine.show(first).steps):
            engine.wait(first, 0.05)
        engine.cancel(first)
        before = engine.clock.monotonic()
        assert finish(engine, second).status is Status.DONE
        assert engine.clock.monotonic() - before < 60


DEAF = Unreachable("no answer")


def filling(disk: Disk) -> Workflow:
    return lambda order, _: order.step("fill", disk.fill)


def asking(order: Order, effects: Effects, step: str) -> None:
    order.step(step, effects.act, step)
    order.wait_for("go", 10**6)


def pass_time(engine: LeasedEngine, disk: Disk, asked: int) -> None:
    """Let so much time go by that the disk is asked more often than *asked* times."""
    while disk.asked <= asked:
        engine.clock.sleep(0.3)
        engine.wait(engine.list()[0].id, 0.05)
