"""Steps that bring a machine back beside the tenant's own, and take it away again."""

from contextlib import suppress

from mailstead.ground.errors import Unreachable
from mailstead.hypervisors.model import Machine
from mailstead.lifecycle.parts.part import Mine
from mailstead.lifecycle.steps import Done
from mailstead.lifecycle.world import World
from mailstead.tenants.beside import owner_of

from .errors import BesideThere
from .ground import Ground
from .twins import RUN, Twins

MOST = 3  # of each tenant: they take room on its host that nobody promised


class Besides:
    """The steps. *twin* is the machine's name on its host."""

    def __init__(self, ground: Ground) -> None:
        self._ground, self._twins = ground, Twins(ground)

    def clear(self, name: str, mine: Mine, twin: str) -> Done:
        """Take away the disks that an order which failed left behind. Raises BesideThere."""
        ports = self._ground.ports(name)
        if twin in ports.machines.machines():
            raise beside_there(twin)
        mine()
        self._twins.remove(ports, twin)
        return []

    def prepare(self, name: str, mine: Mine, order: str, number: int, twin: str) -> Done:
        """Write the snapshot's disks for it."""
        return [f"disks of {self._twins.prepare(name, twin, mine, order, number)} for {twin}"]

    def start(self, name: str, mine: Mine, order: str, number: int, twin: str) -> Done:
        """Start it."""
        self._twins.start(name, twin, mine)
        self._ground.disks(name).clear(twin, run=RUN)
        self._ground.telling(order).report(snapshot=number, machine=twin)
        return [f"started {twin}"]

    def await_guest(self, name: str, mine: Mine, twin: str) -> Done:
        """Wait for its guest. Raises Unreachable: it stays as it is, to be looked at."""
        self._twins.await_guest(name, twin, mine)
        if not self._ground.ports(name).guests.answers(twin):
            raise Unreachable(f"{twin} does not answer", field="machine", value=twin, remedy="see its console")
        return []

    def remove(self, name: str, mine: Mine, twin: str, host: str) -> Done:
        """Take it away with its disks."""
        mine()
        self._twins.remove(self._ground.world.ports(host), twin)
        return [f"removed {twin}"]


def found_beside(world: World, tenant: str) -> dict[str, tuple[str, Machine]]:
    """Return the machines beside a tenant's own, with the host that each is on; a host that is silent tells of none."""
    found: dict[str, tuple[str, Machine]] = {}
    for host, ports in world.hosts.items():
        with suppress(Unreachable):
            machines = ports.machines.machines() if ports.places else {}
            found |= {name: (host, machine) for name, machine in machines.items() if owner_of(name) == tenant}
    return found


def host_of(world: World, twin: str) -> str | None:
    """Return the host on which anything is of a machine beside, also half made; a host that is silent is no answer."""
    for host, ports in world.hosts.items():
        with suppress(Unreachable):
            disks = {key.tenant for key in ports.volumes.volumes()} if ports.places else set()
            if ports.places and (twin in disks or twin in ports.machines.machines()):
                return host
    return None


def beside_there(twin: str) -> BesideThere:
    """Return the error for a name that is taken."""
    return BesideThere(f"{twin} is there", field="beside", value=twin, remedy="take another name, or remove that one")
