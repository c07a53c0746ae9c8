"""Images of disks, made and read by QEMU's own tools."""

import subprocess
from pathlib import Path


def image(path: Path, size: int = 0, base: Path | None = None) -> None:
    """Make an empty qcow2 image of *size* bytes, or one that stands on *base*."""
    below = ["-b", str(base), "-F", "qcow2"] if base else []
    run("qemu-img", "create", "-q", "-f", "qcow2", *below, str(path), *([str(size)] if size else []))


def io_on(path: Path, command: str) -> None:
    run("qemu-io", "-f", "qcow2", "-c", command, str(path))


def converted(path: Path, raw: Path) -> bytes:
    run("qemu-img", "convert", "-U", "-f", "qcow2", "-O", "raw", str(path), str(raw))
    return raw.read_bytes()


def run(*argv: str) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout
