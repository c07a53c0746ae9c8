"""Drives of machines with CD images in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import hyperv as declared
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live
from tests.standin.records import PSError

from .world import HV, Machine


@dataclass(eq=False)
class DvdDrive(Live):
    TYPES = (HV + "DvdDrive", HV + "Drive", HV + "VMDevice", "System.Object")
    machine: Machine
    path: str

    def shown(self) -> dict[str, object]:
        shown = {"Path": self.path, "DvdMediaType": "ISO", "ControllerType": "SCSI", "ControllerNumber": 0}
        return {**shown, "VMName": self.machine.name, "VMId": self.machine.id}


@simulates(declared.GetVMDvdDrive)
def get_dvds(_: Run, call: declared.GetVMDvdDrive, machine: Machine) -> Iterator[Live]:
    return iter(list(machine.dvds))


@simulates(declared.AddVMDvdDrive)
def add_dvd(run: Run, call: declared.AddVMDvdDrive, machine: Machine) -> None:
    if call.Path.lower() not in run.world.media:
        text = f"Failed to add device 'Virtual CD/DVD Disk': '{call.Path}': The system cannot find the file specified."
        raise PSError(f"{text} (0x80070002).", ErrorCategory.NotSpecified, "OperationFailed", machine.name)
    machine.dvds.append(DvdDrive(machine, call.Path))


@simulates(declared.RemoveVMDvdDrive)
def remove_dvd(_: Run, call: declared.RemoveVMDvdDrive, drive: DvdDrive) -> None:
    drive.machine.dvds.remove(drive)
