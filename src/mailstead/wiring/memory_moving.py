"""Moves between hosts in memory: with a machine go its disks and what its mail server holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from mailstead.hypervisors.drivers.memory_operations import MemoryMigration
from mailstead.lifecycle.world import HostPorts
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.storage.drivers.memory import MemoryVolumes


def with_moves(hosts: Mapping[str, HostPorts]) -> dict[str, HostPorts]:
    """Return hosts in memory between which machines can move."""
    machines = {name: ports.machines for name, ports in hosts.items()}
    bearers = {name: _Bearer(ports.volumes, ports.mail) for name, ports in hosts.items()}
    return {
        name: replace(ports, migration=MemoryMigration(ports.machines, machines, partial(_bring, bearers, name, ports)))
        for name, ports in hosts.items()
    }


@dataclass(frozen=True, slots=True)
class _Bearer:
    """What bears a tenant's data on one host."""

    volumes: object
    mail: object


def _bring(bearers: Mapping[str, _Bearer], source: str, ports: HostPorts, name: str, to: str) -> None:
    here, there = bearers[source], bearers[to]
    if isinstance(here.mail, MemoryMailServers) and isinstance(there.mail, MemoryMailServers):
        here.mail.hand_over(name, there.mail.receive)
    if isinstance(here.volumes, MemoryVolumes) and isinstance(there.volumes, MemoryVolumes):
        for volume in [volume for volume in here.volumes.volumes().values() if volume.key.tenant == name]:
            there.volumes.disturb(volume)
            here.volumes.remove(volume.key)
    ports.switch.remove(name)
