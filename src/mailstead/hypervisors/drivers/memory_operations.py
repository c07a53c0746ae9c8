"""Checkpoints, exports, moves and a cluster of hosts that are only thought of: for the trial, simulation and tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePath

from mailstead.ground.clock import Clock
from mailstead.hypervisors.model import HostFull, Machine, NoSuchMachine, Power
from mailstead.hypervisors.operating import (
    Checkpoint,
    CheckpointKind,
    Condition,
    Export,
    HostEvent,
    NodeState,
    NodeUnavailable,
    NoQuorum,
    NoSuchExport,
    NoSuchNode,
    checked_label,
    export_there,
    machine_there,
    no_such_checkpoint,
)
from mailstead.hypervisors.port import Hypervisor


def _machine(host: Hypervisor, name: str) -> Machine:
    if found := host.machines().get(name):
        return found
    raise NoSuchMachine(f"no machine of {name} is here", field="machine", value=name)


class MemoryConditions:
    """A machine that runs is well."""

    def __init__(self, host: Hypervisor) -> None:
        self._host = host

    def condition(self, name: str) -> Condition:
        power = _machine(self._host, name).power
        return Condition(power.value, "", "ok" if power is Power.ON else "", timedelta())


class MemoryCheckpoints:
    """Keeps shapes of machines; what is on their disks is not thought of."""

    def __init__(self, host: Hypervisor, clock: Clock) -> None:
        self._host = host
        self._clock = clock
        self._kept: dict[str, dict[str, tuple[Checkpoint, Machine]]] = {}

    def checkpoints(self, name: str) -> tuple[Checkpoint, ...]:
        _machine(self._host, name)
        return tuple(checkpoint for checkpoint, _ in self._kept.get(name, {}).values())

    def take(self, name: str, label: str) -> Checkpoint:
        checked_label(label)
        machine = replace(_machine(self._host, name), power=Power.OFF, pending=False)
        made = Checkpoint(label, CheckpointKind.PRODUCTION, self._clock.now())
        return self._kept.setdefault(name, {}).setdefault(label, (made, machine))[0]

    def bring_back(self, name: str, label: str) -> None:
        _machine(self._host, name)
        kept = self._kept.get(name, {}).get(label)
        if kept is None:
            raise no_such_checkpoint(name, label)
        self._host.stop(name, graceful_s=0)
        self._host.define(kept[1])

    def drop(self, name: str, label: str) -> None:
        _machine(self._host, name)
        self._kept.get(name, {}).pop(label, None)

    def flatten(self, name: str) -> None:
        self._kept.pop(name, None)


class MemoryExports:
    """Keeps copies of machines by the folder that they lie in."""

    def __init__(self, host: Hypervisor) -> None:
        self._host = host
        self._kept: dict[PurePath, Machine] = {}

    def export(self, name: str, folder: PurePath) -> Export:
        machine, made = _machine(self._host, name), self.place_of(name, folder)
        if made.configuration in self._kept:
            raise export_there(folder)
        self._kept[made.configuration] = machine
        return made

    def place_of(self, name: str, folder: PurePath) -> Export:
        return Export(folder, folder / name / f"{_machine(self._host, name).uuid}.vmcx")

    def take_in(self, name: str, configuration: PurePath) -> None:
        if name in self._host.machines():
            raise machine_there(name)
        if configuration not in self._kept:
            raise NoSuchExport(f"no export lies at {configuration}", field="from", value=configuration)
        self._host.define(replace(self._kept[configuration], power=Power.OFF, pending=False))


def carry(name: str, here: Hypervisor, there: Hypervisor) -> None:
    """Move a machine as it is. Raises HostFull, NoSuchMachine."""
    machine = _machine(here, name)
    there.define(machine)
    if machine.power is Power.ON:
        try:
            there.start(name)
        except HostFull:
            there.remove(name)
            raise
    here.remove(name)


class MemoryMigration:
    """Moves between *hosts*, by address; `along` is told (name, address) and brings what hangs on it."""

    def __init__(
        self, here: Hypervisor, hosts: Mapping[str, Hypervisor], along: Callable[[str, str], None] = lambda *_: None
    ) -> None:
        self._here = here
        self._hosts = hosts
        self._along = along

    def migrate(self, name: str, address: str, folder: PurePath) -> None:
        _machine(self._here, name)
        if address not in self._hosts:
            raise NoSuchNode(f"there is no host {address}", field="host", value=address)
        carry(name, self._here, self._hosts[address])
        self._along(name, address)


@dataclass
class MemoryClusterState:
    """What all nodes of a cluster know together."""

    hosts: dict[str, Hypervisor]
    states: dict[str, NodeState] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    quorum: bool = True

    def state(self, node: str) -> NodeState:
        return self.states.get(node, NodeState.UP)


class MemoryCluster:
    """The cluster, asked through the node *here*."""

    def __init__(self, state: MemoryClusterState, here: str) -> None:
        self.all = state
        self._here = here

    def nodes(self) -> Mapping[str, NodeState]:
        self._demand_quorum()
        return {node: self.all.state(node) for node in self.all.hosts}

    def owners(self) -> Mapping[str, str]:
        self._demand_quorum()
        return dict(self.all.roles)

    def join(self, name: str) -> None:
        self._demand_quorum()
        if name not in self.all.roles:
            _machine(self.all.hosts[self._here], name)
            self.all.roles[name] = self._here

    def leave(self, name: str) -> None:
        self._demand_quorum()
        self.all.roles.pop(name, None)

    def hand_over(self, name: str, node: str) -> None:
        self._demand_node(node)
        owner = self.all.roles.get(name)
        if owner is None:
            raise NoSuchMachine(f"{name} is no role of the cluster", field="machine", value=name)
        if owner == node:
            return
        if self.all.state(node) is not NodeState.UP:
            raise NodeUnavailable(f"{node} is {self.all.state(node)}", field="node", value=node)
        carry(name, self.all.hosts[owner], self.all.hosts[node])
        self.all.roles[name] = node

    def drain(self, node: str) -> None:
        self._demand_node(node)
        self.all.states[node] = NodeState.PAUSED
        left = [other for other in self.all.hosts if self.all.state(other) is NodeState.UP]
        for name in [name for name, owner in self.all.roles.items() if owner == node and left]:
            self.hand_over(name, left[0])

    def resume(self, node: str) -> None:
        self._demand_node(node)
        self.all.states[node] = NodeState.UP

    def _demand_node(self, node: str) -> None:
        self._demand_quorum()
        if node not in self.all.hosts:
            known = ", ".join(sorted(self.all.hosts))
            raise NoSuchNode(f"there is no node {node}", field="node", value=node, remedy=f"one of {known}")

    def _demand_quorum(self) -> None:
        if not self.all.quorum:
            raise NoQuorum("the cluster has no quorum", field="cluster", remedy="bring a node back")


class MemoryEvents:
    """Event logs that tests and the simulation write."""

    def __init__(self) -> None:
        self.lines: list[HostEvent] = []

    def events(self, since: datetime) -> tuple[HostEvent, ...]:
        return tuple(sorted((line for line in self.lines if line.at >= since), key=lambda line: line.at))
