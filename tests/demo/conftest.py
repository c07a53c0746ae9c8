"""Two machines for all tests on real ones: they are onboarded once, through seven kills and a full disk."""

from collections.abc import Iterator

import pytest

from mailstead.cli.demo.cast import HOME
from mailstead.hypervisors.drivers.libvirt import daemons as libvirt_daemons
from mailstead.networks.drivers.openvswitch import daemons as switch_daemons

from . import moments
from .pool import Pool
from .stage import Stage, bound, ours_on_this_machine

PLAYERS = ("acme", "globex")


@pytest.fixture(scope="package")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """The file system of the folder of machines; afterwards the services of this host run for others' tests again."""
    pool = Pool(tmp_path_factory.mktemp("pool") / "pool.ext4", HOME / "machines")
    if pool.left:
        _take_down(pool)
    if left := ours_on_this_machine():
        pytest.fail(f"a demonstration is up: {left[0]}; end it first with bin/demo --down")
    try:
        pool.mount()
        yield pool
    finally:
        _take_down(pool)
        libvirt_daemons.ensure_running()
        switch_daemons.ensure_running()


def _take_down(pool: Pool) -> None:
    Stage().run("demo", "--down", status=None)
    pool.unmount()


@pytest.fixture(scope="package")
def lacking(pool: Pool) -> list[dict[str, str]]:
    """What the orders of a first run, killed once, say when there is no room for the disks."""
    stage = Stage()
    stage.kill_at(moments.step_begun("lay network"), "demo")
    with pool.full(), stage.at(moments.told("no-disk-room", PLAYERS), "demo"):
        return moments.errors()


@pytest.fixture(scope="package")
def stage(lacking: list[dict[str, str]]) -> Stage:
    """Onboard both tenants, now that there is room, killed on the way; `told` goes on to the end."""
    stage = Stage()
    stage.kill_at(moments.qemu_started("acme"), *_on(stage, "acme"))
    assert not bound("ms-t100"), "the machine's port was bound before the kill"
    stage.kill_at(moments.zone_written("globex.example"), *_on(stage, "globex"))
    stage.kill_at(moments.anchors_in_hand_over, "demo")
    stage.kill_at(moments.step_begun("wait for the machine"), "demo")
    stage.kill_at(moments.converging("acme"), "demo")
    stage.kill_at(moments.step_begun("wait for mail"), "demo")
    return stage


@pytest.fixture(scope="package")
def told(stage: Stage) -> str:
    """What the demonstration says when it is at last left to run to its end; a busy host is looked at twice."""
    try:
        return stage.run("demo")
    except AssertionError:
        return stage.run("demo")


def _on(stage: Stage, tenant: str) -> tuple[str, ...]:
    """Return the command with which an order goes on that lacked room."""
    failed = [o["order"] for o in stage.json("order", "list") if o["tenant"] == tenant and o["status"] == "failed"]
    return ("order", "retry", failed[0]) if failed else ("demo",)
