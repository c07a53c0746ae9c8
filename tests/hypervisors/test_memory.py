from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.model import Machine, machine_uuid

from .contract import HypervisorContract, PortsContract
from .example import example_machine


@pytest.fixture
def host() -> MemoryHypervisor:
    return MemoryHypervisor(cores=8, memory_mib=16384)


@pytest.fixture
def machine() -> Machine:
    return example_machine(Path("/machines/acme"), Path("/images/vmlinuz"), Path("/images/initrd.img"))


class TestMemoryHypervisor(HypervisorContract, PortsContract):
    pass


def test_nothing_is_written_for_an_equal_machine(host: MemoryHypervisor, machine: Machine) -> None:
    host.define(machine)
    host.define(machine)
    assert host.writes == 1


def test_twenty_machines_live_side_by_side(host: MemoryHypervisor, machine: Machine) -> None:
    for number in range(20):
        name = f"tenant-{number}"
        nic = replace(machine.nic, port=name, vlan=100 + number)
        host.define(replace(machine, name=name, uuid=machine_uuid("hvt", name), nic=nic))
        host.start(name)
    assert len(host.statistics()) == 20
