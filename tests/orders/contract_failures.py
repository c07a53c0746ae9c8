"""What fails, and how it goes on."""

import pytest

from mailstead.ground.errors import MailsteadError, Rejected, Unreachable
from mailstead.orders.model import (
    EventTimeout,
    Inputs,
    NotJson,
    NotRetryable,
    Outcome,
    Status,
)
from mailstead.orders.port import Order

from .scene import QUICK, Effects, Opener, Scene, fail, finish, nothing, start, until_waiting


class FailuresContract(Scene):
    """Orders that meet trouble."""

    def test_inputs_that_are_no_json_are_refused(self, open_engine: Opener) -> None:
        engine = open_engine(act=nothing)
        with pytest.raises(NotJson):
            start(engine, "act", password=object())
        assert engine.list() == []

    def test_an_unknown_kind_fails_with_a_remedy(self, open_engine: Opener) -> None:
        engine = open_engine()
        view = finish(engine, start(engine, "mystery"))
        assert view.status is Status.FAILED
        assert view.error
        assert view.error["code"] == "unknown-kind"
        assert view.error["remedy"]

    def test_an_error_worth_retrying_is_retried(self, open_engine: Opener) -> None:
        answers = [Unreachable("no answer"), Unreachable("no answer"), None]

        def ask() -> str:
            if error := answers.pop(0):
                raise error
            return "ok"

        engine = open_engine(ask=lambda order, _: order.step("ask", ask, retries=QUICK))
        view = finish(engine, start(engine, "ask"))
        assert view.status is Status.DONE
        assert view.steps[0].attempts == 3

    def test_attempts_have_an_end(self, open_engine: Opener) -> None:
        engine = open_engine(ask=lambda order, _: order.step("ask", fail, Unreachable("no answer"), retries=QUICK))
        view = finish(engine, start(engine, "ask"))
        assert view.status is Status.FAILED
        assert view.error == {"code": "unreachable", "message": "no answer"}
        assert view.steps[0].attempts == 5

    def test_any_other_error_fails_at_once_and_says_why(self, open_engine: Opener) -> None:
        tried: list[int] = []

        def refuse() -> None:
            tried.append(1)
            raise Rejected("the host said no", field="host", value="h1", remedy="ask the host")

        engine = open_engine(ask=lambda order, _: order.step("ask", refuse, retries=QUICK))
        view = finish(engine, start(engine, "ask"))
        told = {
            "code": "rejected",
            "message": "the host said no",
            "field": "host",
            "value": "h1",
            "remedy": "ask the host",
        }
        assert tried == [1]
        assert view.error == told
        assert view.steps[0].error == told
        assert view.steps[0].outcome is Outcome.FAILED

    def test_a_result_that_is_no_json_fails_the_step(self, open_engine: Opener) -> None:
        engine = open_engine(act=lambda order, _: order.step("act", object))
        view = finish(engine, start(engine, "act"))
        assert view.error
        assert view.error["code"] == "not-json"

    def test_retry_goes_on_from_the_failed_step(self, open_engine: Opener, effects: Effects) -> None:
        broken = [Rejected("broken")]

        def build(order: Order, _: Inputs) -> None:
            when = order.now()
            assert order.step("one", effects.act, f"one {when.isoformat()}")
            order.step("two", lambda: fail(broken.pop()) if broken else effects.act("two"))
            assert order.now() >= when
            order.step("three", effects.act, "three")

        engine = open_engine(build=build)
        order = start(engine, "build")
        assert finish(engine, order).status is Status.FAILED
        engine.retry(order)
        view = finish(engine, order)
        assert view.status is Status.DONE
        assert view.error is None
        assert [what.partition(" ")[0] for what in effects.done] == ["one", "two", "three"]
        with pytest.raises(NotRetryable):
            engine.retry(order)

    def test_retry_runs_an_undone_step_again(self, open_engine: Opener, effects: Effects) -> None:
        broken = [Rejected("broken")]

        def build(order: Order, _: Inputs) -> None:
            order.step("zero", effects.act, "zero")
            try:
                order.step("one", lambda: fail(broken.pop()) if broken else effects.act("one"))
            except Rejected:
                order.step("undo", effects.act, "undo")
                raise
            order.step("two", effects.act, "two")

        engine = open_engine(build=build)
        order = start(engine, "build")
        assert finish(engine, order).status is Status.FAILED
        engine.retry(order)
        view = finish(engine, order)
        assert view.status is Status.DONE
        assert effects.done == ["zero", "undo", "one", "two"]
        assert [step.name for step in view.steps] == ["zero", "one", "two"]

    def test_an_event_that_does_not_come_is_an_error(self, open_engine: Opener) -> None:
        engine = open_engine(ask=lambda order, _: order.wait_for("answer", 0.1))
        view = finish(engine, start(engine, "ask"))
        assert view.error
        assert view.error["code"] == EventTimeout.code

    def test_a_closed_engine_leaves_orders_that_the_next_one_resumes(
        self, open_engine: Opener, effects: Effects
    ) -> None:
        caught: list[type] = []

        def build(order: Order, _: Inputs) -> None:
            order.step("one", effects.act, "one")
            assert order.patch("changed here")
            try:
                order.step("refused", fail, Rejected("no"))
            except MailsteadError as error:
                caught.append(type(error))
            order.wait_for("go", 60)
            order.step("two", effects.act, "two")

        engine = open_engine(build=build)
        order = start(engine, "build")
        until_waiting(engine, order)
        engine.close()
        assert engine.show(order).status.is_open
        engine = open_engine(build=build)
        engine.send(order, "go")
        assert finish(engine, order).status is Status.DONE
        assert effects.done == ["one", "two"]
        assert set(caught) == {Rejected}
        assert len(caught) == 2

    def test_a_step_put_in_front_of_half_done_orders_needs_a_patch(self, open_engine: Opener, effects: Effects) -> None:
        def before(order: Order, _: Inputs) -> None:
            order.step("one", effects.act, "one")
            order.wait_for("go", 60)

        def after(order: Order, _: Inputs) -> None:
            if order.patch("zero comes first"):
                order.step("zero", effects.act, "zero")
            order.step("one", effects.act, "one")
            order.wait_for("go", 60)

        engine = open_engine(build=before)
        old = start(engine, "build", key="old")
        until_waiting(engine, old)
        engine.close()
        engine = open_engine(build=after)
        new = start(engine, "build", key="new", tenant="globex")
        for order in (old, new):
            engine.send(order, "go")
            assert finish(engine, order).status is Status.DONE
        assert sorted(effects.done) == ["one", "one", "zero"]
