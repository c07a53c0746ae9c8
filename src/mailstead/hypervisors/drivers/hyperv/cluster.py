"""Machines as roles of a failover cluster, and moves between hosts that share nothing. Decision 0147."""

from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType

from mailstead.hypervisors.model import HostUnreachable, NoSuchMachine
from mailstead.hypervisors.operating import NodeState, NodeUnavailable, NoQuorum, NoSuchNode
from mailstead.remoting.cmdlets.cluster import (
    AddClusterVirtualMachineRole,
    GetClusterGroup,
    GetClusterGroupOf,
    GetClusterNode,
    MoveClusterVirtualMachineRole,
    RemoveClusterGroup,
    ResumeClusterNode,
    SuspendClusterNode,
)
from mailstead.remoting.cmdlets.hyperv import MoveVM
from mailstead.remoting.errors import HostBusy, NoSuchObject
from mailstead.sites.marks import PREFIX

from .operated import Operated
from .refusals import MEANINGS, Meanings, doing

_STATES = {"Up": NodeState.UP, "Paused": NodeState.PAUSED}
# A cluster without quorum, and one whose service is down on this node, say the same: the service is not running.
_CLUSTER: Meanings = MappingProxyType({HostBusy: NoQuorum, **{k: v for k, v in MEANINGS.items() if k is not HostBusy}})
_NODES: Meanings = MappingProxyType({**_CLUSTER, NoSuchObject: NoSuchNode})
_MOVING: Meanings = MappingProxyType(
    {**MEANINGS, NoSuchObject: HostUnreachable}
)  # the machine is there: what is not, is the host


class HyperVCluster:
    """The cluster to which the host belongs."""

    def __init__(self, host: Operated) -> None:
        self._host = host

    def nodes(self) -> Mapping[str, NodeState]:
        with doing("look at the nodes of the cluster", _CLUSTER):
            found = self._host.remote.run(GetClusterNode()).all("ClusterNode")
            return {node.text_of("Name").lower(): _STATES.get(node.text_of("State"), NodeState.DOWN) for node in found}

    def owners(self) -> Mapping[str, str]:
        with doing("look at the roles of the cluster", _CLUSTER):
            roles = self._host.remote.run(GetClusterGroup()).all("ClusterGroup")
            named = {role.text_of("Name"): role.text_of("OwnerNode").lower() for role in roles}
            return {name.removeprefix(PREFIX): node for name, node in named.items() if name.startswith(PREFIX)}

    def join(self, name: str) -> None:
        with doing(f"make {name} a role of the cluster", _CLUSTER):
            number = self._host.vm(name).Id
            try:
                self._host.remote.run(GetClusterGroupOf(VMId=number))
            except NoSuchObject:
                self._host.remote.run(AddClusterVirtualMachineRole(VMId=number, Name=PREFIX + name))

    def leave(self, name: str) -> None:
        with doing(f"take {name} out of the cluster", _CLUSTER):
            found = self._host.found(name)
            if found is None:
                return
            try:
                self._host.remote.run(RemoveClusterGroup(VMId=found.guid("Id")))
            except NoSuchObject:
                return

    def hand_over(self, name: str, node: str) -> None:
        self._demand_up(node)
        if self.owners().get(name) == node.lower():
            return
        with doing(f"hand {name} over to {node}", _CLUSTER):
            number = self._host.vm(name).Id
            try:
                self._host.remote.run(MoveClusterVirtualMachineRole(VMId=number, Node=node))
            except NoSuchObject as error:
                message = f"{name} is no role of the cluster"
                remedy = f"make it one: mailstead apply {name}"
                raise NoSuchMachine(message, field="machine", value=name, remedy=remedy) from error

    def drain(self, node: str) -> None:
        with doing(f"drain the node {node}", _NODES):
            self._host.remote.run(SuspendClusterNode(Name=(node,)))

    def resume(self, node: str) -> None:
        with doing(f"resume the node {node}", _NODES):
            self._host.remote.run(ResumeClusterNode(Name=(node,)))

    def _demand_up(self, node: str) -> None:
        states = self.nodes()
        state = states.get(node.lower())
        if state is None:
            remedy = f"one of {', '.join(sorted(states))}"
            raise NoSuchNode(f"the cluster has no node {node}", field="node", value=node, remedy=remedy)
        if state is not NodeState.UP:
            up = ", ".join(sorted(name for name, each in states.items() if each is NodeState.UP))
            remedy = f"choose one that takes machines: {up or 'there is none'}"
            raise NodeUnavailable(f"the node {node} is {state}", field="node", value=node, remedy=remedy)


class HyperVMigration:
    """Live migration with storage, from this host to another."""

    def __init__(self, host: Operated) -> None:
        self._host = host

    def migrate(self, name: str, address: str, folder: PurePath) -> None:
        with doing(f"move {name} to {address}"):
            vm = self._host.vm(name)
        with doing(f"move {name} to {address}", _MOVING):
            self._host.remote.run(
                vm | MoveVM(DestinationHost=address, IncludeStorage=True, DestinationStoragePath=str(folder))
            )
