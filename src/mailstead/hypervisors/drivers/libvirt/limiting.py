"""Limits of a domain's disks, changed in its settings and, if it runs, in QEMU.

Source: https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetBlockIoTune.
"""

from collections.abc import Mapping

import libvirt

from mailstead.hypervisors.limits import BLOCK_BYTES
from mailstead.hypervisors.model import DiskRole

from .domain_xml import disk_device


def limit_disks(domain: libvirt.virDomain, iops: Mapping[DiskRole, int]) -> None:
    """Set these limits now and for later, the settings last (see resizing.py). Raises libvirtError."""
    running = (libvirt.VIR_DOMAIN_AFFECT_LIVE,) if domain.isActive() else ()
    for flag in (*running, libvirt.VIR_DOMAIN_AFFECT_CONFIG):
        for role, most in iops.items():
            # QEMU takes a size of operations only beside a limit.
            tuning = {"total_iops_sec": most, "size_iops_sec": BLOCK_BYTES if most else 0}
            domain.setBlockIoTune(disk_device(role), tuning, flag)
