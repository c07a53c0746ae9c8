"""The beginning of a backup: one transaction over all disks, for as many of them as there are changes known of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import libvirt

from .backup_xml import HeldDisk, build_backup, build_checkpoint

_LOST = {libvirt.VIR_ERR_CHECKPOINT_INCONSISTENT, libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT}
_HOW = libvirt.VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL  # 0.19 s instead of 0.40 s while the guest stands still


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be held: disks, the new point, the socket to read at, and room for what is overwritten meanwhile."""

    disks: Sequence[HeldDisk]
    point: str
    socket: Path
    scratch: Mapping[str, Path]


def begun(domain: libvirt.virDomain, order: Order, bases: Mapping[str, str]) -> dict[str, str]:
    """Begin; return the bases that hold, without those of disks whose bitmaps turn out to be lost or broken."""
    checkpoint = build_checkpoint(order.point, order.disks) if any(disk.tracks for disk in order.disks) else None
    held = dict(bases)
    while True:
        try:
            domain.backupBegin(build_backup(order.socket, order.disks, held, order.scratch), checkpoint, _HOW)
        except libvirt.libvirtError as error:
            lost = _lost_by(error, order.disks, held)
            if not lost:
                raise
            held = {name: base for name, base in held.items() if name not in lost}
        else:
            return held


def _lost_by(error: libvirt.libvirtError, disks: Sequence[HeldDisk], bases: Mapping[str, str]) -> frozenset[str]:
    """Return the disks that libvirt says it cannot count changes of: those it names, or else all."""
    if error.get_error_code() not in _LOST:
        return frozenset()
    named = {disk.name for disk in disks if f"'{disk.device}'" in error.get_error_message()}
    return frozenset(named & set(bases) or bases)
