"""What is looked at before a build starts, so that it is refused in a second and not after minutes."""

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

ROOM_NEEDED = 3 * 1024**3

# program → Debian package
PROGRAMS = {"mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs", "qemu-img": "qemu-utils"}
VHDX_PROGRAMS = {"sfdisk": "fdisk", "mformat": "mtools"}


class BuildRefused(Exception):
    """The image cannot be built; `code` is stable, `remedy` says what to do."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "remedy": self.remedy}


def refuse_unless_root(user: Callable[[], int] = os.geteuid) -> None:
    if user() != 0:
        raise BuildRefused("image-needs-root", "only root can build the image", "run this with sudo")


def refuse_if_missing(programs: Iterable[tuple[str, str]], which: Callable[[str], str | None] = shutil.which) -> None:
    """Refuse when programs are missing, naming all their packages at once."""
    packages = sorted({package for program, package in programs if which(program) is None})
    if packages:
        names = " ".join(packages)
        raise BuildRefused("image-tools-missing", f"missing: {names}", f"apt-get install {names}")


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def refuse_without_room(folder: Path, free: Callable[[Path], int] = free_bytes) -> None:
    found = free(folder)
    if found < ROOM_NEEDED:
        raise BuildRefused(
            "image-no-room",
            f"{folder} has {found // 1024**2} MiB free; a build needs {ROOM_NEEDED // 1024**2} MiB",
            "make room there, or name another folder with --cache",
        )
