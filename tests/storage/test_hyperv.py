"""VHDX files on a Hyper-V host, through the role that ships, over HTTPS."""

from dataclasses import replace
from pathlib import PureWindowsPath

import pytest

from mailstead.ground.errors import Unreachable
from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.cmdlets.files import GetChildNames, NewFolder, RemoveItem, RenameItem
from mailstead.remoting.cmdlets.hyperv import NewVM
from mailstead.remoting.errors import ArgumentRefused
from mailstead.storage.drivers.hyperv import HyperVVolumes
from mailstead.storage.model import (
    Allocation,
    DeviceTooSmall,
    FolderDenied,
    ForeignData,
    Format,
    NoDiskRoom,
    NoSuchDevice,
    NoSuchImage,
    Role,
    Volume,
    VolumeBroken,
    VolumeInUse,
    VolumeKey,
)
from mailstead.storage.plan import compare_volumes
from tests.standin.faults import Kind
from tests.standin.hyperv.kinds import VhdType
from tests.standin.rig import Rig

from .contract import VolumeStoreContract
from .hyperv_world import DATA, FOLDER, GIB, IMAGE, MIB, ON_DISK, SYSTEM, names, put, set_up


@pytest.fixture
def store(rig: Rig) -> HyperVVolumes:
    set_up(rig)
    return HyperVVolumes(rig, FOLDER, floor_mib=16)


@pytest.fixture
def data() -> Volume:
    return DATA


@pytest.fixture
def on_disk() -> Volume:
    return ON_DISK


class TestHyperVVolumes(VolumeStoreContract):
    form, other = Format.VHDX, Format.BLOCK

    @pytest.fixture
    def folder(self) -> PureWindowsPath:
        return FOLDER

    @pytest.fixture
    def image(self) -> PureWindowsPath:
        return IMAGE


def test_a_system_disk_is_a_child_of_its_image_and_larger(store: HyperVVolumes, rig: Rig) -> None:
    store.ensure(SYSTEM)
    vhd = rig.world.vhd(str(FOLDER / "acme" / "system.vhdx"))
    assert (vhd.kind, vhd.parent, vhd.size) == (VhdType.Differencing, str(IMAGE), 128 * MIB)


def test_an_image_that_is_not_there_is_named_with_how_it_comes_there(rig: Rig) -> None:
    elsewhere = replace(SYSTEM, base=IMAGE.with_name("another.vhdx"))
    with pytest.raises(NoSuchImage) as caught:
        HyperVVolumes(rig, FOLDER).ensure(elsewhere)
    assert f"mailstead image place {rig.name}" in caught.value.remedy
    assert f"mailstead host check {rig.name}" in caught.value.remedy


def test_a_full_copy_of_the_image_needs_it_no_more(store: HyperVVolumes, rig: Rig) -> None:
    copying = HyperVVolumes(rig, FOLDER, copies=True, floor_mib=16)
    copying.ensure(SYSTEM)
    (found,) = copying.volumes().values()
    assert (found.base, found.size_mib) == (None, 128)
    assert not compare_volumes({found.key: SYSTEM}, {found.key: found})
    assert names(rig) == {r"acme\system.vhdx"}


def test_a_disk_made_halfway_is_never_seen_and_made_again(store: HyperVVolumes, data: Volume, rig: Rig) -> None:
    put(rig, FOLDER / "acme" / "data.new.vhdx", 32)
    rig.world.folders = None
    assert store.volumes() == {}
    fixed = replace(data, allocation=Allocation.FIXED)
    store.ensure(fixed)
    assert store.volumes() == {data.key: fixed}
    assert names(rig) == {r"acme\data.vhdx"}


def test_a_copy_whose_original_is_gone_is_the_disk(store: HyperVVolumes, data: Volume, rig: Rig) -> None:
    rig.world.folders = None
    put(rig, FOLDER / "acme" / "data.copy.vhdx", 32).kind = VhdType.Fixed
    fixed = replace(data, allocation=Allocation.FIXED)
    assert store.volumes() == {data.key: fixed}
    store.ensure(fixed)
    assert names(rig) == {r"acme\data.vhdx"}


