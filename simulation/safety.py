"""What must hold at every moment, whatever goes wrong: nothing belongs to two, and nobody else's is touched."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailstead.orders.model import OrderView, Status
from mailstead.protection.workflow import RESTORE
from mailstead.storage.drivers.memory import MemoryVolumes
from mailstead.storage.model import Volume
from mailstead.tenants.model import DRILL

from .shelves import alike
from .world import World


@dataclass(frozen=True, slots=True)
class Violation:
    """`kind` is stable, and the same for the same defect; `told` says what was seen."""

    kind: str
    told: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.told}"


def unsafe(world: World, strangers: tuple[object, ...]) -> Iterator[Violation]:
    """Yield what is wrong in the world now, whatever the database may say."""
    hosts = world.hosts.values()
    machines = [machine for host in hosts for machine in host.machines.machines().values() if machine.name != DRILL]
    segments = [segment for host in hosts for segment in host.switch.segments().values()]
    volumes = [(name, volume) for name, host in world.hosts.items() for volume in _tenants(host.volumes)]
    yield from _twice("machine", (machine.name for machine in machines))
    yield from _twice("MAC address", (machine.nic.mac for machine in machines))
    yield from _twice("VLAN", (segment.vlan for segment in segments))
    yield from _twice("public address", (segment.public_ipv4 for segment in segments))
    yield from _twice("subnet", (segment.ipv4.network for segment in segments))
    yield from _twice("disk", ((name, volume.location) for name, volume in volumes))
    yield from _twice("disk of one tenant", (volume.key for _, volume in volumes))
    if (seen := world.strangers()) != strangers:
        yield Violation("a stranger's thing changed", f"{seen} instead of {strangers}")


def lost(world: World) -> Iterator[Violation]:
    """Yield what was confirmed, or is held, and is not there."""
    orders = world.running.desk.list(limit=10**6)
    for told in world.promises.broken({entry.name for entry in world.targets["near"].list("tenants/")}, orders):
        yield Violation("a backup is lost", told)


def unrestored(world: World, order: OrderView) -> Iterator[Violation]:
    """Yield the disk that an order brought back, if something else lies there: just after its end, before any other."""
    name = order.tenant
    if (order.kind, order.status) != (RESTORE, Status.DONE) or world.running.desk.list(name, None, 1)[0].id != order.id:
        return
    was = world.moments.at(name, "data", str(order.report["taken"]))
    there = [host.disks.blocks(name) for host in world.hosts.values() if name in host.machines.machines()]
    if was is None or not all(alike(was, disks["data"]) for disks in there):
        yield Violation("a restore brought something else", f"snapshot {order.report['snapshot']} of {name}")


def _tenants(volumes: MemoryVolumes) -> list[Volume]:
    """Return all but those of a drill, of which each host may have one."""
    return [volume for volume in volumes.volumes().values() if volume.tenant != DRILL]


def _twice(what: str, values: Iterable[object]) -> Iterator[Violation]:
    for value, times in Counter(values).items():
        if times > 1:
            yield Violation(f"one {what}, several owners", str(value))
