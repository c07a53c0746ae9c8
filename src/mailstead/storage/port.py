"""What a store of disks on one host must do."""

from typing import Protocol

from .model import Volume, VolumeKey


class VolumeStore(Protocol):
    """The disks of one host. Every verb may be repeated; a half-made disk is never seen."""

    def volumes(self) -> dict[VolumeKey, Volume]:
        """Return all disks of ours on this host, in one sweep. Raises FolderDenied."""

    def ensure(self, volume: Volume) -> None:
        """Create the disk, grow it, or take its room at once; leave an equal one alone.

        Raises NoSuchImage, DiskSmallerThanImage, NoSuchDevice, DeviceTooSmall, WouldShrink, ForeignData,
        VolumeMoved, VolumeInUse, NoDiskRoom, FolderDenied or VolumeBroken; nothing is changed then.
        """

    def remove(self, key: VolumeKey) -> None:
        """Destroy the disk and what is on it; one already gone is no error. Raises FolderDenied."""
