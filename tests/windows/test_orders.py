"""A Windows tenant's life: its machine by `settle`, what is inside by `equip`; from wherever it was interrupted."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any

import pytest

from mailstead.ground.errors import Conflict
from mailstead.ground.plans import ChangePlan
from mailstead.hypervisors.drivers.memory_media import MemoryMedia
from mailstead.hypervisors.model import FirmwareBoot, Power
from mailstead.lifecycle.errors import NotWindows
from mailstead.orders.drivers.memory import Moment
from mailstead.orders.model import Status
from mailstead.sites.model import Platform
from mailstead.storage.model import Role, VolumeKey
from mailstead.tenants.model import Tenant
from mailstead.windows.drivers.memory import Inside, MemoryWindows
from mailstead.windows.errors import NoWindowsHost, WindowsAnswerLost, WindowsSilent
from mailstead.windows.model import Item
from mailstead.wiring.memory import memory_outside
from mailstead.wiring.memory_host import Metal
from tests.lifecycle.stage import Stage, open_stage, platform, tenant, with_ports

WINDOWS: dict[str, Any] = {
    "image": "server2022.vhdx",
    "features": ["DNS", "Web-Server"],
    "restart": "when-needed",
    "services": [{"name": "DNS"}, {"name": "Spooler", "start": "disabled", "running": False}],
    "rules": [{"name": "mail", "ports": ["25"]}],
}
STEPS = (
    "wait for Windows",
    "set features",
    "restart if it must",
    "wait for Windows again",
    "set services, name servers, firewall",
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = open_stage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def up(stage: Stage) -> Stage:
    """A stage on which the machine of acme, a Windows one, has come up."""
    stage.done(stage.lifecycle.add(tenant(windows=WINDOWS)))
    return stage


def _always(seconds: float, _tenant: str) -> float:
    return seconds


def _with_windows(windows: dict[str, Any] | None, now: Tenant) -> Tenant:
    return now.changed(windows=windows)


def inside(stage: Stage) -> Inside:
    roles = stage.host().windows
    assert isinstance(roles, MemoryWindows)
    return roles.inside("acme")


def left(stage: Stage) -> list[str]:
    return [change.subject for change in stage.lifecycle.inside.plan("acme")]


def test_the_machine_starts_from_its_own_image_under_secure_boot_and_nothing_is_left_to_do(up: Stage) -> None:
    machine = up.host().machines.machines()["acme"]
    assert machine.power is Power.ON
    assert machine.boot == FirmwareBoot("MicrosoftWindows")
    system = up.host().volumes.volumes()[VolumeKey("acme", Role.SYSTEM)]
    assert PurePath(system.base or "").name == "server2022.vhdx"
    assert system.location.suffix == ".vhdx"
    assert system.size_mib == 64 * 1024
    assert up.drift() == {}


def test_no_mail_is_promised_in_the_name_of_a_machine_that_takes_none(up: Stage) -> None:
    assert up.outside.names.zones() == set()
    assert up.world.certificates.of("acme").current is None


def test_what_is_inside_is_brought_about_by_an_order_of_its_own(up: Stage) -> None:
    assert left(up) == [
        "feature DNS",
        "feature Web-Server",
        "service Spooler",
        "service DNS",
        "firewall rule mailstead-mail",
    ]
    view = up.done(up.lifecycle.equip("acme"))
    assert tuple(step.name for step in view.steps) == STEPS
    assert left(up) == []
    assert inside(up).restarts == 0
    assert up.drift() == {}


def test_a_feature_that_needs_a_restart_gets_it_where_it_is_allowed(up: Stage) -> None:
    inside(up).need_restart.add("DNS")
    up.done(up.lifecycle.equip("acme"))
    assert inside(up).restarts == 1
    assert left(up) == []


def test_where_no_restart_is_allowed_there_is_none_and_what_waits_for_it_is_told(stage: Stage) -> None:
    wanted = WINDOWS | {"restart": "never", "services": []}
    stage.done(stage.lifecycle.add(tenant(windows=wanted)))
    inside(stage).need_restart.add("DNS")
    stage.done(stage.lifecycle.equip("acme"))
    assert inside(stage).restarts == 0
    assert stage.lifecycle.inside.found("acme").restart.waits


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("step", STEPS)
def test_whoever_dies_in_the_midst_the_end_is_the_same(up: Stage, step: str, moment: Moment) -> None:
    inside(up).need_restart.add("DNS")
    order = up.lifecycle.equip("acme")
    up.die(step, moment)
    up.done(order)
    assert left(up) == []
    assert inside(up).restarts == 1


class Forgetful(MemoryWindows):
    """Does what it is told, and loses the answer, once a verb."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = 0

    def apply(self, machine: str, plan: ChangePlan[Item]) -> bool:
        needed = super().apply(machine, plan)
        self.lost += 1
        if self.lost % 2:
            raise WindowsAnswerLost("no answer came", field="machine", value=machine, remedy="look again")
        return needed


