"""A simulated host with a folder for tenants, an image and a disk to spare; what lies there."""

from pathlib import PureWindowsPath

from mailstead.storage.model import Allocation, Format, Role, Volume
from tests.standin.hyperv.kinds import VhdType
from tests.standin.hyperv.world import Vhd
from tests.standin.rig import Rig
from tests.standin.storage import Disk

from .contract import IMAGE_MIB

MIB, GIB = 1 << 20, 1 << 30
FOLDER = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead")
IMAGE = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead-images\appliance.vhdx")
DRIVE = PureWindowsPath(r"\\.\PHYSICALDRIVE3")
DATA = Volume("acme", Role.DATA, 32, Allocation.DYNAMIC, Format.VHDX, FOLDER / "acme" / "data.vhdx")
SYSTEM = Volume("acme", Role.SYSTEM, 128, Allocation.DYNAMIC, Format.VHDX, FOLDER / "acme" / "system.vhdx", base=IMAGE)
ON_DISK = Volume("acme", Role.DATA, 1024, Allocation.FIXED, Format.BLOCK, DRIVE)


def set_up(rig: Rig) -> None:
    """Set the host up anew."""
    rig.fresh()
    rig.world.folders = {str(FOLDER).lower()}
    rig.world.volumes[0].size = 1024 * GIB
    rig.world.disks.append(Disk(3, 2 * GIB))
    put(rig, IMAGE, IMAGE_MIB)


def put(rig: Rig, path: PureWindowsPath, mib: int) -> Vhd:
    """An administrator puts a disk file there."""
    vhd = rig.world.vhds[str(path).lower()] = Vhd(str(path), mib * MIB, VhdType.Dynamic)
    return vhd


def names(rig: Rig) -> set[str]:
    """Return the files below the folder."""
    places = [PureWindowsPath(vhd.path) for vhd in rig.world.vhds.values()]
    return {str(place.relative_to(FOLDER)) for place in places if FOLDER in place.parents}
