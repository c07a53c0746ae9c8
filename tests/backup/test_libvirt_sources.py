"""Disks of libvirt's machines keep the contract of sources: with real QEMU, dirty bitmaps and NBD."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("libvirt", reason="needs the package python3-libvirt")
pytest.importorskip("nbd", reason="needs the package python3-libnbd")

from mailstead.backup.errors import BackupUnderWay, NotQuiet, ScratchFull, SourceLost
from mailstead.backup.model import CHUNK, Consistency, Quiet
from mailstead.backup.plan import points_kept
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.hypervisors.drivers.libvirt import daemons
from mailstead.hypervisors.drivers.libvirt.connection import LibvirtConnection

from .contract_sources import CRASH, ChangedBlocksContract, kept, scatter
from .images import image, run
from .libvirt_stage import LibvirtStage
from .world import acme, content_of

pytestmark = [
    pytest.mark.vm,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(not shutil.which("qemu-system-x86_64"), reason="needs qemu-system-x86"),
]


@pytest.fixture(scope="module")
def connection() -> Iterator[LibvirtConnection]:
    started = daemons.ensure_running()
    daemons.open_kvm_to_its_group()
    connection = LibvirtConnection("qemu:///system")
    yield connection
    connection.close()
    daemons.stop_daemons(started)


@pytest.fixture
def stage(connection: LibvirtConnection) -> Iterator[LibvirtStage]:
    with tempfile.TemporaryDirectory(prefix="mailstead-sources-") as folder:
        stage = LibvirtStage(connection, Path(folder))
        yield stage
        stage.close()


@pytest.fixture
def store() -> TenantStore:
    return acme()


class TestLibvirtChangedBlocks(ChangedBlocksContract):
    """The contract; what is QEMU's own is below."""


def test_a_qemu_that_was_killed_has_lost_its_bitmaps_and_its_disks_are_read_whole(
    stage: LibvirtStage, store: TenantStore
) -> None:
    scatter(stage, "data", 1)
    kept(stage, store)
    stage.stop()  # from here on the bitmaps are in the disks, and broken if their QEMU dies
    stage.start()
    stage.write("data", 0, b"never told to a bitmap that lasts")
    stage.kill()
    stage.start()
    bases = {disk.name: disk.point for disk in store.snapshot(1).disks}
    with stage.changes.moment("acme", bases, CRASH) as taken:
        assert [source.whole for source in taken.sources] == [True, True]
        assert len(taken.remarks) == 2
    kept(stage, store, base=1)
    assert content_of(store, 2) == stage.content("data")
    stage.write("data", CHUNK, b"tracked again")
    assert kept(stage, store, base=2).read == CHUNK
    assert len(stage.points()) == 3  # of the full one that is lost, and the last two
    stage.stop()
    stage.changes.keep("acme", ())
    assert stage.points() == frozenset()
    assert "bitmaps" not in run("qemu-img", "info", str(stage.disk("data")))


def test_a_new_disk_is_read_whole_and_the_others_by_their_changes(stage: LibvirtStage, store: TenantStore) -> None:
    kept(stage, store)
    stage.stop()
    image(stage.disk("more"), 2 << 20)
    stage.connection.current().defineXML(stage.definition("system", "data", "more"))
    stage.start()
    stage.write("more", 0, b"new")
    stage.write("data", 0, b"old")
    assert kept(stage, store, base=1).read == 2 * CHUNK
    assert content_of(store, 2, "more") == stage.content("more")
    assert content_of(store, 2, "data") == stage.content("data")


@pytest.mark.parametrize("running", [True, False])
def test_a_disk_that_has_grown_is_followed(stage: LibvirtStage, store: TenantStore, *, running: bool) -> None:
    scatter(stage, "data", 1)
    kept(stage, store)
    stage.grow("data", 12 << 20, running=running)
    stage.write("data", (11 << 20) + 5, b"behind the old end")
    assert kept(stage, store, base=1).read == CHUNK
    assert content_of(store, 2) == stage.content("data")
    assert len(content_of(store, 2)) == 12 << 20


def test_points_that_libvirt_forgot_are_taken_up_from_the_disks(stage: LibvirtStage, store: TenantStore) -> None:
    kept(stage, store)
    stage.write("data", 0, b"changed")
    stage.forget_points()
    assert stage.points() == frozenset()
    assert kept(stage, store, base=1).read == CHUNK
    assert content_of(store, 2) == stage.content("data")


def test_a_reader_that_was_killed_is_in_nobodys_way(stage: LibvirtStage, store: TenantStore) -> None:
    kept(stage, store)
    stage.write("data", 0, b"changed")
    bases = {disk.name: disk.point for disk in store.snapshot(1).disks}
    dead = stage.changes.moment("acme", bases, CRASH)
    dead.__enter__()  # and nobody ever leaves it, as of a process that was killed
    stage.write("data", CHUNK, b"changed after that")
    assert kept(stage, store, base=1).read == 2 * CHUNK
    assert content_of(store, 2) == stage.content("data")
    assert stage.points() == points_kept(store.snapshots())
    assert not list(stage.home.glob("*scratch*"))


def test_the_backup_of_another_program_is_left_alone(stage: LibvirtStage) -> None:
    stage.begin_foreign_backup()
    with pytest.raises(BackupUnderWay), stage.changes.moment("acme", {}, CRASH):
        pass
    assert stage.domain.backupGetXMLDesc(0)


def test_a_disk_that_goes_away_while_it_is_read_says_so(stage: LibvirtStage) -> None:
    scatter(stage, "data", 1)
    with stage.changes.moment("acme", {}, CRASH) as taken:
        stage.kill()
        with pytest.raises(SourceLost):
            taken.sources[1].blocks.read(0, CHUNK)


def test_a_guest_without_an_agent_is_crash_consistent_or_refused(stage: LibvirtStage) -> None:
    with stage.changes.moment("acme", {}, Quiet()) as taken:
        assert taken.consistency is Consistency.CRASH
        assert ["not filesystem" in remark for remark in taken.remarks] == [True]
    before = stage.points()
    with pytest.raises(NotQuiet), stage.changes.moment("acme", {}, Quiet(least=Consistency.FILESYSTEM)):
        pass
    assert stage.points() == before


def test_room_that_gets_short_ends_the_backup_and_not_the_guest(stage: LibvirtStage) -> None:
    with pytest.raises(ScratchFull), stage.with_floor(1 << 60).moment("acme", {}, CRASH):
        pass
    assert not stage.points()
