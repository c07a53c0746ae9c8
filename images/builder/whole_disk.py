"""A disk that a Generation 2 machine starts from under Secure Boot, made of a finished image.

The firmware starts shim (signed by Microsoft); shim starts GRUB and vouches for the kernel (both signed by Debian).
GRUB as Debian signs it reads its orders in EFI/debian of the partition it came from.
"""

import shutil
from pathlib import Path

from .disks import CMDLINE, GRUB, MIB, SHIM, SYSTEM_MIB, sparse
from .programs import run
from .shelf import VHDX

_DISK_UUID = "6d61696c-7374-4561-9d00-000000000003"
_ESP_UUID = "6d61696c-7374-4561-9d00-000000000004"
_PART_UUID = "6d61696c-7374-4561-9d00-000000000005"
_ESP_SERIAL = "6d61696c"
_ESP_MIB = 64

WHOLE_MIB = 1 + _ESP_MIB + SYSTEM_MIB + 1

_ORDERS = f"linux /vmlinuz {CMDLINE}\ninitrd /initrd.img\nboot\n"
_STARTERS = {SHIM: "EFI/BOOT/BOOTX64.EFI", GRUB: "EFI/BOOT/grubx64.efi"}


def make_vhdx(image: Path, work: Path) -> None:
    """Write work/system.vhdx from the files of a finished *image*."""
    raw, esp = work / "whole.raw", work / "esp.raw"
    sparse(raw, WHOLE_MIB)
    run(["sfdisk", "--quiet", str(raw)], stdin=_partitions())
    _make_esp(image, esp)
    with esp.open("rb") as source, raw.open("r+b") as target:
        target.seek(MIB)
        shutil.copyfileobj(source, target)
    _copy_system(image / "system.qcow2", raw)
    run(["qemu-img", "convert", "-f", "raw", "-O", "vhdx", "-o", "subformat=dynamic", str(raw), str(work / VHDX)])


def _partitions() -> str:
    esp = f"start=1MiB, size={_ESP_MIB}MiB, type=uefi, uuid={_ESP_UUID}, name=boot"
    system = f"size={SYSTEM_MIB}MiB, type=linux, uuid={_PART_UUID}, name=system"
    return f"label: gpt\nlabel-id: {_DISK_UUID}\n{esp}\n{system}\n"


def _copy_system(system: Path, raw: Path) -> None:
    place = f"driver=raw,offset={(1 + _ESP_MIB) * MIB},size={SYSTEM_MIB * MIB}"
    target = f"{place},file.driver=file,file.filename={raw}"
    run(["qemu-img", "convert", "-n", "--target-is-zero", "-f", "qcow2", str(system), "--target-image-opts", target])


def _make_esp(image: Path, esp: Path) -> None:
    disk = ["-i", str(esp)]
    sparse(esp, _ESP_MIB)
    run(["mformat", *disk, "-F", "-N", _ESP_SERIAL, "-v", "BOOT", "-T", str(_ESP_MIB * 2048), "::"])
    run(["mmd", *disk, "::/EFI", "::/EFI/BOOT", "::/EFI/debian"])
    for source, target in {**_STARTERS, "vmlinuz": "vmlinuz", "initrd.img": "initrd.img"}.items():
        run(["mcopy", *disk, str(image / source), f"::/{target}"])
    run(["mcopy", *disk, "-", "::/EFI/debian/grub.cfg"], stdin=_ORDERS)
