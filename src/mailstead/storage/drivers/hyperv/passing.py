"""Whole disks of the host as data disks: what is refused. Pure.

Nothing can wipe one through the role of the host, and a file system without partitions looks like an empty disk. So a
disk that was given up keeps its note, and is refused until a person has wiped it and taken the note away.
"""

from collections.abc import Iterable
from pathlib import PureWindowsPath

from mailstead.remoting.values import PsObject
from mailstead.storage.model import DeviceTooSmall, ForeignData, NoSuchDevice, Volume

from .looking import MIB
from .names import DiskFile, Stage, number_of


def number_in(volume: Volume) -> int:
    r"""Return the number of the disk that *volume* is to be; raise NoSuchDevice for another path."""
    number = number_of(volume.location)
    if number is None:
        raise NoSuchDevice(
            f"{volume.location} names no disk of a Hyper-V host",
            field="block_device",
            value=volume.location,
            remedy=r"give \\.\PHYSICALDRIVE<number>; `Get-Disk` on the host lists the numbers",
        )
    return number


def refuse_elsewhere(volume: Volume, place: PureWindowsPath) -> None:
    """Raise ForeignData for a file in another place than the host's folder and the tenant's name give."""
    if volume.location != place:
        raise ForeignData(
            f"{volume.location} is not where this host keeps the {volume.key}",
            field="location",
            value=volume.location,
            remedy=f"use {place}",
        )


def refuse_taken(volume: Volume, number: int, files: Iterable[DiskFile]) -> None:
    """Raise ForeignData if the disk is, or was, another's."""
    owner = next((file for file in files if file.disk == number), None)
    if owner is None:
        return
    remedy = "give each tenant a disk of its own"
    if owner.stage is Stage.GIVEN_UP:
        remedy = f"wipe it on the host, then delete {owner.tenant}\\{owner.name} in the host's folder"
    raise ForeignData(
        f"{volume.location} holds the mail of {owner.tenant}",
        field="block_device",
        value=volume.location,
        remedy=remedy,
    )


def refuse_unusable(volume: Volume, disk: PsObject | None) -> None:
    """Raise NoSuchDevice, ForeignData or DeviceTooSmall if *volume* cannot lie on the disk."""
    if disk is None:
        remedy = "correct the tenant's block_device; `Get-Disk` lists the disks of the host"
        raise NoSuchDevice(f"there is no {volume.location}", field="block_device", value=volume.location, remedy=remedy)
    if not disk.truth("IsOffline") or disk.text_of("PartitionStyle") != "RAW":
        raise ForeignData(
            f"{volume.location} is online on the host, or has partitions",
            field="block_device",
            value=volume.location,
            remedy="give an empty disk and take it offline: Clear-Disk, then Set-Disk -IsOffline $true",
        )
    there = disk.number("Size") // MIB
    if there < volume.size_mib:
        raise DeviceTooSmall(
            f"{volume.location} has {there} MiB, the {volume.key} is to have {volume.size_mib} MiB",
            field="block_device",
            value=volume.location,
            remedy=f"lower disk_gib to {there // 1024}, or give a larger disk",
        )
