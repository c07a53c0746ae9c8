"""Looks at a host: at all machines of a platform, or at one tenant's, in as few calls as can be."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from uuid import UUID

from mailstead.ground.names import parse_tenant_name
from mailstead.hypervisors.model import Machine, MachineRefused, Power
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Statement, batch
from mailstead.remoting.cmdlets.hyperv import GetVM, GetVMFirmware, GetVMHardDiskDrive, GetVMProcessor, GetVMs
from mailstead.remoting.errors import NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject
from mailstead.sites.marks import PREFIX, Mark

from .found import Parts, Vm, as_it_runs, parts_of, vm_of
from .ownership import chosen, defined_of, is_of
from .refusals import no_machine

_ATTEMPTS = 3  # machines of other tenants may be removed between two calls


@dataclass(frozen=True, slots=True)
class Sight:
    """A tenant's machine with its parts, and the call that gives it."""

    vm: Vm
    mark: Mark
    parts: Parts

    @property
    def by_id(self) -> GetVM:
        return GetVM(Id=self.vm.id)

    @property
    def defined(self) -> Machine | None:
        return defined_of(self.vm)


@dataclass(frozen=True, slots=True)
class Looking:
    """The eyes of one platform on one host."""

    remote: Remote
    platform: str
    folder: PureWindowsPath

    def at(self, tenant: str, *, everywhere: bool = False) -> Sight | None:
        """Return the tenant's machine; None if there is none. Raises what `chosen` raises.

        By its name, in one call; if it is not there (or at once, *everywhere*) all machines are looked at, for it may
        have been renamed.
        """
        near = GetVMs(Name=(f"{PREFIX}{parse_tenant_name(tenant)}*",))  # a pattern: that none fits is no error
        answer = self.remote.run(
            batch(GetVMs() if everywhere else near, near | GetVMProcessor(), near | GetVMHardDiskDrive())
        )
        if found := self.chosen(answer, tenant):
            return Sight(*found, _parts(found[0], answer, tenant))
        return None if everywhere else self.at(tenant, everywhere=True)

    def chosen(self, answer: Answer, tenant: str) -> tuple[Vm, Mark] | None:
        """Return which of the machines in *answer* is the tenant's. Raises what `ownership.chosen` raises."""
        vms = map(vm_of, answer.all("VirtualMachine"))
        return chosen(vms, tenant, platform=self.platform, folder=self.folder)

    def needed(self, tenant: str) -> tuple[Sight, Machine]:
        """Return the tenant's machine and how it is defined. Raises NoSuchMachine."""
        sight = self.at(tenant)
        defined = sight.defined if sight else None
        if sight is None or defined is None:
            raise no_machine(tenant)
        return sight, defined

    def vms(self) -> tuple[Vm, ...]:
        """Return all machines of the host, whosever they are."""
        return tuple(map(vm_of, self.remote.run(GetVMs()).all("VirtualMachine")))

    def machines(self) -> dict[str, Machine]:
        """Return the platform's machines: one that is off as it would start, any other as it runs.

        One that nothing may be done to, for it was renamed or there are two of it, is pending.
        """
        for _ in range(_ATTEMPTS - 1):
            with suppress(NoSuchObject):
                return self._machines(self.vms())
        return self._machines(self.vms())

    def _machines(self, vms: tuple[Vm, ...]) -> dict[str, Machine]:
        ours: dict[str, list[tuple[Vm, Machine]]] = defaultdict(list)
        for vm in vms:
            defined = defined_of(vm) if is_of(vm, self.platform) else None
            if defined:
                ours[defined.name].append((vm, defined))
        parts = self._parts([vm for each in ours.values() for vm, _ in each if vm.power is not Power.OFF], vms)
        told = {tenant: _told(each, parts) for tenant, each in ours.items()}
        return {tenant: machine for tenant, machine in told.items() if machine}

    def _parts(self, running: list[Vm], vms: Iterable[Vm]) -> Mapping[UUID, Parts]:
        if not running:
            return {}
        asked: list[Statement] = []
        for source in sources(running, vms):
            asked += [source | GetVMProcessor(), source | GetVMHardDiskDrive(), source | GetVMFirmware()]
        answer = self.remote.run(batch(*asked))
        drives, firmware = _by_vm(answer, "HardDiskDrive"), _by_vm(answer, "VMFirmware")
        processors = _by_vm(answer, "VMProcessor")
        return {
            number: parts_of(processor, tuple(drives[number]), firmware[number][0])
            for number, (processor,) in processors.items()
            if firmware[number]  # else it was removed meanwhile
        }


def sources(wanted: Iterable[Vm], all_of_them: Iterable[Vm]) -> list[GetVMs | GetVM]:
    """Return calls that give these machines and no others: many by one call, and by id whose name another bears."""
    ids = {vm.id for vm in wanted}
    others = {vm.name.lower() for vm in all_of_them if vm.id not in ids}
    names = sorted({vm.name for vm in wanted if vm.name.lower() not in others})
    single = [GetVM(Id=vm.id) for vm in wanted if vm.name.lower() in others]
    return [*([GetVMs(Name=tuple(names))] if names else []), *single]


def _told(found: list[tuple[Vm, Machine]], parts: Mapping[UUID, Parts]) -> Machine | None:
    """Return the machine as it is to be told; None for one that was removed while it was looked at."""
    vm, defined = found[0]
    if vm.power is Power.OFF:
        machine = defined
    elif vm.id in parts:
        machine = as_it_runs(vm, parts[vm.id], defined)
    else:
        return None
    odd = len(found) > 1 or vm.name.lower() != PREFIX + defined.name
    return replace(machine, pending=True) if odd else machine


def _parts(vm: Vm, answer: Answer, tenant: str) -> Parts:
    processors = _by_vm(answer, "VMProcessor")[vm.id]
    if len(processors) != 1:
        message = f"the machine of {tenant} went away while it was looked at"
        raise MachineRefused(message, field="machine", value=vm.id, remedy="look again in a moment")
    return parts_of(processors[0], tuple(_by_vm(answer, "HardDiskDrive")[vm.id]))


def _by_vm(answer: Answer, kind: str) -> Mapping[UUID, list[PsObject]]:
    found: dict[UUID, list[PsObject]] = defaultdict(list)
    for each in answer.all(kind):
        found[each.guid("VMId")].append(each)
    return found
