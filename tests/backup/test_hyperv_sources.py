"""Disks of Hyper-V's machines keep the contract of sources: simulated calls, real VHDX files, a real Samba server."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.backup.drivers.hyperv.smb import connected
from mailstead.backup.drivers.hyperv.vhdx import Vhdx
from mailstead.backup.errors import (
    BackupUnderWay,
    DiskUnreadable,
    NotQuiet,
    PlaceDenied,
    PlaceUnfit,
    SourceLost,
    TrackingFailed,
)
from mailstead.backup.model import CHUNK, Consistency, Quiet
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.errors import MailsteadError
from mailstead.hypervisors.drivers.hyperv.loans import HyperVLoans
from mailstead.hypervisors.drivers.hyperv.operated import Operated
from mailstead.security.model import Secret
from tests.standin.faults import Kind
from tests.standin.hyperv import tracking
from tests.standin.hyperv.tracking import ReferencePoint
from tests.standin.hyperv.vhdx_child import make_child
from tests.standin.hyperv.world import Drive
from tests.standin.records import PSError
from tests.standin.rig import Breaking
from tests.storage.samba import serving

from .contract_sources import (
    CRASH,
    ChangedBlocksContract,
    DiskPlacesContract,
    kept,
    moment,
    prepare,
    restore,
    scatter,
)
from .hyperv_stage import FOLDER, IMAGES, Ground, HyperVStage, ground
from .images import run
from .world import acme, by_chance, content_of

pytestmark = pytest.mark.host
MIB = 1 << 20


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("hyperv")) as made:
        yield made


@pytest.fixture
def stage(host: Ground) -> HyperVStage:
    return HyperVStage(host)


@pytest.fixture
def store() -> TenantStore:
    return acme()


class TestHyperVChangedBlocks(ChangedBlocksContract):
    """The contract; what is Hyper-V's own is below."""


class TestHyperVDiskPlaces(DiskPlacesContract):
    """The contract; what is Hyper-V's own is below."""


def test_what_comes_over_the_wire_is_what_changed(stage: HyperVStage, store: TenantStore) -> None:
    stage.write("data", 0, by_chance(1).randbytes(MIB))
    kept(stage, store)
    for at in (3 * CHUNK, 9 * CHUNK, 20 * CHUNK, 40 * CHUNK):
        stage.write("data", at, by_chance(at).randbytes(CHUNK))
    bases = {disk.name: disk.point for disk in store.snapshot(1).disks}
    with stage.changes.moment("acme", bases, CRASH) as taken:
        data = next(source for source in taken.sources if source.name == "data")
        assert isinstance(data.blocks, Vhdx)
        before = data.blocks.bytes_read
        for part in data.ranges:
            data.blocks.read(part.offset, part.length)
        assert 4 * CHUNK <= data.blocks.bytes_read - before <= 1.05 * 4 * CHUNK


def test_a_full_backup_leaves_out_what_was_never_written(stage: HyperVStage, store: TenantStore) -> None:
    stage.write("data", 2 * MIB, b"x")
    assert kept(stage, store).read == MIB  # a block of the file


def test_changes_that_take_many_answers_are_all_heard(stage: HyperVStage, store: TenantStore) -> None:
    kept(stage, store)
    for at in range(0, 20 * CHUNK, CHUNK):
        stage.write("data", at, b"!")
    kept(stage, store, base=1)
    assert content_of(store, 2) == stage.content("data")


def test_a_system_disk_is_read_over_its_image(stage: HyperVStage, store: TenantStore) -> None:
    image, disk = stage.ground.files / "mailstead-images" / "base.vhdx", stage.file("system")
    run("qemu-img", "create", "-q", "-f", "vhdx", "-o", "block_size=1M", str(image), "4M")
    run("qemu-io", "-f", "vhdx", "-c", "write -q -P 1 0 3M", str(image))
    make_child(disk, image, {512: b"\2" * 1024, 3 * MIB: b"\3" * 512}, says=str(IMAGES / "base.vhdx"))
    with moment(stage) as taken:
        store.backup(stage.moment(taken), taken.sources)
    expected = bytearray(b"\1" * 3 * MIB + bytes(MIB))
    expected[512:1536], expected[3 * MIB : 3 * MIB + 512] = b"\2" * 1024, b"\3" * 512
    assert content_of(store, 1, "system") == expected


def test_a_checkpoint_of_another_program_is_left_alone(stage: HyperVStage) -> None:
    stage.hold()
    with pytest.raises(BackupUnderWay), moment(stage):
        pass
    assert stage.host.recoveries


def test_what_a_dead_run_left_is_cleared(stage: HyperVStage, store: TenantStore) -> None:
    scatter(stage, "data", 1)
    kept(stage, store)
    stage.hold()
    stage.write("data", 0, b"while the dead one held it")
    stage.keep_ledger(replace(stage.ledger, held=True))
    assert kept(stage, store, base=1).read == CHUNK
    assert content_of(store, 2) == stage.content("data")
    assert not stage.host.recoveries


def test_reference_points_of_others_stay(stage: HyperVStage, store: TenantStore) -> None:
    theirs = ReferencePoint(stage.machine.id, {})
    stage.host.points[theirs.id] = theirs
    kept(stage, store)
    stage.changes.keep("acme", ())
    assert list(stage.host.points.values()) == [theirs]


def test_a_guest_that_cannot_hold_its_files_still_is_said_or_refused(stage: HyperVStage) -> None:
    stage.machine.services["VSS"] = False
    with stage.changes.moment("acme", {}, Quiet()) as taken:
        assert taken.consistency is Consistency.CRASH
        assert "crash consistent, not filesystem" in taken.remarks[0]
    with pytest.raises(NotQuiet), stage.changes.moment("acme", {}, Quiet(least=Consistency.FILESYSTEM)):
        pass
    assert not stage.host.recoveries
    assert not stage.ledger.held


