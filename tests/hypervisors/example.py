"""The machine that the tests of this chapter share."""

from dataclasses import replace
from pathlib import Path

from mailstead.hypervisors.model import DirectBoot, Disk, DiskRole, Machine, Nic, machine_uuid

PLATFORM = "hvt"
TENANT = "hvt-acme"


def example_machine(folder: Path, kernel: Path, initrd: Path, bridge: str = "hvt0") -> Machine:
    """Return a small machine with one disk in *folder*."""
    return Machine(
        name=TENANT,
        uuid=machine_uuid(PLATFORM, TENANT),
        vcpus=1,
        vcpus_max=4,
        memory_mib=192,
        memory_max_mib=384,
        disks=(Disk(DiskRole.SYSTEM, folder / "system.qcow2"),),
        nic=Nic("52:54:00:6d:73:01", bridge, "hvt-acme", 77),
        boot=DirectBoot(kernel, initrd, "console=ttyS0 quiet"),
    )


def with_cmdline(machine: Machine, cmdline: str) -> Machine:
    """Return the machine with another command line of its kernel."""
    assert isinstance(machine.boot, DirectBoot)
    return replace(machine, boot=replace(machine.boot, cmdline=cmdline))
