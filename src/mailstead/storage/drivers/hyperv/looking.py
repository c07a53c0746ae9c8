"""What lies on the host: names by one cmdlet, sizes by another."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import PureWindowsPath

from mailstead.remoting.cmdlets.files import GetChildNames
from mailstead.remoting.cmdlets.hyperv import GetVHD
from mailstead.remoting.cmdlets.storage import GetDisk
from mailstead.remoting.errors import CommandRejected, HostBusy, NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject
from mailstead.storage.model import Allocation, FolderDenied, Format, Volume, VolumeKey

from .errors import SHARING_VIOLATION
from .names import DiskFile, Stage, drive

MIB = 1 << 20


def files_of_all(remote: Remote, folder: PureWindowsPath) -> list[DiskFile]:
    """Return every disk file of ours on the host. Raises FolderDenied where its folder is not there."""
    try:
        return _files(remote, GetChildNames(Path=(str(folder),), Recurse=True), "")
    except NoSuchObject as error:
        remedy = "make the folder, or bring the volume back on which it lies"
        raise FolderDenied(f"there is no folder {folder}", field="folder", value=folder, remedy=remedy) from error


def files_of(remote: Remote, folder: PureWindowsPath, tenant: str) -> list[DiskFile]:
    """Return the disk files of one tenant."""
    try:
        return _files(remote, GetChildNames(Path=(str(folder / tenant),)), f"{tenant}\\")
    except NoSuchObject:
        return []


def has_checkpoints(remote: Remote, folder: PureWindowsPath, file: DiskFile) -> bool:
    """Say whether disks of checkpoints (`data_<GUID>.avhdx`) stand on this one: it must not change beneath them."""
    names = remote.run(GetChildNames(Path=(str(folder / file.tenant),), Filter="*.avhdx")).values
    return any(str(name).lower().startswith(f"{file.role}_") for name in names)


def volumes_of(remote: Remote, folder: PureWindowsPath, files: Iterable[DiskFile]) -> dict[VolumeKey, Volume]:
    """Return the disks that the files are; one that cannot be read has size 0, and hinders nobody else's plan."""
    disks = _standing(files)
    paths = {file: str(file.below(folder)) for file in disks if file.disk is None}
    seen = facts(remote, tuple(paths.values()))
    sizes = _whole_disks(remote) if len(paths) < len(disks) else {}
    volumes = [_file(file, folder, seen[path]) for file, path in paths.items() if path in seen]
    volumes += [_passed_through(file, sizes.get(file.disk or 0, 0)) for file in disks if file.disk is not None]
    return {volume.key: volume for volume in volumes}


def facts(remote: Remote, paths: tuple[str, ...]) -> dict[str, PsObject | None]:
    """Return what Get-VHD says of each path that is there; None for a file that it cannot read.

    It names all in one call. Where one spoils that, the halves are asked, and halves of these.
    """
    if not paths:
        return {}
    try:
        found = remote.run(GetVHD(Path=paths)).all("VirtualHardDisk")
        by_path = {vhd.text_of("Path").lower(): vhd for vhd in found}
        return {path: by_path.get(path.lower()) for path in paths}
    except (NoSuchObject, CommandRejected, HostBusy) as error:
        if isinstance(error, HostBusy) and SHARING_VIOLATION not in error.message:
            raise
        if len(paths) == 1:
            return {} if isinstance(error, NoSuchObject) else {paths[0]: None}
    half = len(paths) // 2
    return facts(remote, paths[:half]) | facts(remote, paths[half:])


def disk(remote: Remote, number: int) -> PsObject | None:
    """Return a whole disk of the host."""
    with suppress(NoSuchObject):
        return remote.run(GetDisk(Number=(number,))).one("MSFT_Disk")
    return None


def _files(remote: Remote, call: GetChildNames, before: str) -> list[DiskFile]:
    return [file for name in remote.run(call).values if (file := DiskFile.parse(f"{before}{name}"))]


def _standing(files: Iterable[DiskFile]) -> list[DiskFile]:
    """Return the file that stands for each disk: the whole one, or the finished copy whose original is gone."""
    chosen: dict[VolumeKey, DiskFile] = {}
    for file in files:
        if file.stage is Stage.WHOLE or (file.stage is Stage.COPY and file.key not in chosen):
            chosen[file.key] = file
    return list(chosen.values())


def _whole_disks(remote: Remote) -> Mapping[int, int]:
    """Return MiB by number of all disks of the host."""
    disks = remote.run(GetDisk()).all("MSFT_Disk")
    return {one.number("Number"): one.number("Size") // MIB for one in disks}


def _file(file: DiskFile, folder: PureWindowsPath, vhd: PsObject | None) -> Volume:
    place = DiskFile(file.tenant, file.role).below(folder)
    if vhd is None:
        return Volume(file.tenant, file.role, 0, Allocation.DYNAMIC, Format.VHDX, place)
    full = Allocation.FIXED if vhd.text_of("VhdType") == "Fixed" else Allocation.DYNAMIC
    parent = vhd.get("ParentPath")
    base = PureWindowsPath(str(parent)) if parent else None
    used = vhd.number("FileSize") // MIB
    return Volume(file.tenant, file.role, vhd.number("Size") // MIB, full, Format.VHDX, place, base, used)


def _passed_through(file: DiskFile, size_mib: int) -> Volume:
    place = drive(file.disk or 0)
    return Volume(file.tenant, file.role, size_mib, Allocation.FIXED, Format.BLOCK, place, used_mib=size_mib)
