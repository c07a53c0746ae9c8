from pathlib import Path

import pytest

from mailstead.storage.drivers.memory import MemoryVolumes

from .contract import IMAGE_MIB, RawVolumeContract, VolumeStoreContract


class TestMemoryVolumes(RawVolumeContract, VolumeStoreContract):
    @pytest.fixture
    def folder(self) -> Path:
        return Path("/machines")

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        return folder / "image.qcow2"

    @pytest.fixture
    def store(self, image: Path) -> MemoryVolumes:
        return MemoryVolumes(1 << 20, images={image: IMAGE_MIB})
