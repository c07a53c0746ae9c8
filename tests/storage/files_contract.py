"""What every folder on a host does. A subclass gives `files`, empty."""

from hashlib import sha256
from pathlib import Path

import pytest

from mailstead.ground.errors import Conflict, InvalidInput
from mailstead.storage.port import HostFiles

CONTENT = bytes(range(256)) * 12_000  # three pieces


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "image").write_bytes(CONTENT)
    return tmp_path / "image"


def quiet(done: int, size: int) -> None:
    """Nobody watches."""


class HostFilesContract:
    def test_what_is_not_there_has_no_size(self, files: HostFiles) -> None:
        assert files.size("appliance-1.vhdx") is None

    def test_what_was_placed_is_there_whole(self, files: HostFiles, source: Path) -> None:
        files.place("appliance-1.vhdx", source, sha256=digest(CONTENT), told=quiet)
        assert files.size("appliance-1.vhdx") == len(CONTENT)

    def test_whoever_waits_hears_how_far_it_is(self, files: HostFiles, source: Path) -> None:
        heard: list[tuple[int, int]] = []
        files.place("a.vhdx", source, sha256=digest(CONTENT), told=lambda done, size: heard.append((done, size)))
        assert heard == sorted(heard)
        assert heard[-1] == (len(CONTENT), len(CONTENT))

    def test_placing_twice_sends_once(self, files: HostFiles, source: Path) -> None:
        files.place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)
        heard: list[int] = []
        files.place("a.vhdx", source, sha256=digest(CONTENT), told=lambda done, _: heard.append(done))
        assert heard == []

    def test_another_content_never_takes_the_place_of_one(self, files: HostFiles, source: Path) -> None:
        files.place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)
        source.write_bytes(b"other")
        with pytest.raises(Conflict, match="a.vhdx"):
            files.place("a.vhdx", source, sha256=digest(b"other"), told=quiet)
        assert files.size("a.vhdx") == len(CONTENT)

    def test_a_content_that_was_not_meant_is_not_placed(self, files: HostFiles, source: Path) -> None:
        with pytest.raises(InvalidInput, match="a.vhdx"):
            files.place("a.vhdx", source, sha256=digest(b"what was meant"), told=quiet)
        assert files.size("a.vhdx") is None

    def test_removing_twice_is_no_error(self, files: HostFiles, source: Path) -> None:
        files.place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)
        files.remove("a.vhdx")
        files.remove("a.vhdx")
        assert files.size("a.vhdx") is None

    @pytest.mark.parametrize("name", ["", ".", "..", r"..\a", "a/b", "a:b", "a b", "a.", "a\n", "a" * 300])
    def test_a_name_leads_nowhere_else(self, files: HostFiles, source: Path, name: str) -> None:
        with pytest.raises(InvalidInput, match="cannot name a file"):
            files.place(name, source, sha256=digest(CONTENT), told=quiet)
