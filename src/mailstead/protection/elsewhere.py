"""Steps that bring a machine back on another host: the old one runs no more before the new one may."""

from mailstead.ground.errors import Unreachable, UnsafePlan
from mailstead.lifecycle.parts.machine import GRACEFUL_S
from mailstead.lifecycle.parts.part import Mine
from mailstead.lifecycle.steps import Done
from mailstead.lifecycle.world import HostPorts

from .errors import HostSilent
from .ground import Ground
from .restoring import chosen, reading


class Elsewhere:
    """The steps. *source* is the host that the machine was on, *to* the one that it comes to."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def prepare(self, name: str, mine: Mine, order: str, number: int, to: str) -> Done:
        """Write all disks of a snapshot on the other host, seen by nobody yet."""
        places = self._ground.disks_on(to)
        with reading(self._ground, name, number, order) as snapshot:
            for disk in chosen(snapshot, ()):
                mine()
                places.prepare(name, disk, run=order, told=self._ground.telling(order))
        return [f"prepared disks of {snapshot.snapshot} on {to}"]

    def fence(self, name: str, mine: Mine, source: str, gone: str) -> Done:
        """Take the machine off the old host; its disks stay there.

        Raises HostSilent if that host does not answer, unless it is the one that somebody said is *gone*.
        """
        mine()
        try:
            self._take_off(self._ground.world.ports(source), name)
        except Unreachable as error:
            if gone != source:
                raise host_silent(source) from error
            return [f"{source} does not answer, and is said to be gone"]
        return [f"took {name} off {source}"]

    def put_in(self, name: str, mine: Mine, order: str, to: str) -> Done:
        """Let the disks be those of the machine, and remember where it lives from now on."""
        mine()
        self._ground.disks_on(to).put_in(name, run=order)
        self._ground.world.tenants.settle_on(name, to)
        return [f"{name} lives on {to}"]

    def configure(self, name: str, mine: Mine) -> Done:
        """Bring the mail server to what is wanted by now, unless that would lose what came back."""
        try:
            return self._ground.life.configure_mail(name, mine)
        except UnsafePlan as error:
            return [f"the mail server stays as it was in the backup: {error.message}"]

    def let_go(self, name: str, mine: Mine, order: str, source: str, to: str) -> Done:
        """Destroy the disks on the old host, if it answers; else the doctor finds them when it is back."""
        mine()
        self._ground.disks_on(to).clear(name, run=order)
        volumes = self._ground.world.ports(source).volumes
        try:
            there = [key for key in volumes.volumes() if key.tenant == name]
            for key in there:
                volumes.remove(key)
        except Unreachable:
            return [f"{source} does not answer: what is there of {name} stays"]
        return [f"removed {key} from {source}" for key in there]

    def come_back(self, name: str, mine: Mine, undone: str, source: str, to: str) -> Done:
        """Undo it all up to the start on the old host, whose disks were never touched."""
        mine()
        self._take_off(self._ground.world.ports(to), name)
        places = self._ground.disks_on(to)
        places.take_back(name, run=undone)
        places.clear(name, run=undone)
        self._ground.world.tenants.settle_on(name, source)
        return [f"{name} lives on {source} again"]

    def _take_off(self, ports: HostPorts, name: str) -> None:
        if name in ports.machines.machines():
            ports.machines.stop(name, graceful_s=GRACEFUL_S)
            ports.machines.remove(name)
        ports.switch.remove(name)


def host_silent(host: str) -> HostSilent:
    """Return the error for a host of which nobody knows whether its machines run."""
    remedy = f"switch {host} off for certain, then say --host-is-gone {host}"
    return HostSilent(f"{host} does not answer: the machine may run there", field="host", value=host, remedy=remedy)
