"""Machines copied out and taken in: never beside the original, never over anything, never twice."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath, PureWindowsPath

import pytest

from mailstead.hypervisors.drivers.hyperv.export import HyperVExports
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.drivers.memory_operations import MemoryExports
from mailstead.hypervisors.model import (
    AnswerLost,
    DeviceBusy,
    ForeignMachine,
    HostFull,
    MachineRefused,
    NoSuchMachine,
)
from mailstead.hypervisors.operating import ExportThere, MachineBusy, MachineThere, NoSuchExport
from mailstead.hypervisors.port import Exports
from tests.hypervisors.example import example_machine
from tests.standin.faults import Kind
from tests.standin.hyperv.kinds import VMState

from .conftest import FOLDER, TENANT, HyperVHost

EXPORT = PureWindowsPath(FOLDER) / TENANT / "export" / "friday"


@dataclass
class Copied:
    """A port, with a machine of TENANT; `lose` takes that away with its disks, `count` tells how many there are."""

    port: Exports
    folder: PurePath
    lose: Callable[[], None]
    count: Callable[[], int]


class ExportsContract:
    """Subclasses give `copied`."""

    def test_what_was_exported_can_be_taken_in_when_the_original_is_gone(self, copied: Copied) -> None:
        made = copied.port.export(TENANT, copied.folder)
        assert made == copied.port.place_of(TENANT, copied.folder)
        copied.lose()
        copied.port.take_in(TENANT, made.configuration)
        assert copied.count() == 1

    def test_no_copy_is_put_beside_the_original(self, copied: Copied) -> None:
        made = copied.port.export(TENANT, copied.folder)
        with pytest.raises(MachineThere):
            copied.port.take_in(TENANT, made.configuration)
        assert copied.count() == 1

    def test_an_export_is_not_written_over(self, copied: Copied) -> None:
        copied.port.export(TENANT, copied.folder)
        with pytest.raises(ExportThere):
            copied.port.export(TENANT, copied.folder)

    def test_what_is_not_there_can_be_neither_exported_nor_taken_in(self, copied: Copied) -> None:
        with pytest.raises(NoSuchMachine):
            copied.port.export("nobody", copied.folder)
        made = copied.port.export(TENANT, copied.folder)
        copied.lose()
        with pytest.raises(NoSuchExport):
            copied.port.take_in(TENANT, made.configuration.with_stem("5" * 36))
        assert copied.count() == 0


class TestMemoryExports(ExportsContract):
    @pytest.fixture
    def copied(self) -> Copied:
        host = MemoryHypervisor()
        host.define(example_machine(Path("/m"), Path("/k"), Path("/i")))
        lose = lambda: host.remove(TENANT)  # noqa: E731
        return Copied(MemoryExports(host), Path("/exports/friday"), lose, lambda: len(host.machines()))


class TestHyperVExports(ExportsContract):
    @pytest.fixture
    def copied(self, hv: HyperVHost) -> Copied:
        machine = hv.put()
        return Copied(_exports(hv), EXPORT, lambda: hv.remove(machine), lambda: len(hv.ours()))


def _exports(hv: HyperVHost) -> HyperVExports:
    return HyperVExports(hv.operated, PureWindowsPath(FOLDER))


def _lost(hv: HyperVHost) -> PurePath:
    """Export the machine, lose it, and return what to take in."""
    machine = hv.put()
    made = _exports(hv).export(TENANT, EXPORT)
    hv.remove(machine)
    return made.configuration


def test_the_copy_is_off_has_an_id_of_its_own_and_disks_in_the_tenants_folder(hv: HyperVHost) -> None:
    before = hv.put()
    before.state = VMState.Running
    made = _exports(hv).export(TENANT, EXPORT)
    hv.remove(before)
    _exports(hv).take_in(TENANT, made.configuration)
    (after,) = hv.world.machines.values()
    assert (after.id != before.id, after.state) == (True, VMState.Off)
    assert [drive.path for drive in after.drives] == [rf"{FOLDER}\{TENANT}\system.vhdx"]
    assert hv.operated.found(TENANT)


def test_a_disk_file_in_the_way_is_told_and_nothing_is_made(hv: HyperVHost) -> None:
    configuration = _lost(hv)
    machine = hv.put()
    del hv.world.machines[machine.id]
    with pytest.raises(DeviceBusy):
        _exports(hv).take_in(TENANT, configuration)
    assert hv.ours() == []


def test_a_foreign_machine_of_the_name_is_left_alone(hv: HyperVHost) -> None:
    configuration = _lost(hv)
    theirs = hv.put(platform="theirs")
    with pytest.raises(ForeignMachine):
        _exports(hv).take_in(TENANT, configuration)
    assert hv.ours() == [theirs.id]


def test_an_export_of_another_tenant_is_refused_before_anything_is_sent(hv: HyperVHost) -> None:
    configuration = _lost(hv)
    calls = len(hv.standin.calls)
    with pytest.raises(NoSuchExport):
        _exports(hv).take_in("hvt-globex", configuration)
    assert [call.name for call in hv.standin.calls[calls:]] == ["Get-VM"]


@pytest.mark.parametrize("path", [r"C:\Windows\Temp", r"C:\ClusterStorage\Volume1\mailstead\hvt-acme\..\x", "D:\\x"])
def test_a_folder_outside_the_tenants_is_refused_by_the_role(hv: HyperVHost, path: str) -> None:
    hv.put()
    with pytest.raises(MachineRefused):
        _exports(hv).export(TENANT, PureWindowsPath(path))
    assert hv.world.exports == {}


def test_a_full_volume_is_told(hv: HyperVHost) -> None:
    hv.put()
    hv.world.volumes[0].size = 0
    with pytest.raises(HostFull):
        _exports(hv).export(TENANT, EXPORT)


@pytest.mark.parametrize("lost", ["after", "before"])
def test_a_lost_answer_to_an_import_is_looked_after_and_makes_no_second_machine(hv: HyperVHost, lost: str) -> None:
    configuration = _lost(hv)
    port = HyperVExports(hv.losing("Import-VM", done=lost == "after"), PureWindowsPath(FOLDER))
    if lost == "after":
        port.take_in(TENANT, configuration)
    else:
        with pytest.raises(AnswerLost):
            port.take_in(TENANT, configuration)
        port.take_in(TENANT, configuration)
    assert len(hv.ours()) == 1


def test_a_busy_machine_is_exported_at_the_second_try(hv: HyperVHost) -> None:
    hv.put()
    hv.standin.faults.add(Kind.BUSY, "Export-VM")
    with pytest.raises(MachineBusy):
        _exports(hv).export(TENANT, EXPORT)
    assert _exports(hv).export(TENANT, EXPORT).folder == EXPORT
