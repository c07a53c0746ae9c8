"""Roles of a cluster, moves within it and between hosts without one; nothing lost, nothing double."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import pytest

from mailstead.hypervisors.drivers.hyperv.cluster import HyperVCluster, HyperVMigration
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.drivers.memory_operations import MemoryCluster, MemoryClusterState, MemoryMigration
from mailstead.hypervisors.model import AnswerLost, HostFull, HostUnreachable, NoSuchMachine, Power
from mailstead.hypervisors.operating import MachineBusy, NodeState, NodeUnavailable, NoQuorum, NoSuchNode
from mailstead.hypervisors.port import Cluster, Migration
from tests.hypervisors.example import example_machine
from tests.standin import cluster as simulated
from tests.standin.faults import Kind
from tests.standin.hyperv.kinds import VMState
from tests.standin.hyperv.world import GIB

from .conftest import FOLDER, TENANT, HyperVHost

THERE = PureWindowsPath(FOLDER) / TENANT


class Roles:
    """A cluster of hv01 and hv02, of which hv01 has a running machine of TENANT."""

    port: Cluster

    def lose_quorum(self) -> None: ...

    def fill(self) -> None:
        """Let hv02 have no memory left."""

    def places(self) -> list[str]:
        """Return the nodes that have a machine of TENANT."""
        return []


class ClusterContract:
    """Subclasses give `roles`."""

    def test_both_nodes_are_up(self, roles: Roles) -> None:
        assert roles.port.nodes() == {"hv01": NodeState.UP, "hv02": NodeState.UP}

    def test_a_machine_becomes_a_role_once_and_stops_being_one(self, roles: Roles) -> None:
        assert roles.port.owners() == {}
        roles.port.join(TENANT)
        roles.port.join(TENANT)
        assert roles.port.owners() == {TENANT: "hv01"}
        roles.port.leave(TENANT)
        roles.port.leave(TENANT)
        assert roles.port.owners() == {}
        assert roles.places() == ["hv01"]

    def test_a_machine_that_is_not_there_becomes_no_role(self, roles: Roles) -> None:
        with pytest.raises(NoSuchMachine):
            roles.port.join("nobody")
        roles.port.leave("nobody")

    def test_a_role_moves_and_moving_it_again_is_no_error(self, roles: Roles) -> None:
        roles.port.join(TENANT)
        roles.port.hand_over(TENANT, "hv02")
        roles.port.hand_over(TENANT, "hv02")
        assert roles.port.owners() == {TENANT: "hv02"}
        assert roles.places() == ["hv02"]

    def test_what_is_no_role_does_not_move(self, roles: Roles) -> None:
        with pytest.raises(NoSuchMachine):
            roles.port.hand_over(TENANT, "hv02")
        assert roles.places() == ["hv01"]

    def test_a_node_that_is_not_there_is_refused(self, roles: Roles) -> None:
        roles.port.join(TENANT)
        with pytest.raises(NoSuchNode):
            roles.port.hand_over(TENANT, "hv09")
        for verb in (roles.port.drain, roles.port.resume):
            with pytest.raises(NoSuchNode):
                verb("hv09")

    def test_a_paused_node_takes_no_machines_until_it_is_resumed(self, roles: Roles) -> None:
        roles.port.join(TENANT)
        roles.port.drain("hv02")
        assert roles.port.nodes()["hv02"] is NodeState.PAUSED
        with pytest.raises(NodeUnavailable):
            roles.port.hand_over(TENANT, "hv02")
        roles.port.resume("hv02")
        roles.port.resume("hv02")
        roles.port.hand_over(TENANT, "hv02")
        assert roles.places() == ["hv02"]

    def test_draining_moves_what_the_node_has(self, roles: Roles) -> None:
        roles.port.join(TENANT)
        roles.port.drain("hv01")
        roles.port.drain("hv01")
        assert roles.port.owners() == {TENANT: "hv02"}
        assert roles.places() == ["hv02"]

    def test_a_node_without_memory_refuses_and_the_machine_stays(self, roles: Roles) -> None:
        roles.port.join(TENANT)
        roles.fill()
        with pytest.raises(HostFull):
            roles.port.hand_over(TENANT, "hv02")
        assert roles.places() == ["hv01"]

    def test_without_quorum_nothing_is_done(self, roles: Roles) -> None:
        roles.port.join(TENANT)
        roles.lose_quorum()
        for look in (roles.port.nodes, roles.port.owners):
            with pytest.raises(NoQuorum):
                look()
        for change in (roles.port.join, roles.port.leave):
            with pytest.raises(NoQuorum):
                change(TENANT)
        with pytest.raises(NoQuorum):
            roles.port.hand_over(TENANT, "hv02")
        with pytest.raises(NoQuorum):
            roles.port.drain("hv01")
        assert roles.places() == ["hv01"]


class MemoryRoles(Roles):
    def __init__(self) -> None:
        self.hosts = {"hv01": MemoryHypervisor(), "hv02": MemoryHypervisor(memory_mib=4096)}
        self.hosts["hv01"].define(example_machine(Path("/m"), Path("/k"), Path("/i")))
        self.hosts["hv01"].start(TENANT)
        self.state = MemoryClusterState(dict(self.hosts))
        self.port = MemoryCluster(self.state, "hv01")

    def lose_quorum(self) -> None:
        self.state.quorum = False

    def fill(self) -> None:
        self.hosts["hv02"].occupy("somebody", 4096)

    def places(self) -> list[str]:
        return [node for node, host in self.hosts.items() if TENANT in host.machines()]


class HyperVRoles(Roles):
    def __init__(self, hosts: tuple[HyperVHost, HyperVHost], cluster: simulated.Cluster) -> None:
        self.hosts = hosts
        self.cluster = cluster
        hosts[0].put().state = VMState.Running
        self.port = HyperVCluster(hosts[0].operated)

    def lose_quorum(self) -> None:
        self.cluster.quorum = False

    def fill(self) -> None:
        self.hosts[1].world.memory = GIB

    def places(self) -> list[str]:
        return [host.world.name.lower() for host in self.hosts for _ in host.ours()]


class TestMemoryCluster(ClusterContract):
    @pytest.fixture
    def roles(self) -> Roles:
        return MemoryRoles()


class TestHyperVCluster(ClusterContract):
    @pytest.fixture
    def roles(self, hosts: tuple[HyperVHost, HyperVHost], clustered: simulated.Cluster) -> Roles:
        return HyperVRoles(hosts, clustered)


@pytest.mark.parametrize("lost", ["after", "before"])
@pytest.mark.parametrize(
    "cmdlet", ["Add-ClusterVirtualMachineRole", "Move-ClusterVirtualMachineRole", "Remove-ClusterGroup"]
)
def test_after_a_lost_answer_a_repetition_leads_to_one_role_and_one_machine(
    hosts: tuple[HyperVHost, HyperVHost], clustered: simulated.Cluster, cmdlet: str, lost: str
) -> None:
    roles = HyperVRoles(hosts, clustered)
    losing = HyperVCluster(hosts[0].losing(cmdlet, done=lost == "after"))
    verbs: list[Callable[[], object]]
    verbs = [lambda: losing.join(TENANT), lambda: losing.hand_over(TENANT, "hv02"), lambda: losing.leave(TENANT)]
    if cmdlet == "Remove-ClusterGroup":
        del verbs[1]
    times = 0
    for verb in verbs:
        try:
            verb()
        except AnswerLost:
            times += 1
            verb()
    assert times == 1
    assert len(roles.places()) == 1
    assert len(clustered.groups) == (cmdlet != "Remove-ClusterGroup")


def test_a_node_that_is_down_takes_nothing(hosts: tuple[HyperVHost, HyperVHost], clustered: simulated.Cluster) -> None:
    roles = HyperVRoles(hosts, clustered)
    roles.port.join(TENANT)
    clustered.nodes[1].state = "Down"
    with pytest.raises(NodeUnavailable) as caught:
        roles.port.hand_over(TENANT, "hv02")
    assert "hv01" in caught.value.remedy


def test_a_host_without_a_cluster_says_so(hv: HyperVHost) -> None:
    with pytest.raises(NoQuorum):
        HyperVCluster(hv.operated).nodes()


class Migrations:
    """Subclasses give a port with a running machine of TENANT, and tell where machines of TENANT are."""

    port: Migration
    there: str

    def places(self) -> list[str]:
        return []

    def fill(self) -> None:
        """Let the other host have no memory left."""


class MigrationContract:
    """Subclasses give `moving`."""

    def test_a_machine_moves_and_is_on_one_host(self, moving: Migrations) -> None:
        moving.port.migrate(TENANT, moving.there, THERE)
        assert moving.places() == ["hv02"]

    def test_what_is_not_here_cannot_move(self, moving: Migrations) -> None:
        moving.port.migrate(TENANT, moving.there, THERE)
        with pytest.raises(NoSuchMachine):
            moving.port.migrate(TENANT, moving.there, THERE)
        assert moving.places() == ["hv02"]

    def test_a_full_host_refuses_and_the_machine_stays(self, moving: Migrations) -> None:
        moving.fill()
        with pytest.raises(HostFull):
            moving.port.migrate(TENANT, moving.there, THERE)
        assert moving.places() == ["hv01"]


class MemoryMigrations(Migrations):
    there = "hv02"

    def __init__(self) -> None:
        self.hosts = MemoryRoles().hosts
        self.port = MemoryMigration(self.hosts["hv01"], {"hv02": self.hosts["hv02"]})

    def places(self) -> list[str]:
        return [name for name, host in self.hosts.items() if TENANT in host.machines()]

    def fill(self) -> None:
        self.hosts["hv02"].occupy("somebody", 4096)


class HyperVMigrations(Migrations):
    there = "hv02.example"

    def __init__(self, hosts: tuple[HyperVHost, HyperVHost]) -> None:
        self.hosts = hosts
        hosts[0].put().state = VMState.Running
        self.port = HyperVMigration(hosts[0].operated)

    def places(self) -> list[str]:
        return [host.world.name.lower() for host in self.hosts for _ in host.ours()]

    def fill(self) -> None:
        self.hosts[1].world.memory = GIB


class TestMemoryMigration(MigrationContract):
    @pytest.fixture
    def moving(self) -> Migrations:
        return MemoryMigrations()


class TestHyperVMigration(MigrationContract):
    @pytest.fixture
    def moving(self, hosts: tuple[HyperVHost, HyperVHost]) -> Migrations:
        return HyperVMigrations(hosts)


def test_disks_and_mark_move_along(hosts: tuple[HyperVHost, HyperVHost]) -> None:
    here, there = hosts
    HyperVMigrations(hosts).port.migrate(TENANT, "hv02.example", THERE)
    assert here.world.vhds == {}
    assert list(there.world.vhds) == [rf"{FOLDER}\{TENANT}\system.vhdx".lower()]
    assert there.operated.found(TENANT)


def test_a_host_that_does_not_answer_is_told(hosts: tuple[HyperVHost, HyperVHost]) -> None:
    moving = HyperVMigrations(hosts)
    with pytest.raises(HostUnreachable):
        moving.port.migrate(TENANT, "hv77.example", THERE)
    assert moving.places() == ["hv01"]


def test_a_busy_machine_moves_at_the_second_try(hosts: tuple[HyperVHost, HyperVHost]) -> None:
    moving = HyperVMigrations(hosts)
    hosts[0].standin.faults.add(Kind.BUSY, "Move-VM")
    with pytest.raises(MachineBusy):
        moving.port.migrate(TENANT, moving.there, THERE)
    moving.port.migrate(TENANT, moving.there, THERE)
    assert moving.places() == ["hv02"]


@pytest.mark.parametrize("lost", ["after", "before"])
def test_after_a_lost_answer_exactly_one_host_has_the_machine(hosts: tuple[HyperVHost, HyperVHost], lost: str) -> None:
    moving = HyperVMigrations(hosts)
    with pytest.raises(AnswerLost):
        HyperVMigration(hosts[0].losing("Move-VM", done=lost == "after")).migrate(TENANT, moving.there, THERE)
    assert moving.places() == ["hv02" if lost == "after" else "hv01"]


def test_a_machine_in_memory_keeps_its_power(tmp_path: Path) -> None:
    moving = MemoryMigrations()
    before = moving.hosts["hv01"].machines()[TENANT]
    moving.port.migrate(TENANT, "hv02", tmp_path)
    assert moving.hosts["hv02"].machines()[TENANT] == replace(before, power=Power.ON)
