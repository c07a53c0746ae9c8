"""`mailstead serve` is stopped, or dies, in the middle of an order: nothing is lost, and the next start finishes it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from tests.kills.lives import playing

from .serving import found, gated, owner_token, serving


def test_told_to_stop_it_ends_streams_and_the_step_in_hand_and_the_next_start_goes_on(tmp_path: Path) -> None:
    home, gate = gated(found(tmp_path / "home"), "start")
    with playing(home) as play, ThreadPoolExecutor(2) as threads:
        token = owner_token(play)
        with serving(play, token) as first:
            order, told = first.add_acme(), Event()
            stream = threads.submit(first.events, order, told)
            assert gate.reached.wait(30)
            assert told.wait(30)
            stopping = threads.submit(first.stopped)
            assert stream.result(10)[-1]["status"] in {"queued", "running"}
            gate.opened.set()
            assert stopping.result(30) == 0
        assert play.running.desk.show(order).status.is_open
        with serving(play, token) as second:
            assert second.events(order)[-1]["status"] == "done"
            assert second.stopped() == 0
        assert play.seen()


def test_killed_in_the_middle_of_an_order_the_next_start_finishes_it(tmp_path: Path) -> None:
    home, gate = gated(found(tmp_path / "home"), "start")
    with playing(home) as play:
        token = owner_token(play)
        with serving(play, token) as first:
            order = first.add_acme()
            assert gate.reached.wait(30)
            first.killed()
            gate.opened.set()
        with serving(play, token) as second:
            assert second.events(order)[-1]["status"] == "done"
        assert play.seen()
