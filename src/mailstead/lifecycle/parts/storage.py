"""The tenant's disks. They outlive everything else: only a purge gives them up."""

from dataclasses import dataclass, replace

from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.model import DiskRole, FirmwareBoot, Power
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.world import GuestImage, World
from mailstead.sites.model import Host
from mailstead.storage.model import Format, Role, Volume, VolumeKey
from mailstead.storage.plan import compare_volumes, volumes_for
from mailstead.tenants.windows import Windows

from .part import Subject


@dataclass(frozen=True, slots=True)
class StoragePart:
    world: World
    chapter: str = "storage"

    def plan(self, subject: Subject, look: Look) -> ChangePlan[Volume]:
        found = look.volumes(subject.host)
        keys = [VolumeKey(subject.name, role) for role in Role]
        there = {key: found[key] for key in keys if key in found}
        if not subject.serves:
            return compare_volumes(there, there)  # kept as they are for the grace time
        return compare_volumes(wanted_volumes(self.world, subject, look), there)

    def apply(self, subject: Subject, plan: ChangePlan[Volume]) -> None:
        ports = self.world.ports(subject.host)
        machine = ports.machines.machines().get(subject.name)
        runs = machine is not None and machine.power is not Power.OFF
        for change in plan:
            if change.after is None:
                continue
            if runs and _only_grows(change):
                ports.machines.grow(subject.name, DiskRole(change.after.role), size_mib=change.after.size_mib)
            else:
                ports.volumes.ensure(change.after)


def wanted_volumes(world: World, subject: Subject, look: Look) -> dict[VolumeKey, Volume]:
    """Return the tenant's disks; a system disk that is there keeps the image it stands on."""
    image = image_of(subject, look)
    folder = world.ports(subject.host).host.folder
    volumes = volumes_for(
        subject.tenant, folder=folder, image=image.system, system_mib=image.system_mib, form=image.format
    )
    return {volume.key: volume for volume in volumes}


def _windows_image(host: Host, windows: Windows) -> GuestImage:
    folder = host.hyperv.images if host.hyperv else host.folder
    return GuestImage(folder / windows.image, Format.VHDX, windows.system_gib * 1024, FirmwareBoot("MicrosoftWindows"))


def _only_grows(change: Change[Volume]) -> bool:
    """Whether a running machine can take this on; all else is refused by name, or waits until it is off."""
    before, after = change.before, change.after
    if before is None or after is None or after.size_mib <= before.size_mib:
        return False
    return replace(before, size_mib=after.size_mib) == after


def image_of(subject: Subject, look: Look) -> GuestImage:
    """Return the image below the tenant's system disk: its kernel must fit the modules on that disk."""
    if subject.tenant.windows:
        return _windows_image(look.world.ports(subject.host).host, subject.tenant.windows)
    found = look.volumes(subject.host).get(VolumeKey(subject.name, Role.SYSTEM))
    return look.image(subject.host, found.base if found else None)
