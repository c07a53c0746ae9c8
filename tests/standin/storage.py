"""Module Storage, simulated: volumes and disks of a Hyper-V host."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailstead.remoting.cmdlets import storage as declared
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live, Wide

from .hyperv.world import Volume

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

    def shown(self) -> dict[str, object]:
        return {"Number": self.number, "Size": Wide(self.size, unsigned=True), "IsOffline": self.offline}


@simulates(declared.GetVolumeOf)
def get_volume(run: Run, call: declared.GetVolumeOf) -> Iterator[ShownVolume]:
    yield ShownVolume(run.world.volume(call.FilePath))


@simulates(declared.GetDisk)
def get_disks(run: Run, call: declared.GetDisk) -> Iterator[Disk]:
    return (disk for disk in run.world.disks if call.Number is None or disk.number in call.Number)
