"""Images and seeds on their way to a host."""

import shutil
import subprocess
from pathlib import Path

import pytest

from mailstead.storage.drivers.memory_files import MemoryFiles
from mailstead.storage.drivers.placing import place_image, place_seed

from .files_contract import CONTENT, digest, quiet, source

__all__ = ["source"]
MIB = 1024**2


@pytest.fixture(autouse=True)
def _tool() -> None:
    if shutil.which("qemu-img") is None:
        pytest.skip("needs qemu-img (bin/test installs it)")


def test_an_image_is_named_by_its_key(source: Path) -> None:
    files = MemoryFiles()
    assert place_image(files, source, key="b98a2d55", sha256=digest(CONTENT), told=quiet) == "b98a2d55.vhdx"
    assert files.files == {"b98a2d55.vhdx": CONTENT}


def test_a_seed_arrives_as_a_disk_with_its_content(tmp_path: Path) -> None:
    files, disk = MemoryFiles(), b"seed".ljust(3 * MIB, b"\0")
    name = place_seed(files, "acme", disk, told=quiet)
    (tmp_path / "seed.vhdx").write_bytes(files.files[name])
    argv = ["qemu-img", "convert", "-f", "vhdx", "-O", "raw", f"{tmp_path}/seed.vhdx", f"{tmp_path}/seed.raw"]
    subprocess.run(argv, check=True)
    assert (tmp_path / "seed.raw").read_bytes() == disk


def test_the_same_seed_is_brought_once_and_another_beside_it() -> None:
    files = MemoryFiles()
    first = place_seed(files, "acme", b"1".ljust(MIB, b"\0"), told=quiet)
    before = files.files[first]
    assert place_seed(files, "acme", b"1".ljust(MIB, b"\0"), told=quiet) == first
    second = place_seed(files, "acme", b"2".ljust(MIB, b"\0"), told=quiet)
    assert files.files.keys() == {first, second}
    assert files.files[first] is before
