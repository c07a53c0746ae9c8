"""Disks from a root tree: a bare file system for QEMU's direct kernel boot, and a whole disk for Hyper-V."""

import shutil
from pathlib import Path

from .programs import run
from .recipe import EPOCH

ROOT_UUID = "6d61696c-7374-4561-9d00-000000000001"
_HASH_SEED = "6d61696c-7374-4561-9d00-000000000002"
_DISK_UUID = "6d61696c-7374-4561-9d00-000000000003"
_ESP_UUID = "6d61696c-7374-4561-9d00-000000000004"
_PART_UUID = "6d61696c-7374-4561-9d00-000000000005"
_ESP_SERIAL = "6d61696c"
_MIB = 1024**2
SYSTEM_MIB = 4096
_ESP_MIB = 64

# One name for the network card on both hypervisors; a guest that cannot start starts over.
CMDLINE = f"root=UUID={ROOT_UUID} rw rootfstype=ext4 console=ttyS0 quiet panic=15 net.ifnames=0 systemd.show_status=0"

_LOADER = "timeout 0\ndefault mailstead\neditor no\n"
_ENTRY = f"title mailstead\nlinux /vmlinuz\ninitrd /initrd.img\noptions {CMDLINE}\n"


def take_kernel(root: Path, out: Path) -> None:
    """Move kernel and initrd out of the tree: the hypervisor or the boot partition has them."""
    for pattern, name in (("vmlinuz-*", "vmlinuz"), ("initrd.img-*", "initrd.img")):
        (found,) = (root / "boot").glob(pattern)
        shutil.move(found, out / name)


def make_qcow2(root: Path, out: Path) -> None:
    raw = out / "system.raw"
    _sparse(raw, SYSTEM_MIB)
    _make_ext4(root, raw)
    run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(raw), str(out / "system.qcow2")])
    raw.unlink()


def make_vhdx(root: Path, out: Path) -> None:
    """Write a disk that a Generation 2 machine starts from (UEFI, Secure Boot off: systemd-boot is not signed)."""
    raw, esp = out / "whole.raw", out / "esp.raw"
    _sparse(raw, 1 + _ESP_MIB + SYSTEM_MIB + 1)
    run(["sfdisk", "--quiet", str(raw)], stdin=_partitions())
    _make_esp(root, out, esp)
    with esp.open("rb") as source, raw.open("r+b") as target:
        target.seek(_MIB)
        shutil.copyfileobj(source, target)
    _make_ext4(root, raw, offset=(1 + _ESP_MIB) * _MIB)
    vhdx = str(out / "system.vhdx")
    run(["qemu-img", "convert", "-f", "raw", "-O", "vhdx", "-o", "subformat=dynamic", str(raw), vhdx])
    raw.unlink()
    esp.unlink()


def _make_ext4(root: Path, disk: Path, *, offset: int = 0) -> None:
    options = f"hash_seed={_HASH_SEED},lazy_itable_init=1,root_owner=0:0,nodiscard,offset={offset}"
    argv = ["mke2fs", "-q", "-F", "-t", "ext4", "-m", "1", "-L", "mailstead-root", "-U", ROOT_UUID]
    size = f"{SYSTEM_MIB}m"
    run([*argv, "-E", options, "-d", str(root), str(disk), size], env={"E2FSPROGS_FAKE_TIME": str(EPOCH)})


def _partitions() -> str:
    esp = f"start=1MiB, size={_ESP_MIB}MiB, type=uefi, uuid={_ESP_UUID}, name=boot"
    system = f"size={SYSTEM_MIB}MiB, type=linux, uuid={_PART_UUID}, name=system"
    return f"label: gpt\nlabel-id: {_DISK_UUID}\n{esp}\n{system}\n"


def _make_esp(root: Path, out: Path, esp: Path) -> None:
    boot = root / "usr/lib/systemd/boot/efi/systemd-bootx64.efi"
    image = ["-i", str(esp)]
    _sparse(esp, _ESP_MIB)
    run(["mformat", *image, "-F", "-N", _ESP_SERIAL, "-v", "BOOT", "-T", str(_ESP_MIB * 2048), "::"])
    run(["mmd", *image, "::/EFI", "::/EFI/BOOT", "::/loader", "::/loader/entries"])
    for source, target in (
        (boot, "EFI/BOOT/BOOTX64.EFI"),
        (out / "vmlinuz", "vmlinuz"),
        (out / "initrd.img", "initrd.img"),
    ):
        run(["mcopy", *image, str(source), f"::/{target}"])
    for text, target in ((_LOADER, "loader/loader.conf"), (_ENTRY, "loader/entries/mailstead.conf")):
        run(["mcopy", *image, "-", f"::/{target}"], stdin=text)


def _sparse(path: Path, mib: int) -> None:
    with path.open("wb") as file:
        file.truncate(mib * _MIB)
