"""Faults worn over ports: whoever calls one meets what strikes it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from mailstead.ground.errors import MailsteadError, OutcomeUnknown, Rejected, Unreachable
from mailstead.guests.errors import AnswerLost
from mailstead.hypervisors.model import MachineRefused
from mailstead.lifecycle.world import HostPorts
from mailstead.orders.drivers.memory import Crashed
from mailstead.storage.model import VolumeBroken
from mailstead.wiring.memory import Outside

from .faults import READS, Fault, Faults, kind_of
from .halves import half_done

P = TypeVar("P")


class Faulty:
    """The port *inner* under the name *port*, as *faults* let it be."""

    def __init__(self, inner: Any, port: str, faults: Faults) -> None:
        self.inner = inner
        self._port = port
        self._faults = faults
        self._before: dict[tuple[str, str], object] = {}  # what was last answered to which question

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self.inner, name)
        if not callable(verb):
            return verb
        self.__dict__[name] = worn = self._worn(name, verb)
        return worn

    def _worn(self, name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            fault = self._faults.met(self._port, name)
            self._faults.pass_time(self._port, slow=fault is Fault.SLOW)
            if fault is Fault.HALF:
                half_done(self.inner, kind_of(self._port), name, args, named)
            act = partial(verb, *args, **named)
            return self._remembered(fault, name, act, repr(args)) if name in READS else self._done(fault, name, act)

        return call

    def _remembered(self, fault: Fault | None, name: str, act: Callable[[], Any], asked: str) -> Any:
        if fault is not Fault.STALE or (name, asked) not in self._before:
            self._before[name, asked] = self._done(fault, name, act)
        return self._before[name, asked]

    def _done(self, fault: Fault | None, name: str, act: Callable[[], Any]) -> Any:
        told = f"{self._port} {fault}: {name}"
        _raise_before(fault, told)
        answer = act()
        if fault is Fault.TWICE:
            answer = act()
        _raise_after(fault, told, kind_of(self._port))
        return answer


def _raise_before(fault: Fault | None, told: str) -> None:
    match fault:
        case Fault.REFUSED:
            raise Rejected(told, remedy="see why it refuses, then retry the order")
        case Fault.SILENT:
            raise Unreachable(told, remedy="see whether it runs, then retry the order")
        case Fault.HALF:
            raise OutcomeUnknown(told, remedy="retry the order")
        case Fault.KILLED_BEFORE:
            raise Crashed


def _raise_after(fault: Fault | None, told: str, kind: str) -> None:
    match fault:
        case Fault.LOST:
            raise OutcomeUnknown(told, remedy="retry the order")
        case Fault.GARBAGE:
            raise garbled(kind, told)
        case Fault.KILLED_AFTER:
            raise Crashed


def garbled(kind: str, told: str) -> MailsteadError:
    """Return what the real driver of this kind of port raises for an answer that it cannot read."""
    errors: dict[str, type[MailsteadError]] = {
        "machines": MachineRefused,
        "volumes": VolumeBroken,
        "guests": AnswerLost,
        "mail": OutcomeUnknown,
    }
    return errors.get(kind, Rejected)(told, remedy="look at its log, then retry the order")


def wear(inner: P, port: str, faults: Faults) -> P:
    """Return the port *inner* as *faults* let it be; they know it as *port*."""
    return cast("P", Faulty(inner, port, faults))


def wear_everywhere(outside: Outside, faults: Faults) -> Outside:
    """Return the world *outside* with *faults* worn over each of its ports."""
    return replace(
        outside,
        hosts={name: _wear_host(ports, name, faults) for name, ports in outside.hosts.items()},
        names=wear(outside.names, "names", faults),
        resolver=wear(outside.resolver, "resolver", faults),
        issuing=lambda issuer: wear(issuer, "issuer", faults),
        targets={name: wear(target, f"{name}.target", faults) for name, target in outside.targets.items()},
    )


def _wear_host(ports: HostPorts, host: str, faults: Faults) -> HostPorts:
    return replace(
        ports,
        machines=wear(ports.machines, f"{host}.machines", faults),
        volumes=wear(ports.volumes, f"{host}.volumes", faults),
        switch=wear(ports.switch, f"{host}.switch", faults),
        guests=wear(ports.guests, f"{host}.guests", faults),
        mail=wear(ports.mail, f"{host}.mail", faults),
        changes=wear(ports.changes, f"{host}.changes", faults),
        places=wear(ports.places, f"{host}.places", faults),
    )
