"""The tenant's machine: defined, running, of the size allowed, its port bound to its segment."""

from dataclasses import dataclass

from mailstead.ground.plans import ChangePlan
from mailstead.hypervisors.model import Disk, DiskFormat, DiskRole, Machine, Nic
from mailstead.hypervisors.plan import compare_machines, machine_for
from mailstead.hypervisors.workflow import apply_change
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.world import World
from mailstead.networks.plan import segment_for
from mailstead.storage.model import Allocation, Volume

from .part import Subject
from .storage import image_of, wanted_volumes

GRACEFUL_S = 60.0


@dataclass(frozen=True, slots=True)
class MachinePart:
    world: World
    chapter: str = "machine"

    def plan(self, subject: Subject, look: Look) -> ChangePlan[Machine]:
        found = look.machines(subject.host)
        there = {subject.name: found[subject.name]} if subject.name in found else {}
        wanted = {subject.name: self.wanted(subject, look)} if subject.serves else {}
        return compare_machines(wanted, there)

    def apply(self, subject: Subject, plan: ChangePlan[Machine]) -> None:
        ports = self.world.ports(subject.host)
        for change in plan:
            apply_change(ports.machines, change, graceful_s=GRACEFUL_S)

    def wanted(self, subject: Subject, look: Look) -> Machine:
        """Return the machine as it is to be."""
        segment = segment_for(subject.tenant, subject.numbers)
        volumes = wanted_volumes(self.world, subject, look).values()
        bridge = self.world.ports(subject.host).host.switch
        return machine_for(
            subject.tenant,
            platform=self.world.platform.name,
            nic=Nic(mac=segment.mac, bridge=bridge, port=segment.port, vlan=segment.vlan),
            boot=image_of(subject, look).boot,
            disks=tuple(map(_disk, volumes)),
        )


def _disk(volume: Volume) -> Disk:
    """A fixed disk keeps the room it was given: what the guest discards would punch holes into it."""
    dynamic = volume.allocation is Allocation.DYNAMIC
    return Disk(DiskRole(volume.role), volume.location, DiskFormat(volume.format), discard=dynamic)
