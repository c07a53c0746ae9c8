"""Steps that bring back: disks prepared beside the machine's, exchanged while it is off.

Each looks first, and may be repeated; until mail is served the old disks are kept, and there is a way back.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from mailstead.backup.model import Source
from mailstead.backup.store.tenant_store import Reading
from mailstead.hypervisors.model import Power
from mailstead.lifecycle.parts.machine import GRACEFUL_S
from mailstead.lifecycle.parts.part import Mine
from mailstead.lifecycle.steps import Done

from .ground import Ground


class Restoring:
    """The steps."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def prepare(self, name: str, mine: Mine, order: str, number: int, disks: Collection[str] = ()) -> Done:
        """Write disks of a snapshot beside those of the machine; none named: all of them."""
        done = []
        with reading(self._ground, name, number, order) as snapshot:
            for disk in chosen(snapshot, disks):
                mine()
                self._ground.disks(name).prepare(name, disk, run=order, told=self._ground.telling(order))
                done.append(f"prepared disk {disk.name} of {snapshot.snapshot}")
        return done

    def stop(self, name: str, mine: Mine) -> Done:
        """Stop the machine, if there is one that runs."""
        machines = self._ground.ports(name).machines
        found = machines.machines().get(name)
        if found is None or found.power is Power.OFF:
            return []
        mine()
        machines.stop(name, graceful_s=GRACEFUL_S)
        return [f"stop machine {name}"]

    def put_in(self, name: str, mine: Mine, order: str) -> Done:
        """Exchange the disks; an earlier try may have done so, and more: then the machine may run."""
        mine()
        self._ground.disks(name).put_in(name, run=order)
        return [f"exchanged the disks of {name}"]

    def take_back(self, name: str, mine: Mine, order: str) -> Done:
        """Put the disks from before a restore back in their places."""
        mine()
        self._ground.disks(name).take_back(name, run=order)
        return [f"took the restore {order} of {name} back"]

    def clear(self, name: str, mine: Mine, order: str) -> Done:
        """Let go of the disks from before."""
        mine()
        self._ground.disks(name).clear(name, run=order)
        return []

    def report(self, name: str, mine: Mine, order: str, number: int) -> Done:
        """Tell what came back."""
        mine()
        snapshot = self._ground.store(name).snapshot(number)
        self._ground.telling(order).report(snapshot=number, taken=snapshot.taken.isoformat())
        return [f"{snapshot} of {snapshot.taken:%Y-%m-%d %H:%M} UTC is back"]


@contextmanager
def reading(ground: Ground, name: str, number: int, run: str) -> Iterator[Reading]:
    """Open a snapshot, which stays while it is read. Raises NoSuchSnapshot, SnapshotGoing."""
    with ground.store(name).reading(number, run) as found:
        yield found


def chosen(snapshot: Reading, disks: Collection[str]) -> Iterator[Source]:
    """Yield disks of a snapshot as they are brought back. Raises NoSuchSnapshot for one that it has not."""
    for name in disks or [disk.name for disk in snapshot.snapshot.disks]:
        disk = snapshot.disk(name)
        yield Source(name, disk, disk.extents(), whole=True)
