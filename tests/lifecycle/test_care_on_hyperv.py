"""Care of tenants on two simulated Hyper-V hosts, through the drivers that ship: one machine, whatever happens."""

from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest

from mailstead.orders.drivers.memory import Moment
from tests.standin.faults import Kind
from tests.standin.hyperv.kinds import VMState

from .hyperv_pair import Pair, open_pair, paired
from .stage import Stage, tenant


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("hosts")) as pair:
        yield pair


@pytest.fixture
def apart(tmp_path: Path, hosts: Pair) -> Iterator[Stage]:
    """acme in service on hv01; hv02 shares nothing with it."""
    yield from _served(open_pair(tmp_path, hosts, clustered=False))


@pytest.fixture
def clustered(tmp_path: Path, hosts: Pair) -> Iterator[Stage]:
    """acme in service on hv01, which forms a cluster with hv02."""
    yield from _served(open_pair(tmp_path, hosts, clustered=True))


def _served(stage: Stage) -> Iterator[Stage]:
    stage.done(stage.lifecycle.add(tenant(host="hv01")))
    yield stage
    stage.close()


def test_a_checkpoint_is_no_drift_and_brings_back(apart: Stage, hosts: Pair) -> None:
    care = apart.running.care
    apart.done(care.take("acme", "before-update"))
    assert hosts.machine("acme").drives[0].path.endswith(".avhdx")
    assert apart.drift() == {}
    apart.done(care.bring_back("acme", "before-update", allow_loss=["machine acme"]))
    assert hosts.machine("acme").state is VMState.Running
    assert apart.drift() == {}
    apart.done(care.drop("acme", "before-update"))
    assert not hosts.machine("acme").drives[0].path.endswith(".avhdx")


def test_a_tenant_with_a_checkpoint_is_removed_and_comes_back_with_its_whole_disks(apart: Stage, hosts: Pair) -> None:
    apart.done(apart.running.care.take("acme", "before-update"))
    apart.done(apart.lifecycle.remove("acme"))
    assert hosts.places("acme") == []
    assert not [path for path in hosts.rigs[0].world.vhds if path.endswith(".avhdx")]
    apart.done(apart.lifecycle.resume("acme"))
    assert apart.drift() == {}


def test_what_was_lost_comes_back_from_its_export(apart: Stage, hosts: Pair) -> None:
    order, place = apart.running.care.export("acme", "friday")
    apart.done(order)
    machine = hosts.machine("acme")
    here = hosts.rigs[0].world
    del here.machines[machine.id]
    for drive in machine.drives:
        del here.vhds[drive.path.lower()]
    apart.done(apart.running.care.take_in("acme", str(place.configuration)))
    assert isinstance(place.configuration, PureWindowsPath)
    assert hosts.machine("acme").id != machine.id
    apart.done(apart.lifecycle.settle("acme"))
    assert hosts.places("acme") == ["hv01"]
    assert apart.drift() == {}


def test_a_machine_moves_between_hosts_that_share_nothing(apart: Stage, hosts: Pair) -> None:
    apart.done(apart.running.care.move("acme", "hv02"))
    assert hosts.places("acme") == ["hv02"]
    assert hosts.machine("acme").state is VMState.Running
    assert apart.world.tenants.get("acme").host == "hv02"
    assert apart.drift() == {}


@pytest.mark.parametrize("kind", [Kind.LOST_ANSWER, Kind.LOST_REQUEST, Kind.GARBAGE, Kind.SESSION_LOST])
def test_a_move_under_faults_of_the_wire_ends_with_one_machine(apart: Stage, hosts: Pair, kind: Kind) -> None:
    order = apart.running.care.move("acme", "hv02")
    hosts.rigs[0].faults.add(kind, "Command" if kind is not Kind.GARBAGE else "Receive", times=2)
    view = apart.settle(order)
    hosts.rigs[0].faults.clear()
    if not view.status.is_open and view.error:
        apart.running.desk.retry(order)
        apart.done(order)
    assert hosts.places("acme") == ["hv02"]
    assert apart.drift() == {}


@pytest.mark.parametrize("moment", list(Moment), ids=lambda moment: moment.name)
def test_a_move_goes_on_after_its_process_died(apart: Stage, hosts: Pair, moment: Moment) -> None:
    order = apart.running.care.move("acme", "hv02")
    apart.die("move machine", moment)
    apart.done(order)
    assert hosts.places("acme") == ["hv02"]
    assert apart.drift() == {}


def test_a_machine_is_a_role_and_moves_live(clustered: Stage, hosts: Pair) -> None:
    (role,) = hosts.cluster.groups.values()
    assert (role.name, role.node.name) == ("ms-acme", "HV01")
    clustered.done(clustered.running.care.move("acme", "hv02"))
    assert hosts.places("acme") == ["hv02"]
    assert clustered.drift() == {}
    clustered.done(clustered.lifecycle.remove("acme"))
    assert hosts.cluster.groups == {}
    assert hosts.places("acme") == []


def test_a_drained_node_is_followed(clustered: Stage, hosts: Pair) -> None:
    assert clustered.running.draining.begin("hv01", "firmware") == []
    assert list(clustered.running.draining.watch("hv01")) == [0]
    assert [node.state for node in hosts.cluster.nodes] == ["Paused", "Up"]
    assert clustered.world.tenants.get("acme").host == "hv02"
    assert clustered.drift() == {}
    clustered.done(clustered.lifecycle.settle("acme"))
    assert hosts.places("acme") == ["hv02"]
    clustered.running.draining.resume("hv01")
    assert [node.state for node in hosts.cluster.nodes] == ["Up", "Up"]


def test_how_a_machine_fares_is_told_with_its_counters(apart: Stage) -> None:
    host, found, kept = apart.running.care.condition("acme")
    assert (host, found.state, found.heartbeat, kept) == ("hv01", "Running", "OkApplicationsHealthy", ())
    assert found.metering
