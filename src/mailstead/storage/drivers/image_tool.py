"""qemu-img by argv, its refusals as our errors."""

import subprocess
from collections.abc import Callable
from pathlib import Path, PurePath

from mailstead.ground.errors import MailsteadError
from mailstead.storage.model import FolderDenied, Format, NoDiskRoom, VolumeBroken, VolumeInUse

_TIMEOUT_S = 3600


def create(path: Path, form: Format, size_mib: int, *, fixed: bool, base: PurePath | None) -> None:
    """Make a new disk file; an overlay when there is a *base* (which must be qcow2)."""
    options = ["-o", "preallocation=falloc"] if fixed else []
    below = ["-F", "qcow2", "-b", str(base)] if base else []
    _run("create", "-q", "-f", form, *options, *below, str(path), f"{size_mib}M", path=path)


def grow(path: Path, form: Format, size_mib: int, *, fixed: bool) -> None:
    """Make the disk larger; no machine may be using it."""
    options = ["--preallocation=falloc"] if fixed else []
    _run("resize", "-q", "-f", form, *options, str(path), f"{size_mib}M", path=path)


def copy_fixed(source: Path, target: Path, form: Format) -> None:
    """Copy a disk into one whose room is all taken; the bitmaps of backups go along."""
    bitmaps = ["--bitmaps", "--skip-broken-bitmaps"] if form is Format.QCOW2 else []
    kinds = ["-f", form, "-O", form, "-o", "preallocation=falloc"]
    _run("convert", "-q", *kinds, *bitmaps, str(source), str(target), path=source)


def as_vhdx(raw: Path, target: Path) -> None:
    """Write a raw disk as a dynamic VHDX."""
    _run("convert", "-q", "-f", "raw", "-O", "vhdx", "-o", "subformat=dynamic", str(raw), str(target), path=raw)


def _run(*argv: str, path: Path) -> None:
    try:
        subprocess.run(["qemu-img", *argv], check=True, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except FileNotFoundError as error:
        raise VolumeBroken("qemu-img is not installed", remedy="install the package qemu-utils") from error
    except subprocess.CalledProcessError as error:
        raise _refusal(error.stderr.strip(), path) from error


_REFUSALS: tuple[tuple[str, Callable[[str, Path], MailsteadError]], ...] = (
    ("lock", lambda said, path: VolumeInUse(
        f"{path} is in use: {said}", field="disk", value=path,
        remedy="grow it through the hypervisor, or stop the machine first",
    )),
    ("No space left", lambda said, path: NoDiskRoom(
        f"no room for {path}: {said}", field="disk", value=path, remedy="free room in the host's folder",
    )),
    ("Permission denied", lambda said, path: FolderDenied(
        f"{path} cannot be written: {said}", field="folder", value=path.parent, remedy="run as root",
    )),
)  # fmt: skip


def _refusal(said: str, path: Path) -> MailsteadError:
    for part, error in _REFUSALS:
        if part in said:
            return error(said, path)
    return VolumeBroken(
        f"qemu-img refused {path}: {said}",
        field="disk",
        value=path,
        remedy="look at the file with `qemu-img check`",
    )
