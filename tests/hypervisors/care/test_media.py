"""A CD image in a machine's drive: put in, put in anew, taken out; on every driver that has drives."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PureWindowsPath

import pytest

from mailstead.hypervisors.drivers.hyperv.media import HyperVMedia
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.drivers.memory_media import MemoryMedia
from mailstead.hypervisors.model import AnswerLost, MachineRefused, MissingFile, NoSuchMachine
from mailstead.hypervisors.port import Media
from tests.hypervisors.example import example_machine

from .conftest import TENANT, HyperVHost

IMAGES = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead-images")
DISC, OTHER, MISSING = (IMAGES / f"{name}.iso" for name in ("acme", "other", "missing"))


@dataclass
class Drive:
    """A port with a machine of TENANT, and what lies in its drives."""

    port: Media
    inside: Callable[[], list[PurePath]]


class MediaContract:
    """Subclasses give `drive`."""

    def test_an_image_is_put_in_once_however_often_it_is_said(self, drive: Drive) -> None:
        drive.port.insert(TENANT, DISC)
        drive.port.insert(TENANT, DISC)
        assert drive.inside() == [DISC]

    def test_another_takes_its_place(self, drive: Drive) -> None:
        drive.port.insert(TENANT, DISC)
        drive.port.insert(TENANT, OTHER)
        assert drive.inside() == [OTHER]

    def test_it_is_taken_out_and_a_second_time_is_no_error(self, drive: Drive) -> None:
        drive.port.insert(TENANT, DISC)
        drive.port.eject(TENANT)
        drive.port.eject(TENANT)
        drive.port.eject("nobody")
        assert drive.inside() == []

    def test_an_image_that_is_not_there_is_named(self, drive: Drive) -> None:
        with pytest.raises(MissingFile) as error:
            drive.port.insert(TENANT, MISSING)
        assert error.value.value == str(MISSING)
        assert drive.inside() == []

    def test_a_machine_that_is_not_there_is_named(self, drive: Drive) -> None:
        with pytest.raises(NoSuchMachine):
            drive.port.insert("nobody", DISC)


class TestMemoryMedia(MediaContract):
    @pytest.fixture
    def drive(self) -> Drive:
        host = MemoryHypervisor()
        host.define(replace(example_machine(Path("/x"), Path("/k"), Path("/i")), name=TENANT))
        media = MemoryMedia(host)
        media.missing.add(MISSING)
        return Drive(media, lambda: list(media.inside.values()))


class TestHyperVMedia(MediaContract):
    @pytest.fixture
    def drive(self, hv: HyperVHost) -> Drive:
        machine = hv.put()
        hv.world.media = {str(DISC).lower(), str(OTHER).lower()}
        return Drive(HyperVMedia(hv.operated), lambda: [PureWindowsPath(str(d.shown()["Path"])) for d in machine.dvds])


@pytest.mark.parametrize("done", [True, False])
def test_after_a_lost_answer_there_is_one_drive(hv: HyperVHost, *, done: bool) -> None:
    machine = hv.put()
    hv.world.media = {str(DISC).lower()}
    media = HyperVMedia(hv.losing("Add-VMDvdDrive", done=done))
    with pytest.raises(AnswerLost):
        media.insert(TENANT, DISC)
    media.insert(TENANT, DISC)
    assert len(machine.dvds) == 1


def test_an_image_from_elsewhere_is_refused_by_the_role(hv: HyperVHost) -> None:
    hv.put()
    hv.world.media = {r"c:\windows\evil.iso"}
    with pytest.raises(MachineRefused):
        HyperVMedia(hv.operated).insert(TENANT, PureWindowsPath(r"C:\Windows\evil.iso"))
