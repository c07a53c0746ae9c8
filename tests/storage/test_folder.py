import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.storage.drivers.folder import FolderVolumes
from mailstead.storage.model import (
    Allocation,
    DeviceTooSmall,
    FolderDenied,
    ForeignData,
    Format,
    NoDiskRoom,
    NoSuchDevice,
    Role,
    Volume,
    VolumeBroken,
    VolumeInUse,
)

from .contract import IMAGE_MIB, RawVolumeContract, VolumeStoreContract

pytestmark = [
    pytest.mark.host,
    pytest.mark.skipif(not shutil.which("qemu-img"), reason="needs qemu-img (package qemu-utils)"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "machines"


@pytest.fixture
def store(folder: Path) -> FolderVolumes:
    return FolderVolumes(folder, floor_mib=16)


@pytest.fixture
def data(folder: Path) -> Volume:
    return Volume("acme", Role.DATA, 32, Allocation.DYNAMIC, Format.QCOW2, folder / "acme/data.qcow2")


class TestFolderVolumes(RawVolumeContract, VolumeStoreContract):
    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        image = tmp_path / "image.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(image), f"{IMAGE_MIB}M"], check=True)
        return image


def test_a_disk_made_halfway_is_never_seen_and_made_again(store: FolderVolumes, data: Volume, folder: Path) -> None:
    (folder / "acme").mkdir(parents=True)
    (folder / "acme/.data.qcow2.new").write_bytes(b"cut off")
    assert store.volumes() == {}
    store.ensure(data)
    assert [path.name for path in (folder / "acme").iterdir()] == ["data.qcow2"]


def test_the_last_disk_takes_the_folder_with_it(store: FolderVolumes, data: Volume, folder: Path) -> None:
    store.ensure(data)
    store.remove(data.key)
    assert not (folder / "acme").exists()


def test_what_is_not_ours_in_the_folder_is_neither_seen_nor_touched(
    store: FolderVolumes, data: Volume, folder: Path
) -> None:
    (folder / "acme").mkdir(parents=True)
    (folder / "acme/notes.txt").write_text("mine")
    (folder / "lost+found").mkdir()
    store.ensure(data)
    store.remove(data.key)
    assert store.volumes() == {}
    assert (folder / "acme/notes.txt").read_text() == "mine"


def test_a_broken_disk_is_not_overwritten_and_hinders_nobody_else(
    store: FolderVolumes, data: Volume, folder: Path
) -> None:
    store.ensure(replace(data, tenant="globex", location=folder / "globex/data.qcow2"))
    (folder / "acme").mkdir()
    Path(data.location).write_bytes(b"not a disk")
    assert len(store.volumes()) == 2
    with pytest.raises(VolumeBroken):
        store.ensure(data)
    assert Path(data.location).read_bytes() == b"not a disk"


def test_a_disk_in_use_is_not_grown_behind_the_machine(store: FolderVolumes, data: Volume) -> None:
    store.ensure(data)
    argv = ["qemu-io", "-f", "qcow2", str(data.location)]  # holds the disk as a machine would
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as holder:
        assert holder.stdout
        assert holder.stdin
        holder.stdout.read(9)  # its prompt: the disk is open now
        with pytest.raises(VolumeInUse):
            store.ensure(replace(data, size_mib=64))
        holder.stdin.close()
    assert store.volumes()[data.key].size_mib == 32


def test_a_host_at_its_floor_refuses_dynamic_disks_too(folder: Path, data: Volume) -> None:
    with pytest.raises(NoDiskRoom) as caught:
        FolderVolumes(folder, floor_mib=1 << 40).ensure(data)
    assert caught.value.remedy
    assert not folder.exists()


def test_a_place_that_another_tenant_owns_is_refused(store: FolderVolumes, data: Volume, folder: Path) -> None:
    with pytest.raises(ForeignData):
        store.ensure(replace(data, location=folder / "globex/data.qcow2"))


def test_a_folder_that_cannot_be_written_is_an_error_of_ours(data: Volume) -> None:
    sealed = Path("/sys/mailstead")
    with pytest.raises(FolderDenied) as caught:
        FolderVolumes(sealed, floor_mib=-1).ensure(replace(data, location=sealed / "acme/data.qcow2"))
    assert caught.value.remedy


def test_a_thousand_tenants_are_listed_without_starting_a_tool(
    store: FolderVolumes, data: Volume, folder: Path
) -> None:
    store.ensure(data)
    head = Path(data.location).read_bytes()[:4096]
    for number in range(1000):
        home = folder / f"tenant-{number}"
        home.mkdir()
        for role in Role:
            (home / f"{role}.qcow2").write_bytes(head)
    began = time.process_time()
    assert len(store.volumes()) == 2001
    assert time.process_time() - began < 1.0


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Path]:
    """A loop device of 64 MiB."""
    if os.geteuid():
        pytest.skip("loop devices need root")
    file = tmp_path / "device"
    file.touch()
    os.truncate(file, 64 << 20)
    made = subprocess.run(["losetup", "--find", "--show", str(file)], check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no loop device: {made.stderr.strip()}")
    yield Path(made.stdout.strip())
    subprocess.run(["losetup", "--detach", made.stdout.strip()], check=True)


@pytest.fixture
def on_device(data: Volume, device: Path) -> Volume:
    return replace(data, size_mib=64, format=Format.BLOCK, location=device, allocation=Allocation.FIXED)


def test_a_block_device_becomes_the_data_disk(store: FolderVolumes, on_device: Volume) -> None:
    store.ensure(on_device)
    store.ensure(on_device)
    assert store.volumes() == {on_device.key: on_device}


def test_a_device_that_holds_a_foreign_file_system_is_refused(store: FolderVolumes, on_device: Volume) -> None:
    _format(Path(on_device.location))
    with pytest.raises(ForeignData) as caught:
        store.ensure(on_device)
    assert "ext4" in caught.value.message
    assert store.volumes() == {}


def test_a_device_of_ours_stays_ours_when_it_holds_mail(store: FolderVolumes, on_device: Volume) -> None:
    store.ensure(on_device)
    _format(Path(on_device.location))
    store.ensure(on_device)
    assert store.volumes() == {on_device.key: on_device}


def test_a_device_given_up_shows_nothing_to_the_next_tenant(store: FolderVolumes, on_device: Volume) -> None:
    store.ensure(on_device)
    _format(Path(on_device.location))
    store.remove(on_device.key)
    assert store.volumes() == {}
    store.ensure(replace(on_device, tenant="globex"))


def test_a_device_serves_one_tenant_only(store: FolderVolumes, on_device: Volume) -> None:
    store.ensure(on_device)
    with pytest.raises(ForeignData, match="acme"):
        store.ensure(replace(on_device, tenant="globex"))


def test_a_device_that_is_too_small_is_refused(store: FolderVolumes, on_device: Volume) -> None:
    with pytest.raises(DeviceTooSmall):
        store.ensure(replace(on_device, size_mib=65))


def test_a_device_that_is_not_there_is_refused(store: FolderVolumes, data: Volume) -> None:
    with pytest.raises(NoSuchDevice) as caught:
        store.ensure(replace(data, format=Format.BLOCK, location=Path("/dev/mailstead-absent")))
    assert caught.value.field == "block_device"


def _format(device: Path) -> None:
    subprocess.run(["mkfs.ext4", "-q", str(device)], check=True)
