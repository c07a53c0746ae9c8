"""Tenants on a cluster: their machines are roles, move without us, and are drained; never two of one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.drivers.memory_operations import MemoryCluster
from mailstead.hypervisors.operating import NodeState, NodeUnavailable, NoQuorum
from mailstead.lifecycle.errors import DrainUnfinished
from mailstead.lifecycle.placement import HostInMaintenance, HostsFull
from mailstead.wiring.memory_host import Metal

from .clustered import NODES, Nodes, open_cluster
from .stage import Stage, tenant, with_ports


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Stage, Nodes]]:
    stage, nodes = open_cluster(tmp_path)
    stage.done(stage.lifecycle.add(tenant(host="kvm1")))
    yield stage, nodes
    stage.close()


@pytest.fixture
def stage(both: tuple[Stage, Nodes]) -> Stage:
    """A cluster on whose node kvm1 acme is in service."""
    return both[0]


@pytest.fixture
def nodes(both: tuple[Stage, Nodes]) -> Nodes:
    return both[1]


def _fail_over(nodes: Nodes) -> None:
    """The cluster moves acme to the other node by itself."""
    MemoryCluster(nodes.state, "kvm1").hand_over("acme", "kvm2")


def test_a_tenants_machine_is_a_role_as_long_as_it_lives(stage: Stage, nodes: Nodes) -> None:
    assert nodes.state.roles == {"acme": "kvm1"}
    stage.done(stage.lifecycle.remove("acme"))
    assert nodes.state.roles == {}
    assert nodes.places("acme") == []


def test_a_machine_that_the_cluster_moved_is_no_drift_and_gets_no_twin(stage: Stage, nodes: Nodes) -> None:
    _fail_over(nodes)
    assert stage.drift() == {}
    assert stage.world.tenants.get("acme").host == "kvm2"
    stage.done(stage.lifecycle.settle("acme"))
    assert nodes.places("acme") == ["kvm2"]


def test_an_order_that_was_given_before_the_cluster_moved_it_makes_no_twin(stage: Stage, nodes: Nodes) -> None:
    order = stage.lifecycle.settle("acme")
    _fail_over(nodes)
    stage.done(order)
    assert nodes.places("acme") == ["kvm2"]


def test_a_removed_tenant_is_stopped_where_the_cluster_moved_it(stage: Stage, nodes: Nodes) -> None:
    order = stage.lifecycle.remove("acme")
    _fail_over(nodes)
    stage.done(order)
    assert nodes.places("acme") == []
    assert nodes.state.roles == {}


def test_the_record_follows_also_while_one_node_is_silent(stage: Stage, nodes: Nodes) -> None:
    class Silent(MemoryCluster):
        def nodes(self) -> dict[str, NodeState]:
            raise NoQuorum("the cluster service is not running here")

    _fail_over(nodes)
    stage.again(with_ports(stage.outside, "kvm1", cluster=Silent(nodes.state, "kvm1")))
    assert stage.drift() == {}
    assert stage.world.tenants.get("acme").host == "kvm2"


def test_a_machine_moves_within_the_cluster(stage: Stage, nodes: Nodes) -> None:
    stage.done(stage.running.care.move("acme", "kvm2"))
    assert nodes.running("acme") == ["kvm2"]
    assert nodes.state.roles == {"acme": "kvm2"}
    assert stage.drift() == {}


def test_a_node_is_drained_and_resumed(stage: Stage, nodes: Nodes) -> None:
    plan = stage.running.draining.plan("kvm1")
    assert plan.by_cluster
    assert [(move.tenant, move.to) for move in plan.moves] == [("acme", "kvm2")]
    assert stage.running.draining.begin("kvm1", "new firmware") == []
    assert list(stage.running.draining.watch("kvm1")) == [0]
    assert nodes.running("acme") == ["kvm2"]
    assert stage.world.tenants.get("acme").host == "kvm2"
    assert stage.drift() == {}
    with pytest.raises(HostInMaintenance, match="new firmware"):
        stage.lifecycle.add(tenant("globex", host="kvm1"))
    stage.done(stage.lifecycle.add(tenant("globex")))
    assert nodes.places("globex") == ["kvm2"]
    stage.running.draining.resume("kvm1")
    stage.done(stage.lifecycle.add(tenant("initech", host="kvm1")))
    assert nodes.places("initech") == ["kvm1"]


def test_a_drain_that_does_not_end_is_told_with_what_is_left(stage: Stage, nodes: Nodes) -> None:
    class Stuck(MemoryCluster):
        def drain(self, node: str) -> None:
            self.all.states[node] = NodeState.PAUSED

    stage.again(with_ports(stage.outside, "kvm1", cluster=Stuck(nodes.state, "kvm1")))
    stage.running.draining.begin("kvm1")
    with pytest.raises(DrainUnfinished, match="acme"):
        list(stage.running.draining.watch("kvm1", patience_s=10))
    assert nodes.running("acme") == ["kvm1"]


def _refused(stage: Stage, nodes: Nodes, expected: type[MailsteadError]) -> None:
    """See that a drain of kvm1 is refused and changes nothing."""
    with pytest.raises(expected):
        stage.running.draining.begin("kvm1")
    assert stage.world.maintenance.all() == {}
    assert nodes.state.state("kvm1") is NodeState.UP
    assert nodes.running("acme") == ["kvm1"]


def test_without_quorum_nothing_is_drained(stage: Stage, nodes: Nodes) -> None:
    nodes.state.quorum = False
    _refused(stage, nodes, NoQuorum)


@pytest.mark.parametrize("state", [NodeState.PAUSED, NodeState.DOWN])
def test_the_last_node_is_not_drained(stage: Stage, nodes: Nodes, state: NodeState) -> None:
    nodes.state.states["kvm2"] = state
    _refused(stage, nodes, NodeUnavailable)


def test_a_node_is_not_drained_into_one_without_room(tmp_path: Path) -> None:
    stage, nodes = open_cluster(tmp_path, kvm2=Metal(memory_mib=1024))
    stage.done(stage.lifecycle.add(tenant(host="kvm1")))
    _refused(stage, nodes, HostsFull)
    stage.close()


def test_without_quorum_a_tenant_is_not_moved_and_nothing_is_lost(stage: Stage, nodes: Nodes) -> None:
    order = stage.running.care.move("acme", "kvm2")
    nodes.state.quorum = False
    view = stage.settle(order)
    assert (view.error or {})["code"] == "no-quorum"
    assert nodes.running("acme") == ["kvm1"]
    nodes.state.quorum = True
    stage.running.desk.retry(order)
    stage.done(order)
    assert nodes.running("acme") == ["kvm2"]


def test_the_nodes_are_named(stage: Stage) -> None:
    ports = stage.host()
    assert ports.cluster
    assert tuple(ports.cluster.nodes()) == NODES
