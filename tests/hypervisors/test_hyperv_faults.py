"""Every verb, with every fault at every call and cmdlet of it: no second machine, no lost disk, a repeat converges."""

import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import cycle
from typing import Any

import pytest

from mailstead.ground.clock import VirtualClock
from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.drivers.hyperv.machines import HyperVHypervisor
from mailstead.hypervisors.model import DiskRole
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work, as_batch
from mailstead.remoting.port import Remote
from mailstead.sites.marks import Mark
from tests.standin.faults import Kind
from tests.standin.hyperv.world import Machine as Simulated
from tests.standin.rig import Rig
from tests.standin.server import StandIn

from .example import PLATFORM, TENANT
from .hyperv_host import FOLDER, hyperv_machine, lay_disks

Verb = Callable[[HyperVHypervisor], None]

MACHINE = hyperv_machine()
GROWN = replace(
    MACHINE, vcpus_max=8, nested=True, memory_mib=256, disks=tuple(replace(disk, iops=500) for disk in MACHINE.disks)
)
LIMITS = {DiskRole.SYSTEM: 500, DiskRole.DATA: 900}
DONE_AND_LOST, LOST = (Kind.LOST_ANSWER, "Receive"), (Kind.LOST_REQUEST, "Command")
ON_WIRE = ((Kind.LOST_ANSWER, "Command"), (Kind.SESSION_LOST, "Receive"), (Kind.GARBAGE, "Receive"))  # in turn, too
AT_CMDLET = (Kind.TERMINATING, Kind.REFUSAL, Kind.BUSY)  # to the host all the same: each cmdlet gets one in turn


@dataclass(frozen=True)
class Trouble:
    """A fault at the *call*th call, from 0; `at` is an action of the wire, or a cmdlet."""

    kind: Kind
    at: str
    call: int


