"""From a planned change to the verbs of a host."""

from typing import Protocol

from mailstead.ground.plans import Change

from .model import Machine
from .plan import Verb, verbs_for
from .port import Hypervisor, LiveLimits, LiveResize


class ResizingHypervisor(Hypervisor, LiveResize, LiveLimits, Protocol):
    """A host that can do all of it; a name for the type, nothing more."""


def apply_change(host: ResizingHypervisor, change: Change[Machine], *, graceful_s: float) -> None:
    """Carry out one change of a plan; may be repeated. Raises what the verbs raise."""
    for verb in verbs_for(change):
        _apply(host, verb, change, graceful_s)


def _apply(host: ResizingHypervisor, verb: Verb, change: Change[Machine], graceful_s: float) -> None:
    machine = change.after or change.before
    if machine is None:
        return
    match verb:
        case Verb.REMOVE:
            host.remove(machine.name)
        case Verb.STOP:
            host.stop(machine.name, graceful_s=graceful_s)
        case Verb.DEFINE:
            host.define(machine)
        case Verb.RESIZE:
            host.resize(machine.name, vcpus=machine.vcpus, memory_mib=machine.memory_mib)
        case Verb.LIMIT:
            host.limit(machine.name, {disk.role: disk.iops for disk in machine.disks})
        case Verb.START:
            host.start(machine.name)
