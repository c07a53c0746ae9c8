"""The verdict at the end: the doctor finds nothing."""

from collections.abc import Iterator

from mailstead.doctor.model import Finding
from mailstead.tenants.model import DRILL

from .acts import Happens
from .safety import Violation
from .world import FOREIGN_ZONE, World


def verdict(world: World) -> Iterator[Violation]:
    """Yield what is still wrong after everything had time to come right."""
    for finding in world.running.doctor.examine():
        if not _rightly(world, finding):
            yield Violation(f"doctor: {finding.code}", finding.message)


def unlike(world: World) -> Iterator[Violation]:
    """Yield backups that are not what lay on the disks, points that no book knows, and what a drill left."""
    for name in world.running.world.tenants.all():
        store = world.running.protection.ground.store(name)
        for snapshot in store.snapshots():
            for disk in world.moments.differing(store, snapshot):
                yield Violation("a backup is not what was there", f"disk {disk} of {snapshot}")
        known = {disk.point for snapshot in store.snapshots() for disk in snapshot.disks}
        for host in world.hosts.values():
            for point in sorted(host.disks.points(name) - known):
                yield Violation("a point that no book knows", f"{point} of {name}")
    for name, host in world.hosts.items():
        if DRILL in host.machines.machines() or any(key.tenant == DRILL for key in host.volumes.volumes()):
            yield Violation("a drill was left", name)


def _rightly(world: World, finding: Finding) -> bool:
    """Say whether the doctor tells of what is none of our doing: the strangers' zone, and a clock that was ahead."""
    set_ahead = any(isinstance(act.what, Happens) and act.what.seconds > 0 for act in world.story.acts)
    return finding.subject == f"zone {FOREIGN_ZONE}" or (finding.code == "clock-behind" and set_ahead)
