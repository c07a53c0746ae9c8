"""Machines of ours by name, and what a host's refusals mean, for the care of a Hyper-V host."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from mailstead.ground.errors import Denied, MailsteadError, NoRoom, OutcomeUnknown, Unreachable
from mailstead.hypervisors.model import (
    AnswerLost,
    HostDenied,
    HostFull,
    HostUnreachable,
    MachineRefused,
    NoSuchMachine,
)
from mailstead.hypervisors.operating import MachineBusy
from mailstead.remoting.cmdlets.hyperv import GetVM, GetVMs
from mailstead.remoting.errors import CommandFailed, HostBusy, NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject
from mailstead.sites.marks import PREFIX, Mark

Meanings = Mapping[type[MailsteadError], type[MailsteadError]]

MEANINGS: Meanings = MappingProxyType(  # the first that fits
    {
        NoSuchObject: NoSuchMachine,
        HostBusy: MachineBusy,
        NoRoom: HostFull,
        Denied: HostDenied,
        OutcomeUnknown: AnswerLost,
        Unreachable: HostUnreachable,
    }
)


@contextmanager
def meaning(meanings: Meanings = MEANINGS) -> Iterator[None]:
    """Raise what comes from the host in the words of this chapter; what is not known is MachineRefused."""
    try:
        yield
    except MailsteadError as error:
        if not type(error).__module__.startswith("mailstead.remoting"):
            raise
        kind = next((meant for said, meant in meanings.items() if isinstance(error, said)), MachineRefused)
        raise kind(error.message, field=error.field, value=error.value, remedy=error.remedy) from error


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
