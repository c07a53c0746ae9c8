"""Points: libvirt's checkpoints of ours, and the bitmaps of the same names in the disks.

libvirt forgets checkpoints with the machine's definition, and a machine that comes from another host has none here;
the bitmaps are in the disks, so such a point is taken up again. A QEMU that was killed leaves bitmaps that are broken.
"""

import json
import subprocess
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

import libvirt

from .backup_xml import HeldDisk, build_checkpoint, devices_in, disks_in

PREFIX = "mailstead-"
_TAKE_UP = libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE | libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE
_FORGET = libvirt.VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY
_TIMEOUT_S = 300


def new_point(now: datetime) -> str:
    """Return a name that no point ever had: a bitmap must never be taken for one of another moment."""
    return f"{PREFIX}{now:%Y%m%d%H%M%S}-{token_hex(8)}"


def known_points(domain: libvirt.virDomain) -> frozenset[str]:
    """Return the points of ours that libvirt knows."""
    names = (checkpoint.getName() for checkpoint in domain.listAllCheckpoints(0))
    return frozenset(name for name in names if name.startswith(PREFIX))


def is_tracked(domain: libvirt.virDomain, disk: HeldDisk, point: str) -> bool:
    """Say whether changes of a disk since *point* are known, taking the point up again if libvirt forgot it."""
    if not disk.tracks or not point.startswith(PREFIX):
        return False
    if point not in known_points(domain) and not _taken_up(domain, [disk], point):
        return False
    return disk.device in devices_in(domain.checkpointLookupByName(point).getXMLDesc(0))


def drop(domain: libvirt.virDomain, point: str) -> None:
    """Forget a point, with its bitmaps wherever that can be done."""
    disks = disks_in(domain.XMLDesc(0))
    if not domain.isActive():
        _forget(domain, point)
        _remove_bitmaps(disks, [point])
        return
    try:
        domain.checkpointLookupByName(point).delete(0)
    except libvirt.libvirtError:  # the bitmap of some disk is missing or broken; those of others are not
        _forget(domain, point)
        for disk in disks:
            if _taken_up(domain, [disk], point):
                domain.checkpointLookupByName(point).delete(0)


def drop_all_but(domain: libvirt.virDomain, points: Collection[str]) -> None:
    """Forget all points of ours but these, also those that libvirt does not know any more."""
    for point in known_points(domain) - frozenset(points):
        drop(domain, point)
    for disk in disks_in(domain.XMLDesc(0)):
        strays = _bitmaps(disk) - known_points(domain) - frozenset(points)
        if not domain.isActive():
            _remove_bitmaps([disk], strays)
            continue
        for stray in strays:
            if _taken_up(domain, [disk], stray):
                domain.checkpointLookupByName(stray).delete(0)


def _taken_up(domain: libvirt.virDomain, disks: Iterable[HeldDisk], point: str) -> bool:
    """Let libvirt know a point again whose bitmaps are sound; say whether they were."""
    if not domain.isActive():
        return False
    try:
        domain.checkpointCreateXML(build_checkpoint(point, disks, domain=domain.XMLDesc(0)), _TAKE_UP)
    except libvirt.libvirtError:
        return False
    return True


def _forget(domain: libvirt.virDomain, point: str) -> None:
    with suppress(libvirt.libvirtError):
        domain.checkpointLookupByName(point).delete(_FORGET)


def _bitmaps(disk: HeldDisk) -> frozenset[str]:
    """Return the bitmaps of ours that were in the disk's file when it was opened last."""
    if not disk.tracks:
        return frozenset()
    found = json.loads(_qemu_img("info", "--force-share", "--output=json", str(disk.path)) or "{}")
    listed = found.get("format-specific", {}).get("data", {}).get("bitmaps", [])
    return frozenset(bitmap["name"] for bitmap in listed if bitmap["name"].startswith(PREFIX))


def _remove_bitmaps(disks: Iterable[HeldDisk], points: Collection[str]) -> None:
    for path, point in _there(disks, points):
        _qemu_img("bitmap", "--remove", str(path), point)


def _there(disks: Iterable[HeldDisk], points: Collection[str]) -> Iterator[tuple[Path, str]]:
    for disk in disks:
        yield from ((disk.path, point) for point in _bitmaps(disk) & frozenset(points))


def _qemu_img(*argv: str) -> str:
    """Return what the program says; nothing where it fails: a bitmap that stays is in nobody's way."""
    done = subprocess.run(["qemu-img", *argv], check=False, capture_output=True, text=True, timeout=_TIMEOUT_S)
    return done.stdout if done.returncode == 0 else ""
