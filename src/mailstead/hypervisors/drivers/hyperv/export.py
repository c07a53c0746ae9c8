"""Machines copied into a folder of a Hyper-V host, and taken in from one. Decision 0146."""

from pathlib import PurePath, PureWindowsPath
from types import MappingProxyType

from mailstead.hypervisors.model import AnswerLost, DeviceBusy, ForeignMachine, MachineRefused
from mailstead.hypervisors.operating import Export, ExportThere, NoSuchExport, machine_there
from mailstead.remoting.cmdlets.hyperv import ExportVM, GetVM, ImportVM
from mailstead.remoting.errors import NoSuchObject, ObjectExists
from mailstead.sites.marks import PREFIX

from .operated import Operated
from .refusals import MEANINGS, Meanings, doing

_EXPORTING: Meanings = MappingProxyType({ObjectExists: ExportThere, **MEANINGS})
_IMPORTING: Meanings = MappingProxyType({ObjectExists: DeviceBusy, **MEANINGS, NoSuchObject: NoSuchExport})


class HyperVExports:
    """Copies of one host's machines; *folder* is where the folders of tenants lie on the host."""

    def __init__(self, host: Operated, folder: PureWindowsPath) -> None:
        self._host = host
        self._folder = folder

    def export(self, name: str, folder: PurePath) -> Export:
        with doing(f"export {name}", _EXPORTING):
            vm = self._host.vm(name)
            # As after a power cut: no memory in it, so that what is taken in is off. It works with every guest.
            self._host.remote.run(vm | ExportVM(Path=str(folder), CaptureLiveState="CaptureCrashConsistentState"))
        return Export(folder, _configuration(folder, name, vm))

    def place_of(self, name: str, folder: PurePath) -> Export:
        with doing(f"export {name}", _EXPORTING):
            return Export(folder, _configuration(folder, name, self._host.vm(name)))

    def take_in(self, name: str, configuration: PurePath) -> None:
        with doing(f"take {name} in", _IMPORTING):
            self._refuse_taken(name)
        if PREFIX + name not in configuration.parts or configuration.suffix != ".vmcx":
            remedy = f"give the .vmcx file below {PREFIX}{name}, as mailstead machine export told it"
            raise NoSuchExport(
                f"{configuration} is no export of {name}", field="from", value=configuration, remedy=remedy
            )
        try:
            with doing(f"take {name} in", _IMPORTING):
                self._import(name, configuration)
        except AnswerLost:
            with doing(f"take {name} in"):
                if self._host.found(name) is None:
                    raise

    def _refuse_taken(self, name: str) -> None:
        for vm in self._host.named(name):
            if self._host.is_ours(vm, name):
                raise machine_there(name)
            message = f"a machine {PREFIX}{name} is on {self._host.remote.name} that this platform did not make"
            raise ForeignMachine(message, field="machine", value=vm.guid("Id"), remedy="rename or remove it first")

    def _import(self, name: str, configuration: PurePath) -> None:
        place = str(self._folder / name)
        answer = self._host.remote.run(
            ImportVM(Path=str(configuration), GenerateNewId=True, VirtualMachinePath=place, VhdDestinationPath=place)
        )
        vm = answer.one("VirtualMachine")
        if not self._host.is_ours(vm, name):
            message = f"what lay in {configuration} was no machine of {name}: it is here now as {vm.guid('Id')}, off"
            raise MachineRefused(message, field="from", value=configuration, remedy="remove it in Hyper-V Manager")


def _configuration(folder: PurePath, name: str, vm: GetVM) -> PurePath:
    """Return where Export-VM puts the file that Import-VM takes."""
    return folder / (PREFIX + name) / "Virtual Machines" / f"{str(vm.Id).upper()}.vmcx"
