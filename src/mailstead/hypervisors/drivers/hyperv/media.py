"""CD images in the machines of a Hyper-V host: a drive comes with its image, and goes with it."""

from pathlib import PurePath

from mailstead.hypervisors.model import MissingFile
from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets.hyperv import AddVMDvdDrive, GetVM, GetVMDvdDrive, RemoveVMDvdDrive
from mailstead.remoting.errors import CommandRejected, NoSuchObject

from .operated import Operated, command_of
from .refusals import doing


class HyperVMedia:
    """The drives of one host's machines."""

    def __init__(self, host: Operated) -> None:
        self._host = host

    def insert(self, name: str, medium: PurePath) -> None:
        with doing(f"give {name} a CD image"):
            vm = self._host.vm(name)
            try:
                self._host.remote.run(
                    batch(vm | GetVMDvdDrive() | RemoveVMDvdDrive(), vm | AddVMDvdDrive(Path=str(medium)))
                )
            except (NoSuchObject, CommandRejected) as error:
                if command_of(error) != AddVMDvdDrive.name:
                    raise
                remedy = "put it there: see mailstead guest unattend"
                message = f"the CD image {medium} is not on the host: {error.message}"
                raise MissingFile(message, field="medium", value=medium, remedy=remedy) from error

    def eject(self, name: str) -> None:
        with doing(f"take the CD image of {name} away"):
            found = self._host.found(name)
            if found:
                self._host.remote.run(GetVM(Id=found.guid("Id")) | GetVMDvdDrive() | RemoveVMDvdDrive())