def test_a_copy_beside_its_original_is_not_trusted(store: HyperVVolumes, data: Volume, rig: Rig) -> None:
    store.ensure(data)
    put(rig, FOLDER / "acme" / "data.copy.vhdx", 7)
    assert store.volumes() == {data.key: data}
    store.ensure(replace(data, allocation=Allocation.FIXED))
    assert store.volumes()[data.key] == replace(data, allocation=Allocation.FIXED)
    assert names(rig) == {r"acme\data.vhdx"}


def test_what_is_not_ours_is_neither_seen_nor_touched(store: HyperVVolumes, data: Volume, rig: Rig) -> None:
    store.ensure(data)
    for foreign in (r"acme\notes.vhdx", r"acme\Data.1.vhdx", r"acme\snapshots\data.vhdx", r"template.vhdx"):
        put(rig, FOLDER / foreign, 8)
    assert store.volumes() == {data.key: data}
    store.remove(data.key)
    assert len(names(rig)) == 4


def test_a_disk_of_nobody_any_more_is_found(store: HyperVVolumes, rig: Rig) -> None:
    put(rig, FOLDER / "gone" / "data.vhdx", 8)
    assert set(store.volumes()) == {VolumeKey("gone", Role.DATA)}


def test_a_broken_disk_is_not_overwritten_and_hinders_nobody_else(store: HyperVVolumes, data: Volume, rig: Rig) -> None:
    rig.world.folders = None
    for number in range(9):
        put(rig, FOLDER / f"t{number}x" / "data.vhdx", 8)
    put(rig, FOLDER / "acme" / "data.vhdx", 8).broken = True
    found = store.volumes()
    assert len(found) == 10
    assert found[data.key].size_mib == 0
    with pytest.raises(VolumeBroken):
        store.ensure(data)
    assert rig.world.vhd(str(data.location)).broken


def test_a_disk_in_use_is_neither_removed_nor_converted(store: HyperVVolumes, data: Volume, rig: Rig) -> None:
    store.ensure(data)
    rig.run(NewVM(Name="ms-acme", MemoryStartupBytes=GIB, VHDPath=str(data.location)))
    (machine,) = rig.world.machines.values()
    rig.world.vhd(str(data.location)).holder = machine.id
    with pytest.raises(VolumeInUse) as caught:
        store.remove(data.key)
    assert "stop" in caught.value.remedy
    with pytest.raises(VolumeInUse):
        store.ensure(replace(data, allocation=Allocation.FIXED))
    assert store.volumes() == {data.key: data}
    assert names(rig) == {r"acme\data.vhdx"}


def test_a_disk_beneath_checkpoints_does_not_change(store: HyperVVolumes, data: Volume, rig: Rig) -> None:
    store.ensure(data)
    put(rig, FOLDER / "acme" / "data_0B5D6C1E-0000-4000-8000-000000000001.avhdx", 32)
    for wanted in (replace(data, size_mib=64), replace(data, allocation=Allocation.FIXED)):
        with pytest.raises(VolumeInUse) as caught:
            store.ensure(wanted)
        assert "checkpoints" in caught.value.remedy
    store.ensure(data)
    assert store.volumes() == {data.key: data}


def test_a_host_that_is_busy_is_asked_again_and_not_taken_for_broken(
    store: HyperVVolumes, data: Volume, rig: Rig
) -> None:
    store.ensure(data)
    rig.faults.add(Kind.BUSY, "Get-VHD")
    with pytest.raises(Unreachable):
        store.volumes()


