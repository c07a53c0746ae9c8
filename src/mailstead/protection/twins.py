"""A second machine of a tenant, out of a backup: like its own in all but name, identity and card.

Its port is in no segment, so nothing passes it (decision 0040); it is asked through the guest channel.
"""

from dataclasses import replace
from hashlib import sha256
from uuid import uuid5

from mailstead.ground.clock import Deadline
from mailstead.hypervisors.model import Disk, DiskFormat, DiskRole, Machine, Nic
from mailstead.lifecycle.parts.part import Mine
from mailstead.lifecycle.world import HostPorts
from mailstead.storage.model import Role, VolumeKey

from .ground import Ground
from .restoring import chosen, reading

RUN = "twin"  # each twin's disks come back once, so that whoever clears it needs not know which order made it
VLAN = 1  # no tenant has this one
PATIENCE_S = 900.0


class Twins:
    """The parts that steps are made of. Each may be repeated; a twin lives on the host of its tenant."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def remove(self, ports: HostPorts, twin: str) -> bool:
        """Take away machine and disks, also half made ones; return whether there was a machine."""
        there = twin in ports.machines.machines()
        if there:
            ports.machines.stop(twin, graceful_s=0)
            ports.machines.remove(twin)
        if ports.places:
            ports.places.clear(twin, run=RUN)
        for key in [key for key in ports.volumes.volumes() if key.tenant == twin]:
            ports.volumes.remove(key)
        return there

    def prepare(self, name: str, twin: str, mine: Mine, order: str, number: int) -> str:
        """Write the snapshot's disks for the twin; return which snapshot."""
        places = self._ground.disks(name)
        with reading(self._ground, name, number, order) as snapshot:
            for disk in chosen(snapshot, ()):
                mine()
                places.prepare(twin, disk, run=RUN, told=self._ground.telling(order))
        places.put_in(twin, run=RUN)
        return str(snapshot.snapshot)

    def start(self, name: str, twin: str, mine: Mine) -> Machine:
        """Start a machine like the tenant's on them."""
        ports = self._ground.ports(name)
        wanted = _like(self._tenants(name, ports), twin, ports)
        mine()
        ports.machines.define(wanted)
        ports.machines.start(twin)
        return wanted

    def await_guest(self, name: str, twin: str, mine: Mine) -> None:
        """Return when the guest answers, or patience ends."""
        guests, deadline = self._ground.ports(name).guests, Deadline(self._ground.world.clock, PATIENCE_S, 1.0)
        while not guests.answers(twin) and deadline.wait():
            mine()

    def _tenants(self, name: str, ports: HostPorts) -> Machine:
        """Return the tenant's own machine, as it is, or else as it is to be."""
        life = self._ground.life
        found = ports.machines.machines().get(name)
        return found or life.machine.wanted(life.subject(name), life.fresh_look())


def _like(tenants: Machine, twin: str, ports: HostPorts) -> Machine:
    volumes = ports.volumes.volumes()
    there = [volumes[key] for role in DiskRole if (key := VolumeKey(twin, Role(role))) in volumes]
    disks = tuple(Disk(DiskRole(each.role), each.location, DiskFormat(each.format)) for each in there)
    identity = uuid5(tenants.uuid, twin)
    return replace(tenants, name=twin, uuid=identity, nic=_card(tenants.nic, twin), disks=disks, pending=False)


def _card(tenants: Nic, twin: str) -> Nic:
    """Return a card that no tenant's can be taken for: those begin with 02:6d, of an address each."""
    digest = sha256(twin.encode()).hexdigest()
    mac = ":".join(("02:6e", *(digest[at : at + 2] for at in range(0, 8, 2))))
    return replace(tenants, mac=mac, port=f"msb{digest[:10]}", vlan=VLAN)
