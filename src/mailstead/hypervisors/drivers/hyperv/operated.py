"""Machines of ours by name, for the care of a Hyper-V host."""

from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.model import MachineRefused, NoSuchMachine
from mailstead.remoting.cmdlets.hyperv import GetVM, GetVMs
from mailstead.remoting.errors import CommandFailed, NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject
from mailstead.sites.marks import PREFIX, Mark


def command_of(error: MailsteadError) -> str:
    """Return the cmdlet that failed; empty where none did."""
    return error.record.command if isinstance(error, CommandFailed) else ""


class Operated:
    """The machines of one platform on one host."""

    def __init__(self, remote: Remote, platform: str) -> None:
        self.remote = remote
        self._platform = platform

    def named(self, name: str) -> tuple[PsObject, ...]:
        """Return all machines that are named as the tenant's would be, whosever they are."""
        try:
            return self.remote.run(GetVMs(Name=(PREFIX + name,))).all("VirtualMachine")
        except NoSuchObject:
            return ()

    def found(self, name: str) -> PsObject | None:
        """Return the tenant's machine; raise MachineRefused if there are two."""
        ours = [vm for vm in self.named(name) if self.is_ours(vm, name)]
        if len(ours) > 1:
            ids = ", ".join(str(vm.guid("Id")) for vm in ours)
            remedy = "rename the one that is wrong in Hyper-V Manager, and clear its notes"
            raise MachineRefused(f"{name} has {len(ours)} machines: {ids}", field="machine", value=name, remedy=remedy)
        return ours[0] if ours else None

    def is_ours(self, vm: PsObject, name: str) -> bool:
        """Say whether the machine bears the mark of this platform and tenant."""
        mark = Mark.parse(vm.text_of("Notes"))
        return mark is not None and (mark.platform, mark.tenant) == (self._platform, name)

    def needed(self, name: str) -> PsObject:
        """Return the tenant's machine; raise NoSuchMachine."""
        if found := self.found(name):
            return found
        raise NoSuchMachine(f"no machine of {name} is on {self.remote.name}", field="machine", value=name)

    def vm(self, name: str) -> GetVM:
        """Return the call that gives the tenant's machine, by its id; raise NoSuchMachine."""
        return GetVM(Id=self.needed(name).guid("Id"))
