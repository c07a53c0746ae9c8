"""Disks in a folder of this host: `<folder>/<tenant>/<role>.<format>`; see docs/formats/machine.md."""

import errno
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from mailstead.storage.model import (
    Allocation,
    DeviceTooSmall,
    FolderDenied,
    ForeignData,
    Format,
    NoDiskRoom,
    Volume,
    VolumeBroken,
    VolumeKey,
)
from mailstead.storage.refusals import no_such_image, refuse_change, refuse_small_overlay, refuse_without_room

from . import block, image_tool
from .found import NAMES, homes, volumes_in
from .qcow2 import read_head

_MIB = 1 << 20


class FolderVolumes:
    """The disks below *folder*; *floor_mib* of its file system stay free.

    Needs qemu-utils, and root for block devices.
    """

    def __init__(self, folder: Path, *, floor_mib: int = 1024) -> None:
        self._folder = folder
        self._floor_mib = floor_mib

    def volumes(self) -> dict[VolumeKey, Volume]:
        with _explained(self._folder):
            return {volume.key: volume for home in homes(self._folder) for volume in volumes_in(home)}

    def ensure(self, volume: Volume) -> None:
        home = self._folder / volume.tenant
        with _explained(home):
            found = next((v for v in volumes_in(home) if v.key == volume.key), None) if home.is_dir() else None
            if found:
                self._bring(found, volume)
            else:
                self._create(home, volume)

    def remove(self, key: VolumeKey) -> None:
        home = self._folder / key.tenant
        with _explained(home):
            for name, (role, form) in NAMES.items():
                if role is key.role and (home / name).is_symlink() and form is Format.BLOCK:
                    block.wipe((home / name).readlink())
                if role is key.role:
                    (home / name).unlink(missing_ok=True)
                    _unfinished(home / name).unlink(missing_ok=True)
            with suppress(OSError):  # the other disk, or the machine's log, may still be there
                home.rmdir()

    def _create(self, home: Path, volume: Volume) -> None:
        place = home / f"{volume.role}.{volume.format}"
        if volume.format is Format.BLOCK:
            _refuse_taken(volume, self.volumes())
            block.refuse_unusable(Path(volume.location), volume)
            _home_made(home)
            place.symlink_to(volume.location)
            return
        _refuse_elsewhere(place, volume)
        _refuse_image(volume)
        self._refuse_full(volume, volume.size_mib)
        _home_made(home)
        with _replacing(place) as new:
            fixed = volume.allocation is Allocation.FIXED
            image_tool.create(new, volume.format, volume.size_mib, fixed=fixed, base=volume.base)

    def _bring(self, found: Volume, wanted: Volume) -> None:
        refuse_change(found, wanted)
        if found.size_mib == 0:
            raise VolumeBroken(f"{found.location} is no {found.format} disk", field="disk", value=found.location)
        fixed = wanted.allocation is Allocation.FIXED
        if wanted.size_mib > found.size_mib:
            self._grow(found, wanted, fixed=fixed)
        if fixed and found.allocation is Allocation.DYNAMIC:
            self._refuse_full(wanted, wanted.size_mib)
            place = Path(found.location)
            with _replacing(place) as new:
                image_tool.copy_fixed(place, new, found.format)

    def _grow(self, found: Volume, wanted: Volume, *, fixed: bool) -> None:
        if found.format is Format.BLOCK:
            raise DeviceTooSmall(
                f"{found.location} has {found.size_mib} MiB, {wanted.size_mib} MiB are wanted",
                field="block_device",
                value=found.location,
                remedy="enlarge the device first",
            )
        self._refuse_full(wanted, wanted.size_mib - found.size_mib)
        image_tool.grow(Path(found.location), found.format, wanted.size_mib, fixed=fixed)

    def _refuse_full(self, volume: Volume, more_mib: int) -> None:
        free = shutil.disk_usage(_nearest(self._folder)).free // _MIB
        refuse_without_room(volume, more_mib=more_mib, free_mib=free, floor_mib=self._floor_mib)


def _refuse_taken(volume: Volume, found: Mapping[VolumeKey, Volume]) -> None:
    owner = next((other.tenant for other in found.values() if other.location == volume.location), None)
    if owner:
        raise ForeignData(
            f"{volume.location} is the data disk of {owner} already",
            field="block_device",
            value=volume.location,
            remedy="give each tenant a device of its own",
        )


def _refuse_elsewhere(place: Path, volume: Volume) -> None:
    if volume.location != place:
        raise ForeignData(
            f"{volume.location} is not where this host keeps the {volume.key}",
            field="location",
            value=volume.location,
            remedy=f"use {place}, which the host's folder and the tenant's name give",
        )


def _refuse_image(volume: Volume) -> None:
    if volume.base is None:
        return
    try:
        head = read_head(Path(volume.base))
    except FileNotFoundError as error:
        raise no_such_image(volume.base) from error
    except ValueError as error:
        raise VolumeBroken(
            f"{volume.base} is no qcow2 image: {error}",
            field="image",
            value=volume.base,
            remedy="build the image again",
        ) from error
    refuse_small_overlay(volume, -(-head.size_bytes // _MIB))


def _home_made(home: Path) -> None:
    # QEMU runs as a user of its own and must pass through; it need not list.
    for folder in (home.parent, home):
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(0o711)


@contextmanager
def _replacing(place: Path) -> Iterator[Path]:
    """Give a new path to write to, which becomes *place* only when all went well."""
    new = _unfinished(place)
    new.unlink(missing_ok=True)
    try:
        yield new
        new.chmod(0o600)
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)


def _unfinished(place: Path) -> Path:
    return place.with_name(f".{place.name}.new")


def _nearest(folder: Path) -> Path:
    """Return the folder, or the first above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.is_dir())


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise FolderDenied(
                f"{place}: {error.strerror}",
                field="folder",
                value=place,
                remedy="run as root, and see that the file system is mounted writable",
            ) from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoDiskRoom(
                f"{place}: {error.strerror}", field="folder", value=place, remedy="free room there"
            ) from error
        raise