def test_a_guest_that_can_is_consistent(stage: HyperVStage) -> None:
    with stage.changes.moment("acme", {}, Quiet()) as taken:
        assert (taken.consistency, taken.remarks) == (Consistency.FILESYSTEM, ())


def test_a_whole_disk_of_the_host_is_refused(stage: HyperVStage) -> None:
    stage.machine.drives.append(Drive(stage.machine, 2, disk_number=3))
    with pytest.raises(DiskUnreadable, match="whole disk"), moment(stage):
        pass


def test_a_machine_without_our_mark_is_not_touched(stage: HyperVStage) -> None:
    stage.machine.notes = "somebody else's"
    with pytest.raises(Exception, match="no machine of acme"), moment(stage):
        pass


def refused(*_: object) -> None:
    raise PSError("Account restrictions are preventing this user from signing in. (0x8007052f)")


def test_a_snapshot_that_cannot_become_a_point_does_not_stay(
    stage: HyperVStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TrackingFailed), moment(stage):
        monkeypatch.setattr(tracking, "ReferencePoint", refused)
    assert not stage.points()
    assert not stage.host.recoveries


def test_a_share_that_refuses_us_or_is_silent_says_so(host: Ground) -> None:
    wrong = replace(host.share, password=lambda: Secret.of("wrong"))
    with pytest.raises(PlaceDenied), connected(wrong):
        pass
    with pytest.raises(SourceLost), connected(replace(host.share, port=1)):
        pass


def test_a_drive_keeps_its_place_and_limit_when_its_file_is_exchanged(stage: HyperVStage, store: TenantStore) -> None:
    stage.drive("data").most_iops = 500
    kept(stage, store)
    restore(stage, store, "data")
    assert [(drive.location, drive.most_iops) for drive in stage.machine.drives] == [(0, 0), (1, 500)]


def test_a_prepared_disk_is_lent_to_the_running_machine_and_leaves_nothing(
    stage: HyperVStage, store: TenantStore
) -> None:
    scatter(stage, "data", 1)
    then = stage.content("data")
    kept(stage, store)
    prepare(stage, store, "data")
    lent, loans = stage.places.prepared("acme", "data", run="r1"), HyperVLoans(Operated(stage.ground.rig, "home"))
    assert loans.lend("acme", lent) == 2
    file = tracking.local(stage.host, str(lent))
    run("qemu-img", "convert", "-f", "vhdx", "-O", "raw", str(file), str(file.with_suffix(".raw")))
    assert file.with_suffix(".raw").read_bytes() == then
    loans.give_back("acme", lent)
    stage.places.clear("acme", run="r1")
    assert not file.exists()
    assert [drive.location for drive in stage.machine.drives] == [0, 1]


def test_disks_beneath_checkpoints_are_not_exchanged(stage: HyperVStage, store: TenantStore) -> None:
    kept(stage, store)
    prepare(stage, store, "data")
    stage.stop()
    stage.drive("data").path = str(FOLDER / "acme" / "data_0b1c2d3e-0000-0000-0000-000000000000.avhdx")
    with pytest.raises(PlaceUnfit, match="checkpoints"):
        stage.places.put_in("acme", run="r1")


def test_a_disk_comes_back_though_the_machine_and_its_folder_are_gone(stage: HyperVStage, store: TenantStore) -> None:
    scatter(stage, "data", 1)
    then = stage.content("data")
    kept(stage, store)
    file = stage.file("data")
    stage.host.machines.clear()
    shutil.rmtree(file.parent)
    prepare(stage, store, "data")
    stage.places.put_in("acme", run="r1")
    run("qemu-img", "convert", "-f", "vhdx", "-O", "raw", str(file), str(file.with_suffix(".raw")))
    assert file.with_suffix(".raw").read_bytes() == then


def test_a_running_machine_keeps_its_drives_when_a_restore_is_told_again(
    stage: HyperVStage, store: TenantStore
) -> None:
    kept(stage, store)
    restore(stage, store, "data")
    stage.start()
    stage.ground.rig.standin._log.clear()
    stage.places.put_in("acme", run="r1")
    assert not stage.ground.rig.carried_out()


@pytest.mark.parametrize("after", [2, 7, 11])
def test_wherever_the_way_to_the_host_breaks_a_later_run_is_whole(
    stage: HyperVStage, store: TenantStore, after: int
) -> None:
    scatter(stage, "data", 1)
    kept(stage, store)
    stage.write("data", 0, b"changed")
    broken = Breaking(stage.ground.rig, after, Kind.LOST_ANSWER, "Receive")
    stage.connect(broken)
    with suppress(MailsteadError):
        kept(stage, store, base=1)
    assert broken.met
    stage.connect(stage.ground.rig)
    stage.write("data", CHUNK, b"and again")
    for _ in range(3):
        with suppress(MailsteadError):
            done = kept(stage, store, base=store.snapshots()[-1].number)
            break  # else once more: the job of a run that died may end at any time
    assert content_of(store, done.snapshot.number) == stage.content("data")
    assert not stage.host.recoveries


def test_a_share_without_encryption_or_with_guests_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path, "server smb encrypt = off", "map to guest = bad user", "guest account = nobody") as open_:
        for share in (open_, replace(open_, account="nobody-we-know")):
            with pytest.raises(PlaceDenied), connected(share) as (folder,):
                folder.names("")