@pytest.mark.parametrize(
    "call",
    [
        RemoveItem(LiteralPath=(str(IMAGE),)),
        RemoveItem(LiteralPath=(str(FOLDER / "acme"),)),
        RemoveItem(LiteralPath=(str(FOLDER / "acme" / "*.vhdx"),)),
        RemoveItem(LiteralPath=(str(FOLDER / "acme" / "data.disk3.given-up.vhdx"),)),
        RemoveItem(LiteralPath=(str(FOLDER) + r"\acme\..\..\data.vhdx",)),
        RenameItem(LiteralPath=str(FOLDER / "acme" / "data.vhdx"), NewName=r"..\data.vhdx"),
        RenameItem(LiteralPath=str(IMAGE), NewName="data.vhdx"),
        NewFolder(Path=(r"C:\Windows\acme",)),
        GetChildNames(Path=("C:\\",), Recurse=True),
    ],
    ids=str,
)
def test_the_role_reaches_no_other_file(store: HyperVVolumes, data: Volume, rig: Rig, call: Cmdlet) -> None:
    store.ensure(data)
    before = set(rig.world.vhds)
    with pytest.raises(ArgumentRefused):
        rig.run(call)
    assert set(rig.world.vhds) == before


def test_a_folder_that_is_gone_is_not_taken_for_an_empty_host(store: HyperVVolumes, rig: Rig) -> None:
    rig.world.folders = set()
    with pytest.raises(FolderDenied) as caught:
        store.volumes()
    assert str(FOLDER) in caught.value.message


def test_a_volume_that_fills_up_meanwhile_leaves_nothing(store: HyperVVolumes, data: Volume, rig: Rig) -> None:
    hasty = HyperVVolumes(rig, FOLDER, floor_mib=-(1 << 30))
    rig.world.volumes[0].size = GIB
    with pytest.raises(NoDiskRoom):
        hasty.ensure(replace(data, size_mib=2048, allocation=Allocation.FIXED))
    assert names(rig) == set()


def test_a_file_elsewhere_is_refused(store: HyperVVolumes, data: Volume, rig: Rig) -> None:
    with pytest.raises(ForeignData):
        store.ensure(replace(data, location=FOLDER / "globex" / "data.vhdx"))
    assert names(rig) == set()


def test_a_whole_disk_of_the_host_becomes_the_data_disk(store: HyperVVolumes, on_disk: Volume) -> None:
    store.ensure(on_disk)
    store.ensure(replace(on_disk, size_mib=2048))
    assert store.volumes() == {on_disk.key: replace(on_disk, size_mib=2048)}


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        ({"offline": False}, ForeignData),
        ({"style": "GPT"}, ForeignData),
        ({"size": GIB // 2}, DeviceTooSmall),
        ({"number": 4}, NoSuchDevice),
    ],
)
def test_a_disk_that_cannot_be_passed_through_is_refused(
    store: HyperVVolumes, on_disk: Volume, rig: Rig, spoil: dict[str, object], error: type[Exception]
) -> None:
    for name, value in spoil.items():
        setattr(rig.world.disks[0], name, value)
    with pytest.raises(error):
        store.ensure(on_disk)
    assert store.volumes() == {}


def test_a_disk_of_one_tenant_is_never_given_to_another(store: HyperVVolumes, on_disk: Volume, rig: Rig) -> None:
    theirs = replace(on_disk, tenant="globex")
    store.ensure(on_disk)
    with pytest.raises(ForeignData):
        store.ensure(theirs)
    store.remove(on_disk.key)
    store.remove(on_disk.key)
    assert store.volumes() == {}
    with pytest.raises(ForeignData) as caught:
        store.ensure(theirs)
    assert r"acme\data.disk3.given-up.vhdx" in caught.value.remedy
    del rig.world.vhds[str(FOLDER / "acme" / "data.disk3.given-up.vhdx").lower()]
    store.ensure(theirs)
    assert store.volumes() == {theirs.key: replace(theirs, size_mib=2048)}


def test_a_path_of_linux_names_no_disk_here(store: HyperVVolumes, on_disk: Volume) -> None:
    with pytest.raises(NoSuchDevice):
        store.ensure(replace(on_disk, location=PureWindowsPath("/dev/sdb")))


def test_many_tenants_are_seen_in_few_round_trips(store: HyperVVolumes, rig: Rig) -> None:
    for number in range(250):
        for role in Role:
            put(rig, FOLDER / f"tenant-{number}" / f"{role}.vhdx", 8)
    rig.calls = rig.round_trips = 0
    assert len(store.volumes()) == 500
    assert rig.calls == 2
    assert rig.round_trips <= 7
