"""The system disk of the root tree, and what starts it: kernel, initrd, and the signed loaders of Debian."""

import shutil
from pathlib import Path

from .programs import run
from .recipe import EPOCH

ROOT_UUID = "6d61696c-7374-4561-9d00-000000000001"
_HASH_SEED = "6d61696c-7374-4561-9d00-000000000002"
MIB = 1024**2
SYSTEM_MIB = 4096

# One name for the network card on both hypervisors; a guest that cannot start starts over.
CMDLINE = f"root=UUID={ROOT_UUID} rw rootfstype=ext4 console=ttyS0 quiet panic=15 net.ifnames=0 systemd.show_status=0"

SHIM, GRUB = "shimx64.efi", "grubx64.efi"
_SIGNED = {SHIM: "usr/lib/shim/shimx64.efi.signed", GRUB: "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"}


def take_kernel(root: Path, out: Path) -> None:
    """Move kernel and initrd out of the tree: the hypervisor or the boot partition has them."""
    for pattern, name in (("vmlinuz-*", "vmlinuz"), ("initrd.img-*", "initrd.img")):
        (found,) = (root / "boot").glob(pattern)
        shutil.move(found, out / name)


def take_loader(root: Path, out: Path) -> dict[str, str]:
    """Take the signed loaders out of the packages that customize left in boot/; return name and version of each."""
    packages, opened = sorted((root / "boot").glob("*.deb")), root / "boot/opened"
    for package in packages:
        run(["dpkg-deb", "--extract", str(package), str(opened)])
    for name, place in _SIGNED.items():
        shutil.move(opened / place, out / name)
    said = run(["dpkg-deb", "--show", "--showformat=${Package} ${Version}\\n", *map(str, packages)])
    shutil.rmtree(opened)
    for package in packages:
        package.unlink()
    return dict(line.split(" ", 1) for line in said.splitlines())


def make_qcow2(root: Path, out: Path) -> None:
    raw = out / "system.raw"
    sparse(raw, SYSTEM_MIB)
    _make_ext4(root, raw)
    run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(raw), str(out / "system.qcow2")])
    raw.unlink()


def sparse(path: Path, mib: int) -> None:
    """Make a file of this size that takes no room."""
    with path.open("wb") as file:
        file.truncate(mib * MIB)


def _make_ext4(root: Path, disk: Path) -> None:
    options = f"hash_seed={_HASH_SEED},lazy_itable_init=1,root_owner=0:0,nodiscard"
    argv = ["mke2fs", "-q", "-F", "-t", "ext4", "-m", "1", "-L", "mailstead-root", "-U", ROOT_UUID]
    size = f"{SYSTEM_MIB}m"
    run([*argv, "-E", options, "-d", str(root), str(disk), size], env={"E2FSPROGS_FAKE_TIME": str(EPOCH)})
