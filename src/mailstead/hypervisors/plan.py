"""Which machine a tenant is to have, what differs from the one it has, and by which verbs to get there. Pure."""

from collections.abc import Mapping
from dataclasses import fields, replace
from enum import StrEnum

from mailstead.ground.plans import Change, ChangePlan, compare
from mailstead.tenants.model import Status, Tenant

from .model import Boot, Disk, Machine, Nic, Power, machine_uuid

_VCPUS_MAX_LEAST = 4
_LIVE = frozenset({"vcpus", "memory_mib"})


class Verb(StrEnum):
    """What is done to one machine, in the order in which it is done."""

    REMOVE = "remove"
    STOP = "stop"
    DEFINE = "define"
    RESIZE = "resize"
    LIMIT = "limit"
    START = "start"


def machine_for(tenant: Tenant, *, platform: str, nic: Nic, boot: Boot, disks: tuple[Disk, ...]) -> Machine:
    """Return the machine that *tenant* is to have; off only when the tenant is removed."""
    wanted = tenant.allowance
    return Machine(
        name=tenant.name,
        uuid=machine_uuid(platform, tenant.name),
        vcpus=wanted.vcpus,
        vcpus_max=max(_VCPUS_MAX_LEAST, 2 * wanted.vcpus),
        memory_mib=wanted.memory_mib,
        memory_max_mib=2 * wanted.memory_mib,
        disks=tuple(replace(disk, iops=wanted.disk_iops) for disk in disks),
        nic=nic,
        boot=boot,
        power=Power.OFF if tenant.status is Status.REMOVED else Power.ON,
        nested=wanted.nested,
    )


def compare_machines(wanted: Mapping[str, Machine], found: Mapping[str, Machine]) -> ChangePlan[Machine]:
    """Plan the way from *found* to *wanted*. A machine holds no data, so removing it loses nothing."""
    settled = {name: _settled(machine, found.get(name)) for name, machine in wanted.items()}
    return compare(settled, found, subject=lambda name: f"machine {name}")


def verbs_for(change: Change[Machine]) -> tuple[Verb, ...]:
    """Return what has to be done for *change*, in order."""
    before, after = change.before, change.after
    if after is None:
        return (Verb.REMOVE,)
    on = (Verb.START,) if after.power is Power.ON else ()
    if before is None:
        return (Verb.DEFINE, *on)
    if before.power is Power.OFF:
        return (*((Verb.DEFINE,) if _shape(before) != _shape(after) else ()), *on)
    if after.power is Power.OFF:
        return (Verb.STOP, *((Verb.DEFINE,) if _shape(before) != _shape(after) else ()))
    return _while_running(before, after)


def restart_reasons(before: Machine, after: Machine) -> tuple[str, ...]:
    """Return the fields of a running machine that only a restart can change; empty when all can change live."""
    was, to_be = (replace(machine, disks=_unlimited(machine)) for machine in (before, after))
    names = [field.name for field in fields(Machine) if field.name not in ("power", "pending")]
    changed = [name for name in names if getattr(was, name) != getattr(to_be, name)]
    return tuple(name for name in changed if name not in _LIVE)


def _while_running(before: Machine, after: Machine) -> tuple[Verb, ...]:
    if restart_reasons(before, after):
        return (Verb.STOP, Verb.DEFINE, Verb.START)
    define = (Verb.DEFINE,) if before.pending else ()
    # Pending may mean: resized in part. The guest has its processors only when it was told of them.
    resize = (Verb.RESIZE,) if before.pending or _size(before) != _size(after) else ()
    limit = (Verb.LIMIT,) if before.disks != after.disks else ()
    resume = (Verb.START,) if before.power is Power.PAUSED else ()
    return (*resize, *limit, *define, *resume)


def _size(machine: Machine) -> tuple[int, int]:
    return machine.vcpus, machine.memory_mib


def _unlimited(machine: Machine) -> tuple[Disk, ...]:
    return tuple(replace(disk, iops=0) for disk in machine.disks)


def _shape(machine: Machine) -> Machine:
    return replace(machine, power=Power.OFF, pending=False)


def _settled(wanted: Machine, found: Machine | None) -> Machine:
    """Let a running machine keep the head-room it was made with, as long as that is enough."""
    if found is None or found == wanted or Power.OFF in (found.power, wanted.power):
        return wanted
    enough = found.vcpus_max >= wanted.vcpus and found.memory_max_mib >= wanted.memory_mib
    if not enough:
        return wanted
    return replace(wanted, vcpus_max=found.vcpus_max, memory_max_mib=found.memory_max_mib)
