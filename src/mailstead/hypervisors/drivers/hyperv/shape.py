"""The shape of a machine: as the mark keeps it, and as Hyper-V counts it. Pure; see docs/formats/hyperv.md."""

from pathlib import PureWindowsPath
from typing import Any

from mailstead.hypervisors.model import (
    Boot,
    Disk,
    DiskFormat,
    DiskRole,
    FirmwareBoot,
    Machine,
    MachineRefused,
    Nic,
    machine_uuid,
)
from mailstead.sites.marks import Mark, Section

SECTION = "machine"
LOCATIONS = {DiskRole.SYSTEM: 0, DiskRole.DATA: 1}  # on SCSI controller 0; what stands at others is not ours
_ALIGNED_MIB = 2  # Hyper-V takes memory in steps of 2 MB


def section_of(machine: Machine) -> Section:
    """Return what the mark keeps of *machine*: all but its power and what follows from platform and tenant."""
    nic = machine.nic
    return {
        "vcpus": machine.vcpus,
        "vcpus_max": machine.vcpus_max,
        "memory_mib": machine.memory_mib,
        "memory_max_mib": machine.memory_max_mib,
        "nested": machine.nested,
        "secure_boot": secure_boot_of(machine.boot),
        "disks": [
            {
                "role": str(disk.role),
                "source": str(disk.source),
                "format": str(disk.format),
                "discard": disk.discard,
                "iops": disk.iops,
            }
            for disk in machine.disks
        ],
        "nic": {"mac": nic.mac, "bridge": nic.bridge, "port": nic.port, "vlan": nic.vlan},
    }


def machine_of(mark: Mark) -> Machine:
    """Return the machine that the mark's section keeps. Raises ValueError for one that was changed by hand."""
    kept = mark.sections[SECTION]
    try:
        return Machine(
            name=mark.tenant,
            uuid=machine_uuid(mark.platform, mark.tenant),
            vcpus=int(kept["vcpus"]),
            vcpus_max=int(kept["vcpus_max"]),
            memory_mib=int(kept["memory_mib"]),
            memory_max_mib=int(kept["memory_max_mib"]),
            disks=tuple(map(_disk, kept["disks"])),
            nic=_nic(kept["nic"]),
            boot=FirmwareBoot(str(kept["secure_boot"])),
            nested=bool(kept["nested"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def secure_boot_of(boot: Boot) -> str:
    """Return the template of secure boot. Raises MachineRefused for a machine that is to boot otherwise."""
    if isinstance(boot, FirmwareBoot):
        return boot.secure_boot
    remedy = "build the image with a boot loader: mailstead image build"
    raise MachineRefused("Hyper-V loads no kernel by itself: it boots from the disk", field="boot", remedy=remedy)


def percent(vcpus: int, count: int) -> int:
    """Return the limit that gives *count* processors the time of *vcpus*, in percent."""
    return -(-100 * min(vcpus, count) // count)


def vcpus_of(limit: int, count: int) -> int:
    """Return the whole processors that a limit in percent leaves."""
    return max(1, limit * count // 100)


def memory_bytes(mib: int) -> int:
    """Return *mib* in bytes, rounded up to what Hyper-V takes."""
    return (mib + -mib % _ALIGNED_MIB) << 20


def least_bytes(mib: int) -> int:
    """Return what dynamic memory may shrink to: half."""
    return memory_bytes(mib // 2)


def _disk(kept: dict[str, Any]) -> Disk:
    source, iops = PureWindowsPath(kept["source"]), int(kept.get("iops", 0))
    return Disk(DiskRole(kept["role"]), source, DiskFormat(kept["format"]), discard=bool(kept["discard"]), iops=iops)


def _nic(kept: dict[str, Any]) -> Nic:
    return Nic(str(kept["mac"]), str(kept["bridge"]), str(kept["port"]), int(kept["vlan"]))
