"""Looks at a host: at all machines of a platform, or at one tenant's, in as few calls as can be."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from uuid import UUID

from mailstead.ground.names import parse_tenant_name
from mailstead.hypervisors.model import HostUnreachable, Machine, Power
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Statement, batch
from mailstead.remoting.cmdlets.hyperv import GetVM, GetVMFirmware, GetVMHardDiskDrive, GetVMProcessor, GetVMs
from mailstead.remoting.errors import CommandFailed, NoSuchObject
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
        try:
            answer = self.remote.run(batch(GetVMs() if everywhere else near, *_parts_by(near)))
        except CommandFailed as error:
            if error.record.command != "Get-VMFirmware":
                raise
            return self._past_a_neighbour(tenant)
        if found := self.read(answer, tenant):
            return found
        return None if everywhere else self.at(tenant, everywhere=True)

    def _past_a_neighbour(self, tenant: str) -> Sight | None:
        """Look by id, for a machine that is not ours has a name like ours, and no firmware (generation 1)."""
        found = self.chosen(self.remote.run(GetVMs()), tenant)
        return _sight(found, self.remote.run(batch(*_parts_by(GetVM(Id=found[0].id))))) if found else None

    def chosen(self, answer: Answer, tenant: str) -> tuple[Vm, Mark] | None:
        """Return which of the machines in *answer* is the tenant's. Raises what `ownership.chosen` raises."""
        vms = map(vm_of, answer.all("VirtualMachine"))
        return chosen(vms, tenant, platform=self.platform, folder=self.folder)

    def again(self, by_id: GetVM) -> list[Statement]:
        """Return what reads one machine with its parts, to be sent behind changes to it."""
        return [by_id, *_parts_by(by_id)]

    def read(self, answer: Answer, tenant: str) -> Sight | None:
        """Return the tenant's machine out of an answer that holds its parts; None if it is not in there."""
        found = self.chosen(answer, tenant)
        return _sight(found, answer) if found else None

    def needed(self, tenant: str, seen: Sight | None = None) -> tuple[Sight, Machine]:
        """Return the tenant's machine, perhaps *seen* already, and how it is defined. Raises NoSuchMachine."""
        sight = seen or self.at(tenant)
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
        asked = [statement for source in sources(running, vms) for statement in _parts_by(source)]
        return _parts_in(self.remote.run(batch(*asked))) if asked else {}


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


def _sight(found: tuple[Vm, Mark], answer: Answer) -> Sight:
    vm, mark = found
    if parts := _parts_in(answer).get(vm.id):
        return Sight(vm, mark, parts)
    message = f"the machine of {mark.tenant} went away while it was looked at"
    raise HostUnreachable(message, field="machine", value=vm.id, remedy="look again in a moment")


def _parts_by(source: GetVMs | GetVM) -> list[Statement]:
    return [source | GetVMProcessor(), source | GetVMFirmware(), source | GetVMHardDiskDrive()]


def _parts_in(answer: Answer) -> Mapping[UUID, Parts]:
    """Return the parts by machine, of those that were there to the end."""
    firmware, drives = _by_vm(answer, "VMFirmware"), _by_vm(answer, "HardDiskDrive")
    return {
        number: parts_of(processor, firmware[number][0], drives[number])
        for number, (processor,) in _by_vm(answer, "VMProcessor").items()
        if firmware[number]
    }


def _by_vm(answer: Answer, kind: str) -> Mapping[UUID, list[PsObject]]:
    found: dict[UUID, list[PsObject]] = defaultdict(list)
    for each in answer.all(kind):
        found[each.guid("VMId")].append(each)
    return found
