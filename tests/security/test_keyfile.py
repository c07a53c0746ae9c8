"""The key file is private, whole, and never overwritten."""

from pathlib import Path

import pytest

from mailstead.security.keyfile import create_key_file, key_id, read_key_file
from mailstead.security.model import BadKeyFile, KeyFileExists, KeyFileExposed, NoKeyFile


def test_a_made_file_is_private_and_readable(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(read_key_file(path).reveal()) == 32
    assert list(tmp_path.iterdir()) == [path]


def test_it_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_key_file(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileExists):
        create_key_file(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_file_that_others_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    create_key_file(path)
    path.chmod(mode)
    with pytest.raises(KeyFileExposed, match=f"{mode:04o}") as refused:
        read_key_file(path)
    assert "chmod" in refused.value.remedy


def test_a_missing_file_says_where_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(NoKeyFile, match="key") as missing:
        read_key_file(tmp_path / "key")
    assert "init" in missing.value.remedy


@pytest.mark.parametrize("content", ["", "mailstead-kek-1 12", f"mailstead-kek-1 {'zz' * 32}", f"other {'00' * 32}"])
def test_a_file_without_a_key_is_refused_and_not_shown(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(BadKeyFile) as refused:
        read_key_file(path)
    assert "zz" not in str(refused.value.as_dict())


def test_a_link_or_folder_is_refused(tmp_path: Path) -> None:
    create_key_file(tmp_path / "key")
    (tmp_path / "link").symlink_to(tmp_path / "key")
    (tmp_path / "folder").mkdir(mode=0o700)
    for name in ("link", "folder"):
        with pytest.raises(BadKeyFile):
            read_key_file(tmp_path / name)


def test_the_id_tells_keys_apart_without_giving_them_away(tmp_path: Path) -> None:
    create_key_file(tmp_path / "a")
    create_key_file(tmp_path / "b")
    a, b = read_key_file(tmp_path / "a"), read_key_file(tmp_path / "b")
    assert key_id(a) != key_id(b)
    assert key_id(a) not in a.reveal().hex()
