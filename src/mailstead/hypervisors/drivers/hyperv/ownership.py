"""Which of a host's machines is a tenant's. Pure.

A machine is ours by the mark in its notes. One that bears our name and lies in our folder, but has no notes and no
disk, is a machine of ours whose making was cut short between New-VM and Set-VM.
"""

from collections.abc import Iterable
from pathlib import PureWindowsPath

from mailstead.hypervisors.model import Machine, Power
from mailstead.sites.marks import PREFIX, Mark

from .found import Vm
from .refusals import foreign, renamed, spoiled, twice
from .shape import SECTION, machine_of


def chosen(vms: Iterable[Vm], tenant: str, *, platform: str, folder: PureWindowsPath) -> tuple[Vm, Mark] | None:
    """Return the tenant's machine and its mark; None where there is none.

    Raises MachineRefused if there are two, or it was renamed, and ForeignMachine if its name is somebody else's.
    """
    known = list(vms)
    ours = [(vm, vm.mark) for vm in known if vm.mark and (vm.mark.platform, vm.mark.tenant) == (platform, tenant)]
    if len(ours) > 1:
        raise twice(tenant, " and ".join(str(vm.id) for vm, _ in ours))
    if ours:
        _refuse_renamed(ours[0][0], tenant)
        return ours[0]
    named = [vm for vm in known if vm.name.lower() == PREFIX + tenant]
    if not named:
        return None
    if len(named) > 1 or not _half_made(named[0], folder / tenant):
        raise foreign(named[0].name, named[0].id)
    return named[0], Mark(platform, tenant)


def is_of(vm: Vm, platform: str) -> bool:
    """Say whether the machine bears the mark of *platform*."""
    return vm.mark is not None and vm.mark.platform == platform


def defined_of(vm: Vm) -> Machine | None:
    """Return the machine that the mark keeps; None while there is a port only. Raises MachineRefused."""
    if vm.mark is None or SECTION not in vm.mark.sections:
        return None
    try:
        return machine_of(vm.mark)
    except ValueError as error:
        raise spoiled(vm.mark.tenant, vm.id, error) from error


def _refuse_renamed(vm: Vm, tenant: str) -> None:
    if vm.name.lower() != PREFIX + tenant:
        raise renamed(tenant, vm.id, vm.name, PREFIX + tenant)


def _half_made(vm: Vm, place: PureWindowsPath) -> bool:
    return not vm.notes and vm.power is Power.OFF and not vm.drives and vm.path.is_relative_to(place)
