"""Disk files lent to the machines of a Hyper-V host: on the first SCSI controller, while the machine runs."""

from pathlib import PurePath

from mailstead.hypervisors.model import MissingFile
from mailstead.remoting.cmdlets.hyperv import (
    AddVMHardDiskDrive,
    GetVM,
    GetVMDriveAt,
    GetVMHardDiskDrive,
    RemoveVMHardDiskDrive,
)

from .found import drive_of
from .operated import Operated
from .refusals import doing


class HyperVLoans:
    """The machines of one host. A disk is known by its file, so that nothing is put on twice."""

    def __init__(self, host: Operated) -> None:
        self._host = host

    def lend(self, name: str, disk: PurePath) -> int:
        with doing(f"lend {disk} to {name}"):
            vm = self._host.vm(name)
            if self._place(vm, disk) is None:
                self._host.remote.run(vm | AddVMHardDiskDrive(Path=str(disk)))
            place = self._place(vm, disk)
        if place is None:  # a hand was faster
            raise MissingFile(f"{disk} is not on {name}", field="disk", value=disk, remedy="retry the order")
        return place

    def give_back(self, name: str, disk: PurePath) -> None:
        with doing(f"take {disk} off {name}"):
            found = self._host.found(name)
            if found is None:
                return
            vm = GetVM(Id=found.guid("Id"))
            place = self._place(vm, disk)
            if place is not None:
                self._host.remote.run(vm | GetVMDriveAt(ControllerLocation=place) | RemoveVMHardDiskDrive())

    def _place(self, vm: GetVM, disk: PurePath) -> int | None:
        drives = map(drive_of, self._host.remote.run(vm | GetVMHardDiskDrive()).all("HardDiskDrive"))
        return next((drive.location for drive in drives if drive.path == disk), None)
