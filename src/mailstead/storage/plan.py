"""Which disks a tenant is to have, and what differs from those it has. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from mailstead.ground.plans import ChangePlan, compare
from mailstead.tenants.model import Tenant

from .model import Allocation, Format, Role, Volume, VolumeKey


def volumes_for(
    tenant: Tenant, *, folder: PurePath, image: PurePath, system_mib: int, form: Format = Format.QCOW2
) -> tuple[Volume, Volume]:
    """Return the system disk (an overlay of *system_mib* on *image*) and the data disk of *tenant*, as files of *form*.

    *folder* is the host's folder of machines; each tenant has a folder of its own below it.
    """
    home = folder / tenant.name
    system = Volume(
        tenant=tenant.name,
        role=Role.SYSTEM,
        size_mib=system_mib,
        allocation=Allocation.DYNAMIC,
        format=form,
        location=home / f"system.{form}",
        base=image,
    )
    return system, _data_disk(tenant, home, form)


def _data_disk(tenant: Tenant, home: PurePath, form: Format) -> Volume:
    wanted = tenant.allowance
    device = wanted.block_device
    return Volume(
        tenant=tenant.name,
        role=Role.DATA,
        size_mib=wanted.disk_gib * 1024,
        allocation=Allocation.FIXED if device else Allocation(wanted.disk),
        format=Format.BLOCK if device else form,
        location=type(home)(device) if device else home / f"data.{form}",
    )


def compare_volumes(wanted: Mapping[VolumeKey, Volume], found: Mapping[VolumeKey, Volume]) -> ChangePlan[Volume]:
    """Plan the way from *found* to *wanted*; a removal, a cut and a move say what they lose."""
    settled = {key: _settled(volume, found.get(key)) for key, volume in wanted.items()}
    return compare(settled, found, subject=str, loses=_lost)


def _settled(wanted: Volume, found: Volume | None) -> Volume:
    """Keep what an existing disk may keep: its image, room taken early, a larger device."""
    if found is None or found == wanted:
        return wanted
    fixed = found.allocation is Allocation.FIXED
    device = found.format is wanted.format is Format.BLOCK
    return replace(
        wanted,
        base=found.base,
        allocation=Allocation.FIXED if fixed else wanted.allocation,
        size_mib=max(wanted.size_mib, found.size_mib) if device else wanted.size_mib,
    )


def _lost(before: Volume, after: Volume | None) -> str:
    if after is None or (after.location, after.format) != (before.location, before.format):
        return _contents(before)
    if after.size_mib < before.size_mib:
        return f"the last {before.size_mib - after.size_mib} MiB of the {before.key}"
    return ""


def _contents(volume: Volume) -> str:
    """Say what goes with the disk; a system disk is made again from its image, so it is no loss."""
    if volume.role is Role.SYSTEM:
        return ""
    return f"the mail of {volume.tenant} ({volume.used_mib / 1024:.1f} GiB used)"
