"""Steps of a drill: a backup is started on a machine of its own, which nothing reaches, and has to serve mail.

The machine's port is bound to no segment, so nothing passes it (decision 0040); it is asked through the guest channel.
"""

from dataclasses import replace
from uuid import uuid5

from mailstead.ground.clock import Deadline
from mailstead.ground.errors import Cancelled, LostLease, MailsteadError
from mailstead.hypervisors.model import Disk, DiskFormat, DiskRole, Machine, NoSuchMachine
from mailstead.lifecycle.parts.part import Mine
from mailstead.lifecycle.steps import Done
from mailstead.lifecycle.world import HostPorts
from mailstead.storage.model import Role, VolumeKey
from mailstead.tenants.model import DRILL

from .errors import DrillFailed
from .ground import Ground
from .restoring import chosen, reading

MAC, PORT, VLAN = "52:54:00:6d:73:ff", "msdrill", 1  # no tenant has this VLAN
PATIENCE_S = 900.0


class Drilling:
    """The steps."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def clear(self, name: str, mine: Mine, order: str) -> Done:
        """Take away the drill's machine and disks, also those that one before left behind."""
        ports, places = self._ground.ports(name), self._ground.disks(name)
        mine()
        if there := DRILL in ports.machines.machines():
            ports.machines.stop(DRILL, graceful_s=0)
            ports.machines.remove(DRILL)
        places.clear(DRILL, run=order)
        for key in [key for key in ports.volumes.volumes() if key.tenant == DRILL]:
            ports.volumes.remove(key)
        return ["removed the machine of the drill"] if there else []

    def prepare(self, name: str, mine: Mine, order: str, number: int) -> Done:
        """Write the snapshot's disks for a machine of the drill's own. Raises NoSuchMachine before there are any."""
        places = self._ground.disks(name)
        _tenants(self._ground.ports(name), name)
        with reading(self._ground, name, number, order) as snapshot:
            for disk in chosen(snapshot, ()):
                mine()
                places.prepare(DRILL, disk, run=order, told=self._ground.telling(order))
        places.put_in(DRILL, run=order)
        return [f"disks of {snapshot.snapshot} for the drill"]

    def start(self, name: str, mine: Mine) -> Done:
        """Start a machine like the tenant's on them."""
        ports = self._ground.ports(name)
        wanted = _drill_of(ports, name)
        mine()
        ports.machines.define(wanted)
        ports.machines.start(DRILL)
        return [f"started {DRILL}"]

    def probe(self, name: str, mine: Mine, order: str, number: int) -> str:
        """Return why mail is not served from the backup, asked from within; empty: it is."""
        mine()
        try:
            seconds = self._served(name, mine)
        except (Cancelled, LostLease):
            raise
        except MailsteadError as error:
            self._ground.telling(order).report(snapshot=number, served=False, why=error.message)
            return error.message
        self._ground.telling(order).report(snapshot=number, served=True, seconds=round(seconds, 1))
        return ""

    def judge(self, name: str, mine: Mine, failed: str) -> Done:
        """Note a good drill. Raises DrillFailed for any other."""
        mine()
        if failed:
            remedy = "try an older backup, and see what the machine says on its console"
            raise DrillFailed(
                f"mail is not served from the backup: {failed}", field="tenant", value=name, remedy=remedy
            )
        self._ground.book.drilled(name, self._ground.world.clock.now())
        return []

    def _served(self, name: str, mine: Mine) -> float:
        """Wait until the guest answers, and SMTP and IMAP do; return how many seconds that took."""
        clock, ports = self._ground.world.clock, self._ground.ports(name)
        begun, deadline = clock.monotonic(), Deadline(clock, PATIENCE_S, interval_s=1.0)
        while not ports.guests.answers(DRILL) and deadline.wait():
            mine()
        ports.mail.wait_ready(DRILL)
        return clock.monotonic() - begun


def _drill_of(ports: HostPorts, name: str) -> Machine:
    """Return a machine like the tenant's, on the drill's disks and behind a port that passes nothing."""
    tenants, volumes = _tenants(ports, name), ports.volumes.volumes()
    there = [volumes[key] for role in DiskRole if (key := VolumeKey(DRILL, Role(role))) in volumes]
    disks = tuple(Disk(DiskRole(each.role), each.location, DiskFormat(each.format)) for each in there)
    nic = replace(tenants.nic, mac=MAC, port=PORT, vlan=VLAN)
    return replace(tenants, name=DRILL, uuid=uuid5(tenants.uuid, DRILL), nic=nic, disks=disks, pending=False)


def _tenants(ports: HostPorts, name: str) -> Machine:
    """Return the tenant's machine."""
    found = ports.machines.machines().get(name)
    if found is None:
        message = f"no machine of {name} is here to be like"
        raise NoSuchMachine(message, field="machine", value=name, remedy=f"mailstead apply {name}")
    return found
