"""A Windows tenant on a simulated Hyper-V host, through the drivers that ship; what is inside it is in memory."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.windows.drivers.memory import MemoryWindows
from mailstead.windows.errors import WindowsSilent
from tests.lifecycle.hyperv_pair import NAMES, Pair, open_pair, paired
from tests.lifecycle.stage import Stage, tenant
from tests.standin.hyperv import world
from tests.standin.hyperv.kinds import VhdType, VMState

IMAGES = r"C:\ClusterStorage\Volume1\mailstead-images"
WINDOWS = {"image": "server2022.vhdx", "features": ["DNS"]}


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("hosts")) as pair:
        yield pair


@pytest.fixture
def stage(tmp_path: Path, hosts: Pair) -> Iterator[Stage]:
    """Two hosts with a Windows image; a machine answers when it runs."""

    def reach(name: str) -> None:
        if hosts.machine(name).state is not VMState.Running:
            raise WindowsSilent(f"{name} is off", field="machine", value=name)

    stage = open_pair(tmp_path, hosts, clustered=False)
    for rig in hosts.rigs:
        path = rf"{IMAGES}\server2022.vhdx"
        rig.world.vhds[path.lower()] = world.Vhd(path, 64 << 30, VhdType.Dynamic, file_size=9 << 30)
    windows = MemoryWindows(reach)
    stage.again(
        replace(stage.outside, hosts={name: replace(stage.outside.hosts[name], windows=windows) for name in NAMES})
    )
    yield stage
    stage.close()


def test_its_machine_starts_once_its_medium_is_there_and_wakes_only_once(stage: Stage, hosts: Pair) -> None:
    order = stage.lifecycle.add(tenant(windows=WINDOWS, host="hv01"))
    view = stage.settle(order)
    assert (view.error or {})["code"] == "missing-file"
    assert (hosts.places("acme"), hosts.machine("acme").state) == (["hv01"], VMState.Off)
    hosts.rigs[0].world.media = {rf"{IMAGES}\acme.iso".lower()}
    stage.running.desk.retry(order)
    stage.done(order)
    machine = hosts.machine("acme")
    assert machine.state is VMState.Running
    assert (machine.secure_boot, machine.template) == ("On", "MicrosoftWindows")
    assert [drive.shown()["Path"] for drive in machine.dvds] == [rf"{IMAGES}\acme.iso"]
    assert [card.name for card in machine.adapters] == ["Network Adapter", "Management"]
    assert stage.drift() == {}
    stage.done(stage.lifecycle.equip("acme"))
    assert machine.dvds == []
    assert stage.drift() == {}
    stage.done(stage.lifecycle.remove("acme"))
    assert hosts.places("acme") == []
