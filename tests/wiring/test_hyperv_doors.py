"""A machine on Hyper-V is started with its door, and leaves no key behind when it goes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import pytest

from mailstead.guests.drivers.hyperv_door import CARD, HyperVDoor
from mailstead.hypervisors.model import FirmwareBoot, Power
from mailstead.networks.store import NumberStore
from mailstead.security.keyfile import create_key_file
from mailstead.security.store import Vault
from mailstead.sites.model import HyperV, Network
from mailstead.state.database import Database, metadata
from mailstead.storage.drivers.memory_files import MemoryFiles
from mailstead.storage.model import Told
from mailstead.wiring.hyperv_doors import Doors, HyperVMachines
from mailstead.wiring.hyperv_guests import Callees
from tests.hypervisors.example import PLATFORM, TENANT
from tests.hypervisors.hyperv_host import FOLDER, hyperv_machine, lay_disks
from tests.standin.hyperv.kinds import VhdType
from tests.standin.hyperv.world import Vhd
from tests.standin.rig import Rig

IMAGES = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead-images")


class Shared(MemoryFiles):
    """A share that is the folder of images on the simulated host."""

    def __init__(self, rig: Rig) -> None:
        super().__init__()
        self._vhds = rig.world.vhds

    def place(self, name: str, source: Path, *, sha256: str, told: Told) -> None:
        super().place(name, source, sha256=sha256, told=told)
        place = str(IMAGES / name)
        self._vhds[place.lower()] = Vhd(place, 4 << 20, VhdType.Dynamic)

    def remove(self, name: str) -> None:
        super().remove(name)
        self._vhds.pop(str(IMAGES / name).lower(), None)


@pytest.fixture
def callees(tmp_path: Path) -> Iterator[Callees]:
    database = Database(f"sqlite:///{tmp_path}/state.sqlite")
    with database.transaction() as connection:
        metadata.create_all(connection)
    create_key_file(tmp_path / "key")
    numbers = NumberStore(database, Network())
    numbers.allocate(TENANT)
    yield Callees(Vault(database, tmp_path / "key"), numbers, HyperV(address="hv01.example"))
    database.close()


@pytest.fixture
def machines(rig: Rig, callees: Callees) -> HyperVMachines:
    door = HyperVDoor(rig, platform=PLATFORM, folder=FOLDER, images=IMAGES, switch="Management")
    made = HyperVMachines(rig, platform=PLATFORM, folder=FOLDER, doors=Doors(callees, Shared(rig), door))
    machine = hyperv_machine()
    lay_disks(rig.world, machine)
    made.define(machine)
    return made


def seeds(rig: Rig) -> list[str]:
    return [path for path in rig.world.vhds if "seed" in path]


def test_it_starts_with_card_and_seed(machines: HyperVMachines, rig: Rig, callees: Callees) -> None:
    machines.start(TENANT)
    (vm,) = rig.world.machines.values()
    place = callees.seed(TENANT).place
    assert [card.mac for card in vm.adapters if card.name == CARD] == [place.mac.replace(":", "").upper()]
    assert [drive.location for drive in vm.drives] == [0, 1, 2]
    assert machines.machines()[TENANT].power is Power.ON


def test_of_the_private_key_one_copy_is_left(machines: HyperVMachines, rig: Rig) -> None:
    machines.start(TENANT)
    (only,) = seeds(rig)
    assert only.startswith(str(FOLDER / TENANT).lower())


def test_the_door_is_no_drift(machines: HyperVMachines, rig: Rig) -> None:
    before = machines.machines()[TENANT]
    machines.start(TENANT)
    machines.stop(TENANT, graceful_s=0)
    assert machines.machines()[TENANT] == before


def test_starting_again_brings_nothing_again(machines: HyperVMachines, rig: Rig) -> None:
    machines.start(TENANT)
    first = seeds(rig)
    machines.stop(TENANT, graceful_s=0)
    machines.start(TENANT)
    assert seeds(rig) == first


def test_the_key_goes_with_the_machine(machines: HyperVMachines, rig: Rig) -> None:
    machines.start(TENANT)
    machines.remove(TENANT)
    machines.remove(TENANT)
    assert seeds(rig) == []


def windows_on(rig: Rig, callees: Callees, files: MemoryFiles | None) -> HyperVMachines:
    door = HyperVDoor(rig, platform=PLATFORM, folder=FOLDER, images=IMAGES, switch="Management")
    machines = HyperVMachines(rig, platform=PLATFORM, folder=FOLDER, doors=Doors(callees, files, door))
    machine = replace(hyperv_machine(), boot=FirmwareBoot("MicrosoftWindows"))
    lay_disks(rig.world, machine)
    machines.define(machine)
    return machines


@pytest.mark.parametrize("shared", [True, False])
def test_a_windows_machine_gets_its_card_and_no_seed(rig: Rig, callees: Callees, *, shared: bool) -> None:
    machines = windows_on(rig, callees, Shared(rig) if shared else None)
    machines.start(TENANT)
    machines.start(TENANT)
    (vm,) = rig.world.machines.values()
    assert [card.name for card in vm.adapters] == ["Network Adapter", CARD]
    assert [drive.location for drive in vm.drives] == [0, 1]
    assert not seeds(rig)
    assert callees.vault.names(TENANT) == []
    machines.remove(TENANT)


def test_without_a_share_a_seed_is_attached_by_hand(rig: Rig, callees: Callees) -> None:
    door = HyperVDoor(rig, platform=PLATFORM, folder=FOLDER, images=IMAGES, switch="Management")
    machines = HyperVMachines(rig, platform=PLATFORM, folder=FOLDER, doors=Doors(callees, None, door))
    machine = hyperv_machine()
    lay_disks(rig.world, machine)
    machines.define(machine)
    machines.start(TENANT)
    (vm,) = rig.world.machines.values()
    assert [card.name for card in vm.adapters] == ["Network Adapter"]
    assert machines.machines()[TENANT].power is Power.ON
