"""Module FailoverClusters, simulated: nodes that share volumes, machines as roles."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import cluster as declared
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live
from tests.standin.records import PSError

from .hyperv.world import Host

CLUSTERS = "Microsoft.FailoverClusters.PowerShell."
EXCEPTION = CLUSTERS + "ClusterCmdletException"


@dataclass(eq=False)
class Node(Live):
    TYPES = (CLUSTERS + "ClusterNode", "System.Object")
    name: str
    host: Host
    state: str = "Up"

    def shown(self) -> dict[str, object]:
        return {"Name": self.name, "State": self.state}


@dataclass(eq=False)
class Group(Live):
    TYPES = (CLUSTERS + "ClusterGroup", "System.Object")
    name: str
    machine: UUID
    node: Node

    def shown(self) -> dict[str, object]:
        online = "Online" if self.node.host.machines[self.machine].running else "Offline"
        return {"Name": self.name, "OwnerNode": self.node.name, "State": online, "GroupType": "VirtualMachine"}


@dataclass(eq=False)
class Cluster(Live):
    TYPES = (CLUSTERS + "Cluster", "System.Object")
    name: str
    nodes: list[Node]
    quorum: bool = True
    groups: dict[UUID, Group] = field(default_factory=dict)

    def shown(self) -> dict[str, object]:
        return {"Name": self.name, "Domain": "example"}


def form_cluster(name: str, hosts: list[Host]) -> Cluster:
    """Let these hosts be nodes of one cluster: they share their disk files."""
    cluster = Cluster(name, [Node(host.name, host) for host in hosts])
    for host in hosts:
        hosts[0].vhds |= host.vhds
        host.vhds, host.cluster = hosts[0].vhds, cluster
    return cluster


def _cluster(run: Run) -> Cluster:
    found: Cluster | None = run.world.cluster
    if found is None or not found.quorum:
        text = "The cluster service is not running. Make sure that the service is running on all nodes of the cluster."
        raise PSError(text, ErrorCategory.ConnectionError, "Get-Cluster", exception=EXCEPTION)
    return found


def _group(run: Run, machine: UUID) -> Group:
    if found := _cluster(run).groups.get(machine):
        return found
    text = f"Failed to get the cluster group of the virtual machine '{machine}'."
    raise PSError(text, ErrorCategory.ObjectNotFound, "ObjectNotFound", str(machine), EXCEPTION)


def _node(run: Run, name: str) -> Node:
    for node in _cluster(run).nodes:
        if node.name.lower() == name.lower():
            return node
    text = f"Failed to retrieve the node '{name}' from the cluster."
    raise PSError(text, ErrorCategory.ObjectNotFound, "ObjectNotFound", name, EXCEPTION)


def _move(group: Group, node: Node) -> None:
    node.host.machines[group.machine] = group.node.host.machines.pop(group.machine)
    group.node = node


@simulates(declared.GetCluster)
def get_cluster(run: Run, _: declared.GetCluster) -> Iterator[Cluster]:
    yield _cluster(run)


@simulates(declared.GetClusterNode)
def get_nodes(run: Run, call: declared.GetClusterNode) -> Iterator[Node]:
    return (node for node in _cluster(run).nodes if call.Name is None or node.name in call.Name)


@simulates(declared.GetClusterGroup)
def get_groups(run: Run, call: declared.GetClusterGroup) -> Iterator[Group]:
    groups = _cluster(run).groups.values()
    return (group for group in groups if call.Name is None or group.name in call.Name)


@simulates(declared.GetClusterGroupOf)
def get_group(run: Run, call: declared.GetClusterGroupOf) -> Iterator[Group]:
    yield _group(run, call.VMId)


@simulates(declared.AddClusterVirtualMachineRole)
def add_role(run: Run, call: declared.AddClusterVirtualMachineRole) -> Iterator[Group]:
    cluster = _cluster(run)
    node = next((node for node in cluster.nodes if call.VMId in node.host.machines), None)
    if node is None:
        text = f"The virtual machine '{call.VMId}' was not found."
        raise PSError(text, ErrorCategory.ObjectNotFound, "ObjectNotFound", str(call.VMId), EXCEPTION)
    if call.VMId in cluster.groups:
        text = f"The virtual machine '{call.VMId}' is clustered already."
        raise PSError(text, ErrorCategory.ResourceExists, "ResourceExists", str(call.VMId), EXCEPTION)
    name = call.Name or node.host.machines[call.VMId].name
    group = cluster.groups[call.VMId] = Group(name, call.VMId, node)
    yield group


@simulates(declared.MoveClusterVirtualMachineRole)
def move_role(run: Run, call: declared.MoveClusterVirtualMachineRole) -> None:
    group = _group(run, call.VMId)
    others = [node for node in _cluster(run).nodes if node is not group.node and node.state == "Up"]
    node = _node(run, call.Node) if call.Node else next(iter(others), None)
    if node is None or node.state != "Up":
        raise PSError("No node can take the role.", ErrorCategory.ResourceUnavailable, "NoNode", exception=EXCEPTION)
    machine = group.node.host.machines[group.machine]
    if machine.running and node is not group.node and machine.startup > node.host.free_memory():
        text = f"Not enough memory on {node.name} to move '{group.name}'. (0x8007000E)"
        raise PSError(text, ErrorCategory.FromStdErr, "OutOfMemory", exception=EXCEPTION)
    if node is not group.node:
        _move(group, node)


@simulates(declared.RemoveClusterGroup)
def remove_role(run: Run, call: declared.RemoveClusterGroup) -> None:
    del _cluster(run).groups[_group(run, call.VMId).machine]


@simulates(declared.SuspendClusterNode)
def suspend(run: Run, call: declared.SuspendClusterNode) -> None:
    for name in call.Name:
        node = _node(run, name)
        node.state = "Paused"
        left = [other for other in _cluster(run).nodes if other.state == "Up"]
        for group in [group for group in _cluster(run).groups.values() if group.node is node and call.Drain and left]:
            _move(group, left[0])


@simulates(declared.ResumeClusterNode)
def resume(run: Run, call: declared.ResumeClusterNode) -> None:
    for name in call.Name:
        _node(run, name).state = "Up"
