"""Module FailoverClusters: machines as roles of a cluster, nodes that are drained."""

from typing import Annotated, Literal

from mailstead.remoting.calls import LONG_S, Cmdlet
from mailstead.remoting.dotnet import Guid, Int32, Net, Switch, Text

Names = Annotated[tuple[str, ...], Net("StringCollection")]


class _Cluster(Cmdlet, module="FailoverClusters"):
    """Takes nothing from the pipe."""


class GetCluster(_Cluster, name="Get-Cluster", gives="Cluster"):
    """The cluster that this host belongs to; an error when it is none, or has no quorum."""


class GetClusterNode(_Cluster, name="Get-ClusterNode", gives="ClusterNode"):
    """Nodes and their states."""

    Name: Names | None = None


class GetClusterGroup(_Cluster, name="Get-ClusterGroup", gives="ClusterGroup"):
    """Roles, and the nodes that own them."""

    Name: Names | None = None


class GetClusterGroupOf(_Cluster, name="Get-ClusterGroup", gives="ClusterGroup"):
    """The role of a machine, by its id."""

    VMId: Guid


class AddClusterVirtualMachineRole(_Cluster, name="Add-ClusterVirtualMachineRole", gives="ClusterGroup"):
    """Make a machine highly available."""

    VMId: Guid
    Name: Text | None = None


class MoveClusterVirtualMachineRole(_Cluster, name="Move-ClusterVirtualMachineRole", deadline_s=LONG_S):
    """Live migration within the cluster; `Wait` is in seconds."""

    VMId: Guid
    Node: Text | None = None
    MigrationType: Annotated[Literal["Quick", "Shutdown", "Live"], Net("VmMigrationType")] = "Live"
    Wait: Int32 | None = None


class RemoveClusterGroup(_Cluster, name="Remove-ClusterGroup", asks=True):
    """Take a machine out of the cluster; the machine itself stays."""

    VMId: Guid
    Force: Switch = True
    RemoveResources: Switch = True


class SuspendClusterNode(_Cluster, name="Suspend-ClusterNode", asks=True, deadline_s=LONG_S):
    """Pause a node; `Drain` moves its roles away first."""

    Name: Names
    Drain: Switch = True
    Wait: Switch = False


class ResumeClusterNode(_Cluster, name="Resume-ClusterNode", deadline_s=LONG_S):
    """Let a node take roles again."""

    Name: Names
    Failback: Annotated[Literal["NoFailback", "Immediate", "Policy"], Net("ResumeClusterNodeFailbackType")] | None = (
        None
    )
