"""A guest of some 8 MiB that is up in seconds: Debian's kernel and a busybox that waits for the power button.

Made from two Debian packages that are downloaded and unpacked, not installed; kept in a folder of this user.
"""

import gzip
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

MODULES = (
    "virtio/virtio_ring",
    "virtio/virtio",
    "virtio/virtio_pci_legacy_dev",
    "virtio/virtio_pci_modern_dev",
    "virtio/virtio_pci",
    "virtio/virtio_balloon",
    "acpi/button",
    "input/evdev",
)
INIT = """#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t devtmpfs dev /dev
for m in {modules}; do $B insmod /lib/$m.ko; done
for e in /dev/input/event*; do ($B dd of=/dev/null bs=24 count=1 < $e; $B poweroff -f) & done
echo "guest is up" > /dev/ttyS0
while :; do $B sleep 3600; done
"""


@dataclass(frozen=True, slots=True)
class TinyGuest:
    """Kernel and initial memory file system; says "guest is up" on its serial line."""

    kernel: Path
    initrd: Path


def tiny_guest() -> TinyGuest:
    """Return the guest, made on first use; skips the test where Debian's archive is out of reach."""
    folder = Path(tempfile.gettempdir()) / f"mailstead-tiny-guest-{os.getuid()}"
    guest = TinyGuest(folder / "vmlinuz", folder / "initrd.img")
    if not guest.initrd.exists():
        folder.mkdir(mode=0o755, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            _make(guest, Path(scratch))
    return guest


def _make(guest: TinyGuest, scratch: Path) -> None:
    depends = _run("apt-cache", "depends", "linux-image-cloud-amd64", cwd=scratch)
    kernel = next(line.split()[1] for line in depends.splitlines() if "Depends:" in line)
    _run("apt-get", "-q", "download", kernel, "busybox-static", cwd=scratch)
    for package in scratch.glob("*.deb"):
        _run("dpkg", "-x", package.name, "tree", cwd=scratch)
    tree = scratch / "tree"
    shutil.copy(next(tree.glob("boot/vmlinuz-*")), guest.kernel)
    guest.kernel.chmod(0o644)
    made = scratch / "initrd.img"
    made.write_bytes(gzip.compress(b"".join(_archive(tree)), 1))
    made.replace(guest.initrd)


def _run(*argv: str, cwd: Path) -> str:
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the tiny guest needs Debian's archive: {argv[0]}: {done.stderr.strip()[-200:]}")
    return done.stdout


def _archive(tree: Path) -> Iterator[bytes]:
    """Yield a cpio archive in "newc" form (Linux: Documentation/driver-api/early-userspace/buffer-format)."""
    drivers = next(tree.glob("lib/modules/*/kernel/drivers"))
    init = INIT.format(modules=" ".join(Path(name).name for name in MODULES))
    for folder in ("bin", "dev", "lib", "proc", "sys"):
        yield _entry(folder, 0o40755)
    yield _entry("bin/busybox", 0o100755, (tree / "bin/busybox").read_bytes())
    yield _entry("init", 0o100755, init.encode())
    for name in MODULES:
        yield _entry(f"lib/{Path(name).name}.ko", 0o100644, (drivers / f"{name}.ko").read_bytes())
    yield _entry("TRAILER!!!", 0)


def _entry(name: str, mode: int, content: bytes = b"") -> bytes:
    numbers = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % number for number in numbers) + name.encode() + b"\0"
    return _padded(head) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
