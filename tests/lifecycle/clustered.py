"""A stage whose two hosts are nodes of one cluster: they share disks and network, and machines move between them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mailstead.ground.clock import VirtualClock
from mailstead.guests.drivers.memory import GuestState, MemoryGuests
from mailstead.hypervisors.drivers.memory_operations import MemoryCluster, MemoryClusterState
from mailstead.hypervisors.model import Power
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.storage.drivers.memory import MemoryVolumes
from mailstead.wiring.memory import Outside, memory_outside
from mailstead.wiring.memory_host import PLENTY, Metal, PluggedHypervisor

from .stage import Stage, open_stage, platform

NODES = ("kvm1", "kvm2")


class Nodes:
    """What all nodes have together."""

    def __init__(self, metal: Mapping[str, Metal]) -> None:
        self.clock, switch, volumes = VirtualClock(), MemorySwitch(), MemoryVolumes()
        self.machines = {node: PluggedHypervisor(metal.get(node, PLENTY), switch, self.clock) for node in NODES}
        for machines in self.machines.values():
            machines.use(volumes)
        self.state = MemoryClusterState(dict(self.machines))
        self.shared: dict[str, Any] = {
            "switch": switch,
            "volumes": volumes,
            "guests": MemoryGuests(state_of=self._guest),
            "mail": MemoryMailServers(self.clock, lambda name: self._owner(name).reach(name)),
        }

    def outside(self) -> Outside:
        base = memory_outside(platform(*NODES), self.clock)
        hosts = {
            node: replace(
                base.hosts[node],
                machines=self.machines[node],
                cluster=MemoryCluster(self.state, node),
                migration=None,
                **self.shared,
            )
            for node in NODES
        }
        return replace(base, hosts=hosts)

    def places(self, tenant: str) -> list[str]:
        """Return the nodes that have a machine of the tenant."""
        return [node for node, machines in self.machines.items() if machines.power(tenant)]

    def running(self, tenant: str) -> list[str]:
        """Return the nodes on which the tenant's machine runs."""
        return [node for node, machines in self.machines.items() if machines.power(tenant) is Power.ON]

    def _owner(self, tenant: str) -> PluggedHypervisor:
        return self.machines[self.state.roles.get(tenant, (self.places(tenant) or NODES)[0])]

    def _guest(self, tenant: str) -> GuestState:
        return self._owner(tenant).guest(tenant)


def open_cluster(folder: Path, **metal: Metal) -> tuple[Stage, Nodes]:
    """Return a stage on a cluster of two nodes, each made of its *metal*."""
    nodes = Nodes(metal)
    return open_stage(folder, platform(*NODES), nodes.outside()), nodes
