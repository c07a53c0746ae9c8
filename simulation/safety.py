"""What must hold at every moment, whatever goes wrong: nothing belongs to two, and nobody else's is touched."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
    machines = [machine for host in hosts for machine in host.machines.machines().values()]
    segments = [segment for host in hosts for segment in host.switch.segments().values()]
    volumes = [(name, volume) for name, host in world.hosts.items() for volume in host.volumes.volumes().values()]
    yield from _twice("machine", (machine.name for machine in machines))
    yield from _twice("MAC address", (machine.nic.mac for machine in machines))
    yield from _twice("VLAN", (segment.vlan for segment in segments))
    yield from _twice("public address", (segment.public_ipv4 for segment in segments))
    yield from _twice("subnet", (segment.ipv4.network for segment in segments))
    yield from _twice("disk", ((name, volume.location) for name, volume in volumes))
    yield from _twice("disk of one tenant", (volume.key for _, volume in volumes))
    if (seen := world.strangers()) != strangers:
        yield Violation("a stranger's thing changed", f"{seen} instead of {strangers}")


def _twice(what: str, values: Iterable[object]) -> Iterator[Violation]:
    for value, times in Counter(values).items():
        if times > 1:
            yield Violation(f"one {what}, several owners", str(value))
