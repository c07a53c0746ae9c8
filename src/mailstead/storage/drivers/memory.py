"""Disks that are only thought of, on a host with so much room: for the trial, simulation and tests."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from mailstead.storage.model import Allocation, Format, Volume, VolumeKey
from mailstead.storage.refusals import no_such_image, refuse_change, refuse_small_overlay, refuse_without_room


class MemoryVolumes:
    """A host with *disk_mib* of room, of which *floor_mib* stay free.

    *images* maps the path of each image to its MiB; None: every image exists.
    """

    def __init__(
        self, disk_mib: int = 1 << 40, *, images: Mapping[PurePath, int] | None = None, floor_mib: int = 1024
    ) -> None:
        self._disk_mib = disk_mib
        self._images = images
        self._floor_mib = floor_mib
        self._volumes: dict[VolumeKey, Volume] = {}
        self._foreign: dict[PurePath, int] = {}
        self.writes = 0

    def fill(self, path: PurePath, mib: int) -> None:
        """Somebody else puts a file of this size there, or (0) takes it away again."""
        self._foreign[path] = mib

    def foreign(self) -> dict[PurePath, int]:
        """Return what others keep here: MiB by path."""
        return {path: mib for path, mib in self._foreign.items() if mib}

    def volumes(self) -> dict[VolumeKey, Volume]:
        return dict(self._volumes)

    def disturb(self, volume: Volume) -> None:
        """Somebody changes a disk by hand."""
        self._volumes[volume.key] = volume

    def ensure(self, volume: Volume) -> None:
        found = self._volumes.get(volume.key)
        if found:
            refuse_change(found, volume)
        else:
            self._check_image(volume)
        taken = found.size_mib if found and found.allocation is Allocation.FIXED else 0
        kept = replace(volume, base=found.base) if found else volume
        if kept != found:
            self._check_room(volume, volume.size_mib - taken)
            self._volumes[volume.key] = kept
            self.writes += 1

    def remove(self, key: VolumeKey) -> None:
        if self._volumes.pop(key, None):
            self.writes += 1

    @property
    def free_mib(self) -> int:
        """Room that neither a fixed disk nor anybody else has taken."""
        taken = sum(_taken_mib(volume) for volume in self._volumes.values()) + sum(self._foreign.values())
        return max(0, self._disk_mib - taken)

    def _check_image(self, volume: Volume) -> None:
        if volume.base is None or self._images is None:
            return
        if volume.base not in self._images:
            raise no_such_image(volume.base)
        refuse_small_overlay(volume, self._images[volume.base])

    def _check_room(self, volume: Volume, more_mib: int) -> None:
        if volume.format is not Format.BLOCK:
            refuse_without_room(volume, more_mib=more_mib, free_mib=self.free_mib, floor_mib=self._floor_mib)


def _taken_mib(volume: Volume) -> int:
    fixed = volume.allocation is Allocation.FIXED and volume.format is not Format.BLOCK
    return volume.size_mib if fixed else 0
