"""A worker process of the whole platform, as `mailstead work` is one, on the ports of a world in another process."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from mailstead.lifecycle import chance, keys
from mailstead.lifecycle.keys import Algorithm, KeyPair
from mailstead.lifecycle.workflow import Runbooks
from mailstead.lifecycle.world import HostPorts
from mailstead.orders.model import Inputs
from mailstead.orders.port import Engine, Order, Workflow
from mailstead.security.model import Secret
from mailstead.security.passwords import hash_password
from mailstead.sites.model import Host
from mailstead.wiring import opening
from mailstead.wiring.memory_host import the_image

from .far import STEPS, Far, Wire, address_in

HOST_PORTS = ("machines", "volumes", "switch", "guests", "mail")

# Made once, in the server that workers are forked from: no test here is about keys, and RSA takes long.
_pairs: dict[Algorithm, KeyPair] = {algorithm: keys.make_pair(algorithm) for algorithm in keys.SELECTORS}
_hash = hash_password(Secret.of("a pass phrase that nobody uses"))
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.kills.worker"])


@contextmanager
def worker(home: Path) -> Iterator[BaseProcess]:
    """Yield a process in which the platform in *home* has its worker, and kill it at the end."""
    ready = _context.Event()
    process = _context.Process(target=main, args=(home, ready))
    process.start()
    try:
        assert ready.wait(60), "the worker has not come up"
        yield process
    finally:
        process.kill()
        process.join()


def main(home: Path, ready: Event) -> None:
    wire = Wire(address_in(home))
    use(lambda name: Far(wire, name))
    _let_steps_die(wire)
    with opening.open_platform(home, worker=True) as running:
        assert running.works
        ready.set()
        while True:
            time.sleep(60)


def use(port: Callable[[str], Any]) -> Callable[[], None]:
    """Let platforms that this process opens act on these ports, found by name; return what ends that."""

    def host_ports(host: Host, *_: object) -> HostPorts:
        return HostPorts(host, **{kind: port(f"{host.name}.{kind}") for kind in HOST_PORTS}, image=the_image)

    before = _put(
        opening, memory_host=host_ports, MemoryNameServer=lambda: port("names"), MemoryResolver=lambda: port("resolver")
    )
    dear = _put(chance, make_pair=_pairs.__getitem__, hash_password=lambda _password: _hash)

    def end() -> None:
        _put(opening, **before)
        _put(chance, **dear)

    return end


def _put(module: ModuleType, **names: object) -> dict[str, object]:
    """Put these in the place of what *module* imported, and return what was there."""
    before = {name: getattr(module, name) for name in names}
    for name, value in names.items():
        setattr(module, name, value)
    return before


def _let_steps_die(wire: Wire) -> None:
    class Mortal(Runbooks):
        def register(self, engine: Engine) -> None:
            super().register(cast("Engine", _Registering(engine, wire)))

    _put(opening, Runbooks=Mortal)


class _Registering:
    """Wears death over every workflow that is registered."""

    def __init__(self, engine: Engine, wire: Wire) -> None:
        self._engine = engine
        self._wire = wire

    def register(self, kind: str, workflow: Workflow, *, gives_room: bool = False) -> None:
        def mortal(order: Order, inputs: Inputs) -> None:
            workflow(cast("Order", _MortalOrder(order, self._wire)), inputs)

        self._engine.register(kind, mortal, gives_room=gives_room)


class _MortalOrder:
    """The order *inner*, whose steps ask the world whether they are to die."""

    def __init__(self, inner: Order, wire: Wire) -> None:
        self.__dict__.update(inner=inner, wire=wire)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.inner, name, value)

    def step(self, name: str, function: Callable[..., Any], *args: object, **how: Any) -> Any:
        def mortal(*given: object) -> Any:
            self._die(name, "before")
            done = function(*given)
            self._die(name, "after")
            return done

        return self.inner.step(name, mortal, *args, **how)

    def _die(self, step: str, moment: str) -> None:
        if self.wire.call(STEPS, "meets", step, moment):
            os.kill(os.getpid(), signal.SIGKILL)
