"""KVM if a guest really runs under it, emulation otherwise: on nested hosts /dev/kvm may be there and not work."""

import json
import os
import pwd
import subprocess
import tempfile
from pathlib import Path

from .domain_xml import Accelerator

# mov al, 0x10; out 0xf4, al; hlt; jmp: a boot sector that ends QEMU through its isa-debug-exit device.
_CODE = bytes.fromhex("b010 e6f4 f4 ebfd")
_SECTOR = _CODE.ljust(510, b"\0") + b"\x55\xaa"
_PROOF = (0x10 << 1) | 1  # QEMU docs: the exit status is the value written, doubled, plus one
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_QEMU_USER = "libvirt-qemu"


def choose_accelerator(cache: Path, *, timeout_s: float = 3.0) -> Accelerator:
    """Return how guests run here; *cache* keeps the answer until the host is booted anew."""
    boot_id = _BOOT_ID.read_text().strip()
    known = _remembered(cache, boot_id)
    if known:
        return known
    found = Accelerator.KVM if boots("kvm", timeout_s=timeout_s) else Accelerator.EMULATION
    cache.parent.mkdir(parents=True, exist_ok=True)
    new = cache.with_name(f".{cache.name}.new")
    new.write_text(json.dumps({"boot_id": boot_id, "accelerator": found}))
    new.replace(cache)
    return found


def boots(accelerator: str, *, timeout_s: float) -> bool:
    """Boot a 512-byte guest under "kvm" or "tcg", as the user that libvirt runs QEMU as; say whether it ran."""
    if accelerator == "kvm" and not Path("/dev/kvm").exists():
        return False
    with tempfile.NamedTemporaryFile(prefix="mailstead-probe-") as disk:
        disk.write(_SECTOR)
        disk.flush()
        Path(disk.name).chmod(0o644)
        return _status(_argv(accelerator, disk.name), timeout_s) == _PROOF


def _argv(accelerator: str, disk: str) -> list[str]:
    drive = f"file={disk},format=raw,if=ide,read-only=off,snapshot=on"
    still = ["-nodefaults", "-no-user-config", "-display", "none", "-serial", "none", "-monitor", "none"]
    machine = ["-machine", "pc", "-accel", accelerator, "-m", "16", "-drive", drive, "-no-reboot"]
    return ["qemu-system-x86_64", *still, *machine, "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]


def _status(argv: list[str], timeout_s: float) -> int | None:
    user = _QEMU_USER if os.geteuid() == 0 and _exists(_QEMU_USER) else None
    group = pwd.getpwnam(user).pw_gid if user else None
    try:
        done = subprocess.run(
            argv, check=False, capture_output=True, timeout=timeout_s, user=user, group=group, extra_groups=[]
            if user else None,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, FileNotFoundError):
        return None
    return done.returncode


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _remembered(cache: Path, boot_id: str) -> Accelerator | None:
    try:
        known = json.loads(cache.read_text())
        return Accelerator(known["accelerator"]) if known["boot_id"] == boot_id else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
