"""The rehearsal: a throw-away machine is made, tried and always taken away; others' are not touched."""

from pathlib import PureWindowsPath

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.hosting.rehearsal import NAME, Rehearsal, RehearsalNameTaken
from mailstead.monitoring.model import Finding, Verdict
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.cmdlets.hyperv import NewVMWithoutDisk, SetVM
from mailstead.sites.model import HyperV
from mailstead.storage.drivers.hyperv import HyperVVolumes
from tests.standin.faults import Kind

from .conftest import FOLDER, Place

STEPS = 11


@pytest.fixture
def told() -> list[Finding]:
    return []


@pytest.fixture
def rehearsal(place: Place, told: list[Finding]) -> Rehearsal:
    settings = HyperV(address="localhost", sign_in="basic", account="svc", switch="Admin")
    folder = PureWindowsPath(FOLDER)
    volumes = HyperVVolumes(place.way, folder)
    return Rehearsal(place.way, volumes, settings, folder, 1250, SystemClock(), told.append)


def _left(place: Place) -> int:
    return len(place.world.machines) + len(place.world.vhds)


def test_everything_is_tried_told_and_removed(rehearsal: Rehearsal, place: Place, told: list[Finding]) -> None:
    findings = rehearsal.run()
    assert [finding.detail for finding in findings if finding.verdict is not Verdict.PASSED] == []
    assert list(findings) == told
    assert len(findings) == STEPS
    assert _left(place) == 0
    assert {"New-VHD", "New-VM", "Checkpoint-VM", "Measure-VM"} <= {call.name for call in place.standin.calls}


@pytest.mark.parametrize(
    "cmdlet",
    [
        "New-VHD",
        "New-VM",
        "Set-VMFirmware",
        "Set-VMNetworkAdapterVlan",
        "Start-VM",
        "Set-VMHardDiskDrive",
        "Checkpoint-VM",
    ],
)
def test_a_step_that_fails_ends_it_and_nothing_stays(rehearsal: Rehearsal, place: Place, cmdlet: str) -> None:
    place.standin.faults.add(Kind.REFUSAL, cmdlet)
    findings = rehearsal.run()
    failed = [finding for finding in findings if finding.verdict is Verdict.FAILED]
    assert len(failed) == 1
    assert failed[0].remedy
    assert findings[-1].check == "clean up"
    assert _left(place) == 0


def test_what_an_earlier_one_left_is_taken_away_first(rehearsal: Rehearsal, place: Place) -> None:
    place.way.run(NewVMWithoutDisk(Name=NAME, MemoryStartupBytes=1 << 29))
    assert all(finding.verdict is Verdict.PASSED for finding in rehearsal.run())
    assert _left(place) == 0


def test_another_machine_of_this_name_is_left_alone(rehearsal: Rehearsal, place: Place) -> None:
    made = place.way.run(NewVMWithoutDisk(Name=NAME, MemoryStartupBytes=1 << 29)).one("VirtualMachine")
    place.way.run(hyperv.GetVM(Id=made.guid("Id")) | SetVM(Notes="the sales department's"))
    with pytest.raises(RehearsalNameTaken):
        rehearsal.run()
    assert _left(place) == 1
