"""Disks of a host in memory keep the contract of sources and places."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.backup.drivers.memory_disks import MemoryDisks
from mailstead.backup.errors import NotQuiet
from mailstead.backup.model import Consistency, Quiet
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.clock import VirtualClock
from mailstead.guests.drivers.memory import GuestState, MemoryGuests
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.storage.drivers.memory import MemoryVolumes
from mailstead.storage.model import Allocation, Format, Role, Volume, VolumeKey
from tests.hypervisors.example import example_machine

from .contract_sources import ChangedBlocksContract, DiskPlacesContract
from .world import acme

FOLDER = Path("/machines")


class MemoryStage:
    """A machine in memory with two disks of 2 MiB."""

    def __init__(self) -> None:
        self.machines, self.volumes, self.guests = MemoryHypervisor(), MemoryVolumes(), MemoryGuests()
        self.disks = MemoryDisks(self.machines, self.volumes, self.guests, VirtualClock(), FOLDER)
        self.changes = self.places = self.disks
        for role in Role:
            place = FOLDER / "acme" / f"{role}.qcow2"
            self.volumes.ensure(Volume("acme", role, 2, Allocation.DYNAMIC, Format.QCOW2, place))
        self.machines.define(replace(example_machine(FOLDER, FOLDER / "kernel", FOLDER / "initrd"), name="acme"))
        self.start()

    def write(self, disk: str, offset: int, content: bytes) -> None:
        self.disks.write("acme", disk, offset, content)

    def content(self, disk: str) -> bytes:
        return self.disks.read("acme", disk)

    def start(self) -> None:
        self.machines.start("acme")
        self.guests.put("acme")

    def stop(self) -> None:
        self.machines.stop("acme", graceful_s=0)

    def lose_points(self, disk: str) -> None:
        held = self.content(disk)
        self.disks.forget(VolumeKey("acme", Role(disk)))
        self.write(disk, 0, held)

    def points(self) -> frozenset[str]:
        return self.disks.points("acme")


@pytest.fixture
def stage() -> MemoryStage:
    return MemoryStage()


@pytest.fixture
def store() -> TenantStore:
    return acme()


class TestMemoryChangedBlocks(ChangedBlocksContract):
    """The contract; nothing of its own."""


class TestMemoryDiskPlaces(DiskPlacesContract):
    """The contract; nothing of its own."""


def test_a_guest_that_does_not_answer_is_refused_where_less_is_not_accepted(stage: MemoryStage) -> None:
    stage.guests.put("acme", GuestState.SILENT)
    quiet = Quiet(least=Consistency.FILESYSTEM)
    with pytest.raises(NotQuiet), stage.changes.moment("acme", {}, quiet):
        pass


def test_a_guest_that_does_not_answer_is_said_where_less_will_do(stage: MemoryStage) -> None:
    stage.guests.put("acme", GuestState.SILENT)
    with stage.changes.moment("acme", {}, Quiet()) as taken:
        assert taken.consistency is Consistency.CRASH
        assert taken.remarks == ("the backup is crash consistent, not filesystem",)


def test_a_disk_comes_to_a_machine_that_is_not_there_yet(stage: MemoryStage, store: TenantStore) -> None:
    stage.write("data", 0, b"kept")
    with stage.changes.moment("acme", {}, Quiet()) as taken:
        for source in taken.sources:
            stage.places.prepare("beside", source, run="r1")
    stage.places.put_in("beside", run="r1")
    assert stage.disks.read("beside", "data")[:4] == b"kept"
    assert stage.volumes.volumes()[VolumeKey("beside", Role.DATA)].size_mib == 2
