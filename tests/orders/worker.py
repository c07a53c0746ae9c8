"""A worker in a process of its own, for tests that kill it.

Its workflow `build` appends a line to the file that `inputs["log"]` names for each effect, and kills its own process
with SIGKILL where `inputs["kill"]` says (`two before`, `two after`), once.
"""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from mailstead.ground.clock import SystemClock
from mailstead.orders.model import Inputs, Limits, StateInUse
from mailstead.orders.port import Order
from mailstead.state.database import Database

from .dbos_state import State

# Children of a server that has imported everything: quicker than a new interpreter, and free of our threads.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.orders.worker"])


@contextmanager
def worker(state: State, role: str = "worker", *, refused: bool = False, lease_s: float = 1.5) -> Iterator[BaseProcess]:
    """Yield a process in which a worker was launched (unless it is to be *refused*), and kill it at the end."""
    launched = _context.Event()
    process = _context.Process(target=main, args=(state, role, launched, lease_s))
    process.start()
    try:
        assert refused or launched.wait(30)
        yield process
    finally:
        process.kill()
        process.join()


def build(order: Order, inputs: Inputs) -> None:
    for name in ("one", "two", "three"):
        order.step(name, effect, name, inputs)


def effect(name: str, inputs: Inputs) -> None:
    log = Path(inputs["log"])
    die(f"{name} before", inputs)
    with log.open("a") as stream:
        stream.write(f"{os.getpid()} {name}\n")
    time.sleep(inputs.get("dwell_s", 0))
    die(f"{name} after", inputs)


def witnessed(order: Order, inputs: Inputs) -> None:
    """Two effects in each step, each noted with its token, and time between them."""
    for name in ("one", "two", "three"):
        order.step(name, witness, order, name, inputs)


def witness(order: Order, name: str, inputs: Inputs) -> None:
    for part in ("begins", "ends"):
        order.still_mine()
        with Path(inputs["log"]).open("a") as stream:
            stream.write(f"{time.monotonic()} {os.getpid()} {order.tenant} {order.token} {name} {part}\n")
        time.sleep(inputs["dwell_s"] if part == "begins" else 0)


def die(where: str, inputs: Inputs) -> None:
    marker = Path(inputs["log"] + ".killed")
    if inputs.get("kill") == where and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def main(state: State, role: str, launched: Event, lease_s: float) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had its background jobs ignore it
    database = Database(state.database_url)
    engine = state.engine_on(database, limits=Limits(each_host=4), role=role, lease_s=lease_s, again_s=1.0)
    engine.register("build", build)
    engine.register("witnessed", witnessed)
    try:
        engine.launch()
    except StateInUse:
        sys.exit(3)
    launched.set()
    try:
        while True:
            SystemClock().sleep(0.1)
    except KeyboardInterrupt:
        engine.close()
        database.close()
