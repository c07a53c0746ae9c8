"""A folder on a host, through a real Samba server with encryption."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from smbclient import open_file, register_session, reset_connection_cache

from mailstead.ground.errors import InvalidInput
from mailstead.security.model import Secret
from mailstead.storage.drivers.smb_files import Share, SmbFiles
from mailstead.storage.model import FileBusy, NoSuchImage, NoSuchShare, ShareDenied, ShareUnreachable

from .files_contract import CONTENT, HostFilesContract, digest, quiet, source
from .samba import PASSWORD, serving

__all__ = ["source"]
pytestmark = pytest.mark.host


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samba")


@pytest.fixture(scope="module")
def share(folder: Path) -> Iterator[Share]:
    with serving(folder) as made:
        yield made


@pytest.fixture
def files(share: Share, folder: Path) -> SmbFiles:
    for left in (folder / "images").iterdir():
        left.unlink()
    return SmbFiles(share)


class TestSmbFiles(HostFilesContract):
    """Every behaviour begins with an empty folder."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "images").iterdir())


def test_what_arrives_is_what_was_sent(files: SmbFiles, folder: Path, source: Path) -> None:
    files.place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)
    assert (folder / "images/a.vhdx").read_bytes() == CONTENT
    assert names(folder) == ["a.vhdx"]


def test_until_it_is_whole_it_has_another_name(files: SmbFiles, folder: Path, source: Path) -> None:
    seen: list[list[str]] = []
    files.place("a.vhdx", source, sha256=digest(CONTENT), told=lambda *_: seen.append(names(folder)))
    assert seen == [["a.vhdx.part"]] * 3


def test_what_a_dead_upload_left_is_taken_over(files: SmbFiles, folder: Path, source: Path) -> None:
    (folder / "images/a.vhdx.part").write_bytes(b"x" * 10_000_000)
    files.place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)
    assert names(folder) == ["a.vhdx"]
    assert files.size("a.vhdx") == len(CONTENT)


def test_a_wrong_content_leaves_nothing(files: SmbFiles, folder: Path, source: Path) -> None:
    with pytest.raises(InvalidInput):
        files.place("a.vhdx", source, sha256=digest(b""), told=quiet)
    assert names(folder) == []


def test_whoever_was_faster_has_placed_it(files: SmbFiles, folder: Path, source: Path) -> None:
    def somebody_else(done: int, size: int) -> None:
        if done == size:
            (folder / "images/a.vhdx").write_bytes(CONTENT)

    files.place("a.vhdx", source, sha256=digest(CONTENT), told=somebody_else)
    assert names(folder) == ["a.vhdx"]


def test_two_do_not_write_one_file(files: SmbFiles, folder: Path, source: Path) -> None:
    def somebody_else(done: int, size: int) -> None:
        with pytest.raises(FileBusy):
            files.place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)

    files.place("a.vhdx", source, sha256=digest(CONTENT), told=somebody_else)
    assert (folder / "images/a.vhdx").read_bytes() == CONTENT


def test_what_a_machine_holds_is_not_removed(files: SmbFiles, share: Share, folder: Path) -> None:
    (folder / "images/seed.vhdx").write_bytes(b"seed")
    cache: dict[str, object] = {}
    register_session(
        "127.0.0.1", "mailstead", PASSWORD, port=share.port, encrypt=True, connection_cache=cache, auth_protocol="ntlm"
    )
    try:
        with (
            open_file(rf"{share.folder}\seed.vhdx", "rb", port=share.port, connection_cache=cache),
            pytest.raises(FileBusy),
        ):
            files.remove("seed.vhdx")
    finally:
        reset_connection_cache(connection_cache=cache)
    assert names(folder) == ["seed.vhdx"]


def test_a_wrong_password_is_named_and_not_shown(share: Share) -> None:
    files = SmbFiles(replace(share, password=lambda: Secret.of("Wrong-1!")))
    with pytest.raises(ShareDenied) as caught:
        files.size("a.vhdx")
    assert "password in the vault" in caught.value.remedy
    assert "Wrong-1!" not in str(caught.value)
    assert "Wrong-1!" not in repr(share)


def test_a_share_that_may_not_be_written(share: Share, source: Path) -> None:
    files = SmbFiles(replace(share, folder=r"\\127.0.0.1\locked"))
    with pytest.raises(ShareDenied) as caught:
        files.place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)
    assert "let the account change files" in caught.value.remedy


@pytest.mark.parametrize("folder_", [r"\\127.0.0.1\nowhere", r"\\127.0.0.1\images\nowhere"])
def test_a_folder_that_is_not_there(share: Share, source: Path, folder_: str) -> None:
    files = SmbFiles(replace(share, folder=folder_))
    with pytest.raises(NoSuchShare):
        files.place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)


def test_what_is_to_be_placed_must_be_there(files: SmbFiles, tmp_path: Path) -> None:
    with pytest.raises(NoSuchImage, match="nowhere"):
        files.place("a.vhdx", tmp_path / "nowhere", sha256="", told=quiet)


def test_nobody_answers(share: Share) -> None:
    with pytest.raises(ShareUnreachable):
        SmbFiles(replace(share, port=1)).size("a.vhdx")


def test_without_encryption_nothing_is_sent(tmp_path: Path, source: Path) -> None:
    with serving(tmp_path, "server smb encrypt = off") as plain:
        with pytest.raises(ShareDenied) as caught:
            SmbFiles(plain).place("a.vhdx", source, sha256=digest(CONTENT), told=quiet)
        assert "EncryptData" in caught.value.remedy
        assert names(tmp_path) == []


# smbclient cannot close a handle whose server is gone, and says so when it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_server_that_dies_meanwhile_is_unreachable(tmp_path: Path, source: Path) -> None:
    with ExitStack() as server:
        files = SmbFiles(server.enter_context(serving(tmp_path)))
        with pytest.raises(ShareUnreachable):
            files.place("a.vhdx", source, sha256=digest(CONTENT), told=lambda *_: server.close())
    assert names(tmp_path) == ["a.vhdx.part"]