def test_a_lost_answer_costs_a_retry_and_no_second_restart(tmp_path: Path) -> None:
    roles = Forgetful()
    stage = open_stage(tmp_path, platform(), with_ports(memory_outside(platform()), "kvm1", windows=roles))
    stage.done(stage.lifecycle.add(tenant(windows=WINDOWS)))
    roles.inside("acme").need_restart.add("DNS")
    stage.done(stage.lifecycle.equip("acme"))
    assert (roles.inside("acme").restarts, left(stage)) == (1, [])
    assert roles.lost >= 3
    stage.close()


def test_a_guest_that_takes_its_time_is_waited_for_and_one_that_never_comes_is_told(tmp_path: Path) -> None:
    for boot_s, status in ((900.0, Status.DONE), (float("inf"), Status.FAILED)):
        wanted, folder = platform(), tmp_path / status
        folder.mkdir()
        stage = open_stage(folder, wanted, memory_outside(wanted, metal=Metal(boot_s=partial(_always, boot_s))))
        stage.done(stage.lifecycle.add(tenant(windows=WINDOWS)))
        view = stage.settle(stage.lifecycle.equip("acme"))
        assert view.status is status
        assert (view.error or {}).get("code", "") == ("" if status is Status.DONE else WindowsSilent.code)
        stage.close()


def test_a_windows_machine_goes_like_any_other(up: Stage) -> None:
    up.done(up.lifecycle.remove("acme"))
    assert up.host().machines.machines() == {}
    up.done(up.lifecycle.purge("acme", early=True))
    assert up.host().volumes.volumes() == {}
    assert up.world.vault.names("acme") == []


def test_a_libvirt_host_carries_no_windows_machine(tmp_path: Path) -> None:
    outside = with_ports(memory_outside(platform()), "kvm1", windows=None)
    stage = open_stage(tmp_path, platform(), outside)
    for pin in ({}, {"host": "kvm1"}):
        with pytest.raises(NoWindowsHost, match="Windows machine") as refused:
            stage.lifecycle.add(tenant(windows=WINDOWS, **pin))
        assert "hyperv" in refused.value.remedy
    assert stage.world.tenants.all() == {}
    stage.close()


def test_it_goes_to_a_host_that_can_carry_it(tmp_path: Path) -> None:
    wanted = platform("kvm1", "hv01")
    stage = open_stage(tmp_path, wanted, with_ports(memory_outside(wanted), "kvm1", windows=None))
    stage.done(stage.lifecycle.add(tenant(windows=WINDOWS)))
    assert stage.world.tenants.get("acme").host == "hv01"
    with pytest.raises(NoWindowsHost) as refused:
        stage.lifecycle.add(tenant("other", windows=WINDOWS, host="kvm1"))
    assert "hv01" in refused.value.remedy
    stage.close()


def test_an_appliance_does_not_become_windows_nor_the_other_way_round(up: Stage) -> None:
    up.done(up.lifecycle.add(tenant("plain")))
    for name, windows in (("plain", WINDOWS), ("acme", None), ("acme", WINDOWS | {"image": "other.vhdx"})):
        with pytest.raises(Conflict, match="system disk"):
            up.lifecycle.change(name, partial(_with_windows, windows))
    with pytest.raises(NotWindows):
        up.lifecycle.equip("plain")


HYPERV = Platform.parse(
    {
        "sites": [
            {"name": "home", "hosts": [{"name": "hv01", "driver": "hyperv", "hyperv": {"address": "hv01.example"}}]}
        ],
        "dns": {"driver": "memory"},
    }
)


def test_a_machine_wakes_with_its_medium_or_not_at_all(tmp_path: Path) -> None:
    """Without it Windows would ask somebody at a screen; with it after the first day, its passwords would lie about."""
    stage = open_stage(tmp_path, HYPERV, memory_outside(HYPERV))
    media = stage.host("hv01").media
    assert isinstance(media, MemoryMedia)
    place = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead-images\acme.iso")
    media.missing.add(place)
    view = stage.settle(order := stage.lifecycle.add(tenant(windows=WINDOWS)))
    assert (view.error or {})["code"] == "missing-file"
    assert "mailstead guest unattend acme" in (view.error or {})["remedy"]
    assert stage.host("hv01").machines.machines()["acme"].power is Power.OFF
    media.missing.clear()
    stage.running.desk.retry(order)
    stage.done(order)
    assert media.inside == {"acme": place}
    stage.done(stage.lifecycle.equip("acme"))
    assert media.inside == {}
    stage.host("hv01").machines.stop("acme", graceful_s=0)
    stage.done(stage.lifecycle.settle("acme"))
    assert media.inside == {}
    assert stage.host("hv01").machines.machines()["acme"].power is Power.ON
    stage.close()
