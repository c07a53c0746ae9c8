"""Folders on hosts: in memory, and where an administrator places what we ask for."""

from pathlib import Path, PureWindowsPath

import pytest

from mailstead.storage.drivers.hand_files import HandFiles
from mailstead.storage.drivers.memory_files import MemoryFiles
from mailstead.storage.model import FileBusy, ForeignData, NotPlaced

from .files_contract import CONTENT, HostFilesContract, digest, quiet, source

__all__ = ["source"]
FOLDER = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead-images")


class TestMemoryFiles(HostFilesContract):
    @pytest.fixture
    def files(self) -> MemoryFiles:
        return MemoryFiles()


def test_a_held_file_stays() -> None:
    files = MemoryFiles()
    files.files["a.vhdx"] = b"1"
    files.held.add("a.vhdx")
    with pytest.raises(FileBusy):
        files.remove("a.vhdx")
    assert files.size("a.vhdx") == 1


def by_hand(there: dict[str, int]) -> HandFiles:
    return HandFiles("hv01", FOLDER, lambda path: there.get(str(path)))


def test_an_administrator_is_told_what_to_place_and_where(source: Path) -> None:
    with pytest.raises(NotPlaced) as caught:
        by_hand({}).place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)
    assert rf"{FOLDER}\a.vhdx on hv01" in caught.value.remedy
    assert digest(CONTENT) in caught.value.remedy


def test_what_an_administrator_placed_is_enough(source: Path) -> None:
    files = by_hand({rf"{FOLDER}\a.vhdx": len(CONTENT)})
    files.place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)


def test_half_a_file_is_not_enough(source: Path) -> None:
    with pytest.raises(ForeignData, match="17 bytes instead of"):
        by_hand({rf"{FOLDER}\a.vhdx": 17}).place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)


def test_an_administrator_is_told_what_to_delete() -> None:
    with pytest.raises(NotPlaced) as caught:
        by_hand({rf"{FOLDER}\a.vhdx": 1}).remove("a.vhdx")
    assert rf"delete {FOLDER}\a.vhdx" in caught.value.remedy
    by_hand({}).remove("a.vhdx")
