"""Block devices as data disks: how large, what is on them, wiping."""

import os
import subprocess
from pathlib import Path

from mailstead.storage.model import DeviceTooSmall, ForeignData, NoSuchDevice, Volume, VolumeBroken


def size_mib(device: Path) -> int:
    """Return the size of the device in MiB, rounded down. Raises NoSuchDevice."""
    try:
        with device.open("rb") as file:
            return file.seek(0, os.SEEK_END) >> 20
    except OSError as error:
        raise NoSuchDevice(
            f"{device} cannot be used as a disk: {error.strerror}",
            field="block_device",
            value=device,
            remedy="correct the tenant's block_device; `lsblk` lists the devices of the host",
        ) from error


def refuse_unusable(device: Path, wanted: Volume) -> None:
    """Raise NoSuchDevice, DeviceTooSmall or ForeignData if *wanted* cannot lie on the device."""
    there = size_mib(device)
    if there < wanted.size_mib:
        raise DeviceTooSmall(
            f"{device} has {there} MiB, the {wanted.key} is to have {wanted.size_mib} MiB",
            field="block_device",
            value=device,
            remedy=f"lower disk_gib to {there // 1024}, or give a larger device",
        )
    held = signature(device)
    if held:
        raise ForeignData(
            f"{device} holds {held}, which is not ours",
            field="block_device",
            value=device,
            remedy=f"give an empty device, or wipe this one with `wipefs --all {device}` if nobody needs it",
        )


def signature(device: Path) -> str:
    """Return what blkid(8) sees on the device ("ext4", "gpt", …), or nothing if it looks empty."""
    argv = [
        "blkid",
        "--probe",
        "--output",
        "value",
        "--match-tag",
        "TYPE",
        "--match-tag",
        "PTTYPE",
        str(device),
    ]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    if done.returncode == 8:  # blkid(8): ambivalent results, so there is more than one
        return "several file systems"
    if done.returncode not in (0, 2):  # 2: nothing found
        raise VolumeBroken(f"blkid cannot look at {device}: {done.stderr.strip()}", field="block_device", value=device)
    return " ".join(done.stdout.split())


def wipe(device: Path) -> None:
    """Let go of all blocks where the device can, and take away what says that there were data."""
    subprocess.run(["blkdiscard", "--force", str(device)], check=False, capture_output=True)
    done = subprocess.run(["wipefs", "--all", "--quiet", str(device)], check=False, capture_output=True, text=True)
    if done.returncode and device.exists():
        raise VolumeBroken(
            f"{device} cannot be wiped: {done.stderr.strip()}",
            field="block_device",
            value=device,
            remedy="stop what uses the device and try again",
        )
