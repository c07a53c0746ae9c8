"""Looks at a host: at one tenant's machine, or at all.

Neither a VLAN setting nor an access-list entry says whose it is once it has left the host. So they are asked for
adapter by adapter, each behind the adapter itself, and told apart by what stands before them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Statement, batch
from mailstead.remoting.cmdlets.hyperv import (
    GetVM,
    GetVMNetworkAdapter,
    GetVMNetworkAdapterExtendedAcl,
    GetVMNetworkAdapterVlan,
    GetVMs,
    GetVMSwitch,
)
from mailstead.remoting.errors import NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject, Value
from mailstead.sites.marks import PREFIX

from .ports import Port, port_of
from .shells import Shell, shell_of

_TOGETHER = 50  # machines whose ports are asked for in one call
_LOOK_S = 120.0  # for that call; the sum of what each cmdlet may take would be more than an hour


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen: the switches of the host, and machines, whosever they are."""

    switches: tuple[PsObject, ...]
    shells: tuple[Shell, ...]

    def switch(self, name: str) -> PsObject | None:
        return next((each for each in self.switches if each.text_of("Name").lower() == name.lower()), None)


def near(remote: Remote, tenant: str) -> Sight:
    """Look at the machines that bear the tenant's name."""
    named = GetVMs(Name=(PREFIX + tenant,))
    try:
        return sight_of(remote.run(batch(GetVMSwitch(), named, named | GetVMNetworkAdapter())))
    except NoSuchObject:
        return Sight((), ())


def everywhere(remote: Remote) -> Sight:
    """Look at all machines of the host."""
    return sight_of(remote.run(batch(GetVMSwitch(), GetVMs(), GetVMs() | GetVMNetworkAdapter())))


def sight_of(answer: Answer) -> Sight:
    adapters: dict[UUID, list[PsObject]] = defaultdict(list)
    for adapter in answer.all("VMNetworkAdapter"):
        adapters[adapter.guid("VMId")].append(adapter)
    vms = answer.all("VirtualMachine")
    return Sight(answer.all("VMSwitch"), tuple(shell_of(vm, adapters[vm.guid("Id")]) for vm in vms))


def ports(remote: Remote, wanted: Sequence[tuple[UUID, str]]) -> dict[UUID, Port]:
    """Return the ports of these machines, given with the names of their adapters; those that are gone are left out."""
    chunks = [wanted[first : first + _TOGETHER] for first in range(0, len(wanted), _TOGETHER)]
    return {machine: port for chunk in chunks for machine, port in _ports(remote, chunk).items()}


def vlans(remote: Remote) -> dict[str, PsObject]:
    """Return the VLAN setting of each adapter of the host, by the adapter's id.

    In one statement for all, told apart by their order: each adapter has one setting. Nothing is returned where the
    adapters were not the same before and after, or not as many.
    """
    adapters = GetVMs() | GetVMNetworkAdapter()
    answer = remote.run(batch(adapters, adapters | GetVMNetworkAdapterVlan(), adapters), deadline_s=_LOOK_S)
    cards = [card.text_of("Id") for card in answer.all("VMNetworkAdapter")]
    settings, half = answer.all("VMNetworkAdapterVlanSetting"), len(cards) // 2
    if cards[:half] != cards[half:] or len(settings) != half:
        return {}
    return dict(zip(cards[:half], settings, strict=True))


def _ports(remote: Remote, wanted: Sequence[tuple[UUID, str]]) -> dict[UUID, Port]:
    try:
        asked = batch(*(statement for each in wanted for statement in _asking(*each)))
        answer = remote.run(asked, deadline_s=_LOOK_S)
    except NoSuchObject:
        if len(wanted) == 1:
            return {}
        half = len(wanted) // 2
        return _ports(remote, wanted[:half]) | _ports(remote, wanted[half:])
    return {machine: port_of(*seen) for machine, seen in _told_apart(answer.values)}


def _asking(machine: UUID, adapter: str) -> Iterator[Statement]:
    at = GetVM(Id=machine) | GetVMNetworkAdapter(Name=adapter)
    yield at
    yield at | GetVMNetworkAdapterVlan()
    yield at | GetVMNetworkAdapterExtendedAcl()


def _told_apart(values: Sequence[Value]) -> Iterator[tuple[UUID, tuple[PsObject, PsObject | None, list[PsObject]]]]:
    groups: list[list[PsObject]] = []
    for value in values:
        if isinstance(value, PsObject):
            if value.is_a("VMNetworkAdapter"):
                groups.append([])
            groups[-1].append(value)
    for adapter, *parts in groups:
        vlan = next((part for part in parts if part.is_a("VMNetworkAdapterVlanSetting")), None)
        acls = [part for part in parts if part.is_a("VMNetworkAdapterExtendedAclSetting")]
        yield adapter.guid("VMId"), (adapter, vlan, acls)
