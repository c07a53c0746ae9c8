"""Which disks lie in a folder: read from names, file heads and block counts; no tool is started to look."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mailstead.storage.model import Allocation, Format, Role, Volume

from . import block
from .qcow2 import read_head

_MIB = 1 << 20
NAMES = {f"{role}.{form}": (role, form) for role in Role for form in Format}


def homes(folder: Path) -> Iterator[Path]:
    """Yield the folders that may be a tenant's."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)


def volumes_in(home: Path) -> Iterator[Volume]:
    """Yield the disks of one tenant; one that cannot be read has size 0. Raises OSError."""
    for name in os.listdir(home):  # noqa: PTH208 - a thousand folders: Path objects only for what is ours
        if name in NAMES:
            yield _read(home / name, *NAMES[name])


def _read(place: Path, role: Role, form: Format) -> Volume:
    tenant = place.parent.name
    if form is Format.BLOCK:
        device = place.readlink()
        size = block.size_mib(device) if device.exists() else 0
        return Volume(tenant, role, size, Allocation.FIXED, form, device, used_mib=size)
    status = place.stat()
    taken = status.st_blocks * 512
    size_bytes, base = _inside(place, form, status.st_size)
    full = Allocation.FIXED if taken >= size_bytes else Allocation.DYNAMIC
    return Volume(tenant, role, size_bytes // _MIB, full, form, place, base, taken // _MIB)


def _inside(place: Path, form: Format, file_bytes: int) -> tuple[int, Path | None]:
    """Return size and base; size 0 says that the file is broken, and hinders no other tenant's plan."""
    if form is Format.RAW:
        return file_bytes, None
    try:
        head = read_head(place)
    except ValueError:
        return 0, None
    return head.size_bytes, Path(head.backing) if head.backing else None
