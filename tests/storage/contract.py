"""What every store of disks must do."""

from dataclasses import replace
from pathlib import PurePath

import pytest

from mailstead.storage.model import (
    Allocation,
    DiskSmallerThanImage,
    Format,
    NoDiskRoom,
    NoSuchImage,
    Role,
    Volume,
    VolumeKey,
    VolumeMoved,
    WouldShrink,
)
from mailstead.storage.port import VolumeStore

IMAGE_MIB = 64


class VolumeStoreContract:
    """Subclasses give a `store` with room for 1 TiB at most, its `folder`, and an `image` of 64 MiB.

    `form` is the format of its files, `other` one that a disk of that format never becomes.
    """

    form, other = Format.QCOW2, Format.RAW

    @pytest.fixture
    def system(self, folder: PurePath, image: PurePath) -> Volume:
        place = folder / f"acme/system.{self.form}"
        return Volume("acme", Role.SYSTEM, 128, Allocation.DYNAMIC, self.form, place, base=image)

    @pytest.fixture
    def data(self, folder: PurePath) -> Volume:
        return Volume("acme", Role.DATA, 32, Allocation.DYNAMIC, self.form, folder / f"acme/data.{self.form}")

    def test_an_unused_host_has_no_disks(self, store: VolumeStore) -> None:
        assert store.volumes() == {}

    def test_a_new_disk_is_found_as_it_was_wanted(self, store: VolumeStore, system: Volume, data: Volume) -> None:
        for volume in (system, data):
            store.ensure(volume)
        assert store.volumes() == {system.key: system, data.key: data}

    def test_making_a_disk_twice_changes_nothing(self, store: VolumeStore, data: Volume) -> None:
        store.ensure(data)
        store.ensure(data)
        assert store.volumes() == {data.key: data}

    def test_disks_of_many_tenants_are_told_apart(self, store: VolumeStore, data: Volume, folder: PurePath) -> None:
        other = replace(data, tenant="globex", location=folder / f"globex/data.{self.form}")
        store.ensure(data)
        store.ensure(other)
        assert store.volumes() == {data.key: data, other.key: other}

    def test_a_disk_grows(self, store: VolumeStore, data: Volume) -> None:
        store.ensure(data)
        store.ensure(replace(data, size_mib=48))
        assert store.volumes()[data.key].size_mib == 48

    def test_a_disk_never_shrinks(self, store: VolumeStore, data: Volume) -> None:
        store.ensure(data)
        with pytest.raises(WouldShrink) as caught:
            store.ensure(replace(data, size_mib=16))
        assert caught.value.field == "disk_gib"
        assert store.volumes()[data.key].size_mib == 32

    def test_a_fixed_disk_is_found_as_fixed(self, store: VolumeStore, data: Volume) -> None:
        fixed = replace(data, allocation=Allocation.FIXED)
        store.ensure(fixed)
        assert store.volumes() == {data.key: fixed}

    def test_a_dynamic_disk_becomes_fixed(self, store: VolumeStore, data: Volume) -> None:
        fixed = replace(data, allocation=Allocation.FIXED, size_mib=48)
        store.ensure(data)
        store.ensure(fixed)
        assert store.volumes() == {data.key: fixed}

    def test_a_fixed_disk_grows_and_stays_fixed(self, store: VolumeStore, data: Volume) -> None:
        fixed = replace(data, allocation=Allocation.FIXED)
        store.ensure(fixed)
        store.ensure(replace(fixed, size_mib=64))
        assert store.volumes() == {data.key: replace(fixed, size_mib=64)}

    def test_a_disk_that_should_lie_elsewhere_is_left_alone(
        self, store: VolumeStore, data: Volume, folder: PurePath
    ) -> None:
        store.ensure(data)
        with pytest.raises(VolumeMoved):
            store.ensure(replace(data, format=self.other, location=folder / f"acme/data.{self.other}"))
        assert store.volumes() == {data.key: data}

    def test_a_missing_image_is_named_and_nothing_is_made(
        self, store: VolumeStore, system: Volume, image: PurePath
    ) -> None:
        with pytest.raises(NoSuchImage) as caught:
            store.ensure(replace(system, base=image.with_name(f"absent.{self.form}")))
        assert caught.value.value.endswith(f"absent.{self.form}")
        assert store.volumes() == {}

    def test_a_system_disk_smaller_than_its_image_is_refused(self, store: VolumeStore, system: Volume) -> None:
        with pytest.raises(DiskSmallerThanImage):
            store.ensure(replace(system, size_mib=IMAGE_MIB - 1))
        assert store.volumes() == {}

    def test_an_existing_system_disk_keeps_its_image(self, store: VolumeStore, system: Volume, image: PurePath) -> None:
        store.ensure(system)
        store.ensure(replace(system, base=image.with_name(f"newer.{self.form}")))
        assert store.volumes() == {system.key: system}

    def test_a_full_host_refuses_a_fixed_disk(self, store: VolumeStore, data: Volume) -> None:
        with pytest.raises(NoDiskRoom):
            store.ensure(replace(data, size_mib=1 << 30, allocation=Allocation.FIXED))
        assert store.volumes() == {}

    def test_a_removed_disk_is_gone(self, store: VolumeStore, system: Volume, data: Volume) -> None:
        store.ensure(system)
        store.ensure(data)
        store.remove(data.key)
        assert store.volumes() == {system.key: system}

    def test_removing_twice_is_no_error(self, store: VolumeStore, data: Volume) -> None:
        store.ensure(data)
        store.remove(data.key)
        store.remove(data.key)
        store.remove(VolumeKey("never-there", Role.SYSTEM))
        assert store.volumes() == {}


class RawVolumeContract:
    """What a store of raw files does besides; subclasses of both contracts."""

    def test_a_raw_disk_is_made_and_grown(self, store: VolumeStore, data: Volume, folder: PurePath) -> None:
        raw = replace(data, format=Format.RAW, location=folder / "acme/data.raw")
        store.ensure(raw)
        store.ensure(replace(raw, size_mib=40))
        assert store.volumes() == {data.key: replace(raw, size_mib=40)}