@dataclass
class Troubled:
    """A way to a host that arranges for a fault just before one call, and notes the cmdlets of each."""

    remote: Remote
    standin: StandIn
    trouble: Trouble | None = None
    calls: list[list[str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.remote.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        if self.trouble and self.trouble.call == len(self.calls):
            self.standin.faults.add(self.trouble.kind, self.trouble.at)
        self.calls.append([cmdlet.name for cmdlet in as_batch(work).cmdlets])
        return self.remote.run(work, deadline_s=deadline_s)


@dataclass(frozen=True)
class Scene:
    """What is there before, and the verb that is disturbed."""

    before: tuple[Verb, ...]
    verb: Verb


def define(host: HyperVHypervisor) -> None:
    host.define(MACHINE)


def start(host: HyperVHypervisor) -> None:
    host.start(TENANT)


SCENES = {
    "define a new one": Scene((), define),
    "define another shape": Scene((define,), lambda host: host.define(GROWN)),
    "define while it runs": Scene((define, start), lambda host: host.define(GROWN)),
    "start": Scene((define,), start),
    "start in its new shape": Scene(
        (define, start, lambda host: host.define(GROWN), lambda host: host.stop(TENANT, graceful_s=0)), start
    ),
    "shut down": Scene((define, start), lambda host: host.stop(TENANT, graceful_s=20)),
    "switch off": Scene((define, start), lambda host: host.stop(TENANT, graceful_s=0)),
    "remove": Scene((define, start), lambda host: host.remove(TENANT)),
    "resize": Scene((define,), lambda host: host.resize(TENANT, vcpus=2, memory_mib=256)),
    "resize while it runs": Scene((define, start), lambda host: host.resize(TENANT, vcpus=2, memory_mib=256)),
    "limit": Scene((define,), lambda host: host.limit(TENANT, LIMITS)),
    "limit while it runs": Scene((define, start), lambda host: host.limit(TENANT, LIMITS)),
    "grow": Scene((define, start), lambda host: host.grow(TENANT, DiskRole.DATA, size_mib=4096)),
}


def _at_rest(standin: StandIn) -> None:
    """Wait until the host carries nothing on unseen."""
    deadline = time.monotonic() + 5
    while any(pipe.running for shell in list(standin.shells.values()) for pipe in list(shell.pipes.values())):
        assert time.monotonic() < deadline
        time.sleep(0.002)


def _picture(standin: StandIn) -> list[object]:
    """Return all that matters of the host, without ids."""
    world = standin.world
    return [
        [_shown(machine) for machine in world.machines.values()],
        sorted((vhd.path, vhd.size) for vhd in world.vhds.values()),
    ]


def _shown(m: Simulated) -> tuple[object, ...]:
    size = (m.startup, m.dynamic, m.count, m.limit, m.nested)
    drives = sorted((drive.location, drive.path, drive.most_iops) for drive in m.drives)
    return (m.name, m.state, *size, m.template, m.notes, m.stop_action, drives, m.metering_since is not None)


def _set(scene: Scene, standin: StandIn, way: Rig) -> dict[str, Any]:
    """Bring the host to where the scene begins, and return its state, to be put back."""
    lay_disks(standin.world, MACHINE)
    for verb in scene.before:
        verb(_host(way))
    return deepcopy(vars(standin.world))


def _put_back(standin: StandIn, state: dict[str, Any]) -> None:
    standin.faults.clear()
    vars(standin.world).update(deepcopy(state))


def _host(remote: Remote) -> HyperVHypervisor:
    return HyperVHypervisor(remote, platform=PLATFORM, folder=FOLDER, clock=VirtualClock())


def _troubles(calls: list[list[str]]) -> Iterator[Trouble]:
    kinds, others = cycle(AT_CMDLET), cycle(ON_WIRE)
    for number, cmdlets in enumerate(calls):
        yield from (Trouble(kind, at, number) for kind, at in (DONE_AND_LOST, LOST, next(others)))
        yield from (Trouble(next(kinds), at, number) for at in dict.fromkeys(cmdlets))


def _suffered(scene: Scene, trouble: Trouble, standin: StandIn, way: Rig) -> MailsteadError | None:
    """Do it under trouble, wait until nothing is carried on unseen, and return what was raised."""
    try:
        scene.verb(_host(Troubled(way, standin, trouble)))
    except MailsteadError as error:
        return error
    finally:
        _at_rest(standin)
        standin.faults.clear()
    return None


OURS = {"mailstead.hypervisors.model", "mailstead.hypervisors.operating"}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_whatever_fails_a_repeat_comes_to_the_same_end(scene: Scene, standin: StandIn, way: Rig) -> None:
    state = _set(scene, standin, way)
    whole = Troubled(way, standin)
    scene.verb(_host(whole))
    picture = _picture(standin)
    for trouble in _troubles(whole.calls):
        _put_back(standin, state)
        error = _suffered(scene, trouble, standin, way)
        assert error is None or (type(error).__module__ in OURS and error.field), trouble
        assert len(standin.world.machines) <= 1, trouble
        assert len(standin.world.vhds) == len(MACHINE.disks), trouble
        scene.verb(_host(way))
        assert _picture(standin) == picture, trouble


@pytest.mark.parametrize("scene", ["define a new one", "start"])
def test_on_a_full_volume_nothing_is_lost(scene: str, standin: StandIn, way: Rig) -> None:
    _set(SCENES[scene], standin, way)
    standin.world.fill(standin.world.volumes[0])
    SCENES[scene].verb(_host(way))
    assert len(standin.world.machines) == 1
    assert len(standin.world.vhds) == len(MACHINE.disks)


def test_a_machine_whose_making_was_cut_short_is_taken_over(standin: StandIn, way: Rig) -> None:
    lay_disks(standin.world, MACHINE)
    standin.faults.add(Kind.TERMINATING, "Set-VM")
    with pytest.raises(MailsteadError):
        define(_host(way))
    (machine,) = standin.world.machines.values()
    assert not machine.notes
    assert _host(way).machines() == {}
    define(_host(way))
    assert list(standin.world.machines) == [machine.id]
    mark = Mark.parse(machine.notes)
    assert mark
    assert mark.tenant == TENANT
