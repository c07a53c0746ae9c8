"""Limits of a machine's disks, as every driver counts them. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from .model import DiskRole, Machine, MachineRefused

BLOCK_BYTES = 8192  # an operation larger than this counts as many as it has such blocks, as Hyper-V does


def limited(machine: Machine, iops: Mapping[DiskRole, int]) -> Machine:
    """Return the machine with these limits. Raises MachineRefused for a disk that it has not."""
    strange = sorted(iops.keys() - {disk.role for disk in machine.disks})
    if strange:
        message = f"the machine of {machine.name} has no {strange[0]} disk to limit"
        raise MachineRefused(message, field="disk", value=strange[0], remedy="plan and apply again")
    return replace(machine, disks=tuple(replace(disk, iops=iops.get(disk.role, disk.iops)) for disk in machine.disks))
