"""The management card and the seed disk of a machine on a Hyper-V host, through the role that ships."""

from ipaddress import IPv4Interface
from pathlib import PureWindowsPath

import pytest

from mailstead.guests.drivers.hyperv_door import CARD, THIRD, HyperVDoor
from mailstead.guests.errors import GuestRefused, NoSuchGuest
from mailstead.remoting.cmdlets.hyperv import GetVMs, NewVMWithoutDisk, SetVM, StartVM
from mailstead.sites.management import ManagementPlace
from mailstead.sites.marks import Mark
from tests.standin.hyperv.kinds import VhdType
from tests.standin.hyperv.world import Machine, Vhd
from tests.standin.rig import Rig

FOLDER = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead")
IMAGES = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead-images")
PLACE = ManagementPlace("02:6e:0a:ff:f1:2c", IPv4Interface("10.255.241.44/20"))
FIRST, SECOND = "seed-acme-0123456789ab.vhdx", "seed-acme-ba9876543210.vhdx"


@pytest.fixture
def rig(hyperv_host: Rig) -> Rig:
    host = hyperv_host
    host.fresh()
    for name in (FIRST, SECOND):
        place = str(IMAGES / name)
        host.world.vhds[place.lower()] = Vhd(place, 4 << 20, VhdType.Dynamic)
    new = NewVMWithoutDisk(Name="ms-acme", MemoryStartupBytes=1 << 30, Path=str(FOLDER / "acme"))
    host.run(new | SetVM(Notes=str(Mark("home", "acme"))))
    return host


@pytest.fixture
def door(rig: Rig) -> HyperVDoor:
    return HyperVDoor(rig, platform="home", folder=FOLDER, images=IMAGES, switch="Management", vlan=77)


def machine(rig: Rig) -> Machine:
    (found,) = rig.world.machines.values()
    return found


def test_a_machine_gets_its_card(door: HyperVDoor, rig: Rig) -> None:
    door.fit("acme", PLACE, FIRST)
    card = next(adapter for adapter in machine(rig).adapters if adapter.name == CARD)
    assert (card.switch, card.mac, card.vlan) == ("Management", "026E0AFFF12C", 77)
    assert (card.spoofing, card.dhcp_guard, card.router_guard) == ("Off", "On", "On")


def test_a_machine_gets_its_seed_at_the_third_place(door: HyperVDoor, rig: Rig) -> None:
    door.fit("acme", PLACE, FIRST)
    (drive,) = machine(rig).drives
    assert (drive.location, drive.path) == (THIRD, str(FOLDER / "acme" / "seed-0123456789ab.vhdx"))


def test_fitting_again_only_looks(door: HyperVDoor, rig: Rig) -> None:
    door.fit("acme", PLACE, FIRST)
    before = rig.calls
    door.fit("acme", PLACE, FIRST)
    assert rig.calls == before + 1


def test_another_seed_takes_the_place_of_the_first(door: HyperVDoor, rig: Rig) -> None:
    door.fit("acme", PLACE, FIRST)
    door.fit("acme", PLACE, SECOND)
    (drive,) = machine(rig).drives
    assert drive.path == str(FOLDER / "acme" / "seed-ba9876543210.vhdx")


def test_a_copy_that_a_crash_left_is_used(door: HyperVDoor, rig: Rig) -> None:
    door._copy(FIRST, FOLDER / "acme" / "seed-0123456789ab.vhdx")
    door.fit("acme", PLACE, FIRST)
    assert len(machine(rig).drives) == 1


def test_a_running_machine_is_not_touched(door: HyperVDoor, rig: Rig) -> None:
    rig.run(GetVMs(Name=("ms-acme",)) | StartVM())
    with pytest.raises(GuestRefused, match="runs without its door"):
        door.fit("acme", PLACE, FIRST)
    assert machine(rig).drives == []


def test_a_machine_of_another_platform_is_not_found(rig: Rig) -> None:
    other = HyperVDoor(rig, platform="away", folder=FOLDER, images=IMAGES, switch="Management")
    with pytest.raises(NoSuchGuest, match="acme"):
        other.fit("acme", PLACE, FIRST)


def test_a_machine_that_is_not_there(door: HyperVDoor) -> None:
    with pytest.raises(NoSuchGuest, match="globex"):
        door.fit("globex", PLACE, "seed-globex-0123456789ab.vhdx")


def test_the_copy_goes_with_the_machine(door: HyperVDoor, rig: Rig) -> None:
    own = FOLDER / "acme" / "seed-0123456789ab.vhdx"
    door._copy(FIRST, own)
    assert door.has_copy("acme", FIRST)
    door.forget("acme")
    door.forget("acme")
    assert not door.has_copy("acme", FIRST)
    assert str(own).lower() not in rig.world.vhds
