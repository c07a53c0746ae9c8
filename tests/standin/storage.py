"""Modules Storage and Microsoft.PowerShell.Management, simulated: volumes, disks and disk files of a Hyper-V host."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PureWindowsPath

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import files
from mailstead.remoting.cmdlets import storage as declared
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live, Said, Wide
from tests.standin.records import PSError

from .hyperv.tracking import local
from .hyperv.world import Host, Vhd, Volume

CIM = "Microsoft.Management.Infrastructure.CimInstance"


@dataclass(eq=False)
class ShownVolume(Live):
    TYPES = (f"{CIM}#ROOT/Microsoft/Windows/Storage/MSFT_Volume", "MSFT_Volume", CIM, "System.Object")
    volume: Volume

    def shown(self) -> dict[str, object]:
        of = self.volume
        sizes: dict[str, object] = {"Size": Wide(of.size, unsigned=True), "SizeRemaining": Wide(of.free, unsigned=True)}
        return sizes | {"Path": of.root, "FileSystem": "CSVFS", "HealthStatus": "Healthy"}


@dataclass(eq=False)
class Disk(Live):
    """A disk of the host; what is offline there can be passed through."""

    TYPES = (f"{CIM}#ROOT/Microsoft/Windows/Storage/MSFT_Disk", "MSFT_Disk", CIM, "System.Object")
    number: int
    size: int
    offline: bool = True
    style: str = "RAW"

    def shown(self) -> dict[str, object]:
        size = Wide(self.size, unsigned=True)
        return {"Number": self.number, "Size": size, "IsOffline": self.offline, "PartitionStyle": self.style}


@simulates(declared.GetVolumeOf)
def get_volume(run: Run, call: declared.GetVolumeOf) -> Iterator[ShownVolume]:
    yield ShownVolume(run.world.volume(call.FilePath))


@simulates(declared.GetDisk)
def get_disks(run: Run, call: declared.GetDisk) -> Iterator[Disk]:
    for number in call.Number or ():
        if number not in {disk.number for disk in run.world.disks}:
            text = f"No MSFT_Disk objects found with property 'Number' equal to '{number}'."
            run.error(PSError(text, ErrorCategory.ObjectNotFound, "CmdletizationQuery_NotFound_Number", str(number)))
    yield from (disk for disk in run.world.disks if call.Number is None or disk.number in call.Number)


@simulates(files.GetChildNames)
def get_names(run: Run, call: files.GetChildNames) -> Iterator[Said]:
    for folder in map(PureWindowsPath, call.Path):
        if not run.world.has_folder(str(folder)):
            run.error(_no_path(str(folder)))
        for vhd in sorted(run.world.vhds.values(), key=lambda vhd: vhd.path):
            place = PureWindowsPath(vhd.path)
            if place.suffix.lower() != call.Filter.removeprefix("*"):
                continue
            if place.parent == folder or (call.Recurse and place.is_relative_to(folder)):
                yield Said(str(place.relative_to(folder)))


@simulates(files.NewFolder)
def new_folder(run: Run, call: files.NewFolder) -> None:
    for path in call.Path:
        run.world.volume(path)
        if run.world.folders is not None:
            run.world.folders |= {path.lower(), str(PureWindowsPath(path).parent).lower()}


@simulates(files.RenameItem)
def rename(run: Run, call: files.RenameItem) -> None:
    vhd = _free(run.world, call.LiteralPath)
    target = str(PureWindowsPath(call.LiteralPath).with_name(call.NewName))
    if target.lower() in run.world.vhds:
        raise PSError(
            "Cannot create a file when that file already exists.", ErrorCategory.WriteError, "RenameItemIOError"
        )
    if run.world.files:
        local(run.world, vhd.path).rename(local(run.world, target))
    del run.world.vhds[vhd.path.lower()]
    vhd.path = target
    run.world.vhds[target.lower()] = vhd


@simulates(files.RemoveItem)
def remove_files(run: Run, call: files.RemoveItem) -> None:
    for path in call.LiteralPath:
        vhd = _free(run.world, path)
        if run.world.files:
            local(run.world, path).unlink()
        del run.world.vhds[path.lower()]
        run.world.volume(path).used -= vhd.file_size


def _free(host: Host, path: str) -> Vhd:
    vhd = host.vhds.get(path.lower())
    if vhd is None:
        raise _no_path(path)
    if vhd.holder:
        text = f"The process cannot access the file '{path}' because it is being used by another process."
        raise PSError(text, ErrorCategory.WriteError, "RemoveFileSystemItemIOError", path)
    return vhd


def _no_path(path: str) -> PSError:
    text = f"Cannot find path '{path}' because it does not exist."
    return PSError(text, ErrorCategory.ObjectNotFound, "PathNotFound", path)
