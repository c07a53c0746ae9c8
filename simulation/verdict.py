"""The verdict at the end: the doctor finds nothing."""

from collections.abc import Iterator

from mailstead.backup.store.tenant_store import TenantStore
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
    """Yield backups that are not what lay on the disks, points that no book knows, and what should be gone."""
    there = world.running.world.tenants.all()
    for name in there:
        yield from _unlike(world, name, world.running.protection.ground.store(name))
    for target, kept in world.targets.items():
        for name in sorted({entry.name.split("/")[1] for entry in kept.list("tenants/")} - there.keys()):
            yield Violation("backups of a tenant that was purged", f"{name} on {target}")
    for name, host in world.hosts.items():
        if DRILL in host.machines.machines() or any(key.tenant == DRILL for key in host.volumes.volumes()):
            yield Violation("a drill was left", name)


def _unlike(world: World, name: str, store: TenantStore) -> Iterator[Violation]:
    snapshots = store.snapshots()
    for snapshot in snapshots:
        for disk in world.moments.differing(store, snapshot):
            yield Violation("a backup is not what was there", f"disk {disk} of {snapshot}")
    known = {disk.point for snapshot in snapshots for disk in snapshot.disks}
    for host in world.hosts.values():
        for point in sorted(host.disks.points(name) - known):
            yield Violation("a point that no book knows", f"{point} of {name}")


def _rightly(world: World, finding: Finding) -> bool:
    """Say whether the doctor tells of what is none of our doing: the strangers' zone, and a clock that was ahead."""
    set_ahead = any(isinstance(act.what, Happens) and act.what.seconds > 0 for act in world.story.acts)
    return finding.subject == f"zone {FOREIGN_ZONE}" or (finding.code == "clock-behind" and set_ahead)
