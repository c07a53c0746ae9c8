"""The VolumeStore of port.py on a Hyper-V host: looks, then sends what is missing."""

from dataclasses import replace
from pathlib import PureWindowsPath

from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets.files import NewFolder, RemoveItem, RenameItem
from mailstead.remoting.cmdlets.hyperv import (
    ConvertVHD,
    NewDifferencingVHD,
    NewDynamicVHD,
    NewFixedVHD,
    ResizeVHD,
)
from mailstead.remoting.cmdlets.storage import GetVolumeOf
from mailstead.remoting.errors import NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.storage.model import (
    Allocation,
    DeviceTooSmall,
    Format,
    Role,
    Volume,
    VolumeBroken,
    VolumeInUse,
    VolumeKey,
)
from mailstead.storage.refusals import no_such_image, refuse_change, refuse_small_overlay, refuse_without_room

from .errors import explained
from .looking import MIB, disk, facts, files_of, files_of_all, has_checkpoints, volumes_of
from .names import DiskFile, Stage
from .passing import number_in, refuse_elsewhere, refuse_taken, refuse_unusable

_NOTE_BYTES = 4 * MIB


class HyperVVolumes:
    """The disks below *folder* of the host behind *remote*; *floor_mib* of its volume stay free.

    With *copies* each system disk is a full copy of its image, not a child of it.
    """

    def __init__(self, remote: Remote, folder: PureWindowsPath, *, copies: bool = False, floor_mib: int = 1024) -> None:
        self._remote = remote
        self._folder = folder
        self._copies = copies
        self._floor_mib = floor_mib

    def volumes(self) -> dict[VolumeKey, Volume]:
        with explained(self._folder):
            return volumes_of(self._remote, self._folder, files_of_all(self._remote, self._folder))

    def ensure(self, volume: Volume) -> None:
        with explained(volume.location):
            files = [file for file in files_of(self._remote, self._folder, volume.tenant) if file.key == volume.key]
            found = volumes_of(self._remote, self._folder, files).get(volume.key)
            if found:
                self._bring(found, volume, files)
            elif volume.format is Format.BLOCK:
                self._pass_through(volume)
            else:
                self._create(volume, files)

    def remove(self, key: VolumeKey) -> None:
        with explained(self._folder / key.tenant):
            for file in files_of(self._remote, self._folder, key.tenant):
                if file.key == key and file.stage is not Stage.GIVEN_UP:
                    self._drop(file) if file.disk is None else self._rename(file, Stage.GIVEN_UP)

    def _create(self, volume: Volume, files: list[DiskFile]) -> None:
        place = DiskFile(volume.tenant, volume.role)
        refuse_elsewhere(volume, place.below(self._folder))
        self._refuse_image(volume)
        self._refuse_full(volume, volume.size_mib)
        for left in files:
            self._drop(left)
        self._make(volume, place)

    def _make(self, volume: Volume, place: DiskFile) -> None:
        """Make at once what is made at once; what takes its time gets its name when it is whole."""
        size, folder = volume.size_mib * MIB, NewFolder(Path=(str(self._folder / volume.tenant),))
        new = replace(place, stage=Stage.NEW)
        into, unfinished = self._path(place), self._path(new)
        if volume.base and self._copies:
            copy = ConvertVHD(Path=str(volume.base), DestinationPath=unfinished, VHDType="Dynamic")
            self._remote.run(batch(folder, copy))
            self._remote.run(ResizeVHD(Path=(unfinished,), SizeBytes=size))
            self._rename(new, Stage.WHOLE)
        elif volume.base:
            child = NewDifferencingVHD(Path=(into,), ParentPath=str(volume.base), SizeBytes=size)
            self._remote.run(batch(folder, child))
        elif volume.allocation is Allocation.FIXED:
            self._remote.run(batch(folder, NewFixedVHD(Path=(unfinished,), SizeBytes=size)))
            self._rename(new, Stage.WHOLE)
        else:
            self._remote.run(batch(folder, NewDynamicVHD(Path=(into,), SizeBytes=size)))

    def _bring(self, found: Volume, wanted: Volume, files: list[DiskFile]) -> None:
        refuse_change(found, wanted)
        if found.size_mib == 0:
            remedy = "look at the file with Test-VHD, or at the disk with Get-Disk"
            raise VolumeBroken(f"{found.location} is no disk", field="disk", value=found.location, remedy=remedy)
        place = DiskFile(found.tenant, found.role)
        if found.format is Format.VHDX:
            self._finish(place, files)
            self._refuse_beneath(found, wanted, place)
        if wanted.size_mib > found.size_mib:
            self._grow(found, wanted)
        if wanted.allocation is Allocation.FIXED and found.allocation is Allocation.DYNAMIC:
            self._take_room(wanted, place)

    def _finish(self, place: DiskFile, files: list[DiskFile]) -> None:
        """Clear up what a conversion that was cut short has left."""
        whole = place in files
        for file in files:
            if file.stage is Stage.COPY and not whole:
                self._rename(file, Stage.WHOLE)
            elif file.stage in {Stage.COPY, Stage.NEW}:
                self._drop(file)

    def _refuse_beneath(self, found: Volume, wanted: Volume, place: DiskFile) -> None:
        changes = (found.size_mib, found.allocation) != (wanted.size_mib, wanted.allocation)
        if changes and has_checkpoints(self._remote, self._folder, place):
            raise VolumeInUse(
                f"checkpoints stand on {found.location}: changed beneath them, they are lost",
                field="disk",
                value=found.location,
                remedy="remove the checkpoints of the machine first",
            )

    def _grow(self, found: Volume, wanted: Volume) -> None:
        if found.format is Format.BLOCK:
            raise DeviceTooSmall(
                f"{found.location} has {found.size_mib} MiB, {wanted.size_mib} MiB are wanted",
                field="block_device",
                value=found.location,
                remedy="enlarge the device first",
            )
        self._refuse_full(replace(wanted, allocation=found.allocation), wanted.size_mib - found.size_mib)
        self._remote.run(ResizeVHD(Path=(str(found.location),), SizeBytes=wanted.size_mib * MIB))

    def _take_room(self, wanted: Volume, place: DiskFile) -> None:
        self._refuse_full(wanted, wanted.size_mib)
        copy = replace(place, stage=Stage.COPY)
        source, target = self._path(place), self._path(copy)
        self._remote.run(ConvertVHD(Path=source, DestinationPath=target, VHDType="Fixed"))
        self._remote.run(batch(RemoveItem(LiteralPath=(source,)), RenameItem(LiteralPath=target, NewName=place.name)))

    def _pass_through(self, volume: Volume) -> None:
        number = number_in(volume)
        refuse_taken(volume, number, files_of_all(self._remote, self._folder))
        refuse_unusable(volume, disk(self._remote, number))
        note = self._path(DiskFile(volume.tenant, Role(volume.role), disk=number))
        folder = NewFolder(Path=(str(self._folder / volume.tenant),))
        self._remote.run(batch(folder, NewDynamicVHD(Path=(note,), SizeBytes=_NOTE_BYTES)))

    def _refuse_image(self, volume: Volume) -> None:
        if volume.base is None:
            return
        path = str(volume.base)
        seen = facts(self._remote, (path,))
        if path not in seen:
            host = self._remote.name
            remedy = (
                f"bring it there: mailstead image place {host} (of Windows: by hand); then: mailstead host check {host}"
            )
            raise no_such_image(volume.base, remedy)
        image = seen[path]
        if image is None:
            remedy = "place the image anew"
            raise VolumeBroken(f"{path} is no VHDX image", field="image", value=path, remedy=remedy)
        refuse_small_overlay(volume, -(-image.number("Size") // MIB))

    def _refuse_full(self, volume: Volume, more_mib: int) -> None:
        there = self._remote.run(GetVolumeOf(FilePath=str(self._folder))).one("MSFT_Volume")
        free = there.number("SizeRemaining") // MIB
        refuse_without_room(volume, more_mib=more_mib, free_mib=free, floor_mib=self._floor_mib)

    def _drop(self, file: DiskFile) -> None:
        try:
            self._remote.run(RemoveItem(LiteralPath=(self._path(file),)))
        except NoSuchObject:
            return

    def _rename(self, file: DiskFile, stage: Stage) -> None:
        self._remote.run(RenameItem(LiteralPath=self._path(file), NewName=replace(file, stage=stage).name))

    def _path(self, file: DiskFile) -> str:
        return str(file.below(self._folder))
