"""A sealed file opens with its passphrase, and tells damage from a wrong one."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from mailstead.ground.errors import InvalidInput
from mailstead.security.model import KeyFileExposed, Secret
from mailstead.security.passphrases import read_passphrase
from mailstead.security.sealed_file import (
    FRAME,
    SUM,
    TAG,
    BrokenFile,
    WrongPassphrase,
    read_about,
    read_sealed,
    write_sealed,
)

PASSPHRASE = Secret.of("four words of a sentence")
Harm = Callable[[bytes], bytes]


def _sealed(folder: Path, size: int = 3 * FRAME + 5) -> tuple[Path, bytes]:
    path, content = folder / "backup", bytes(index % 251 for index in range(size))
    write_sealed(path, PASSPHRASE, {"platform": "one"}, (content[at : at + 7000] for at in range(0, size, 7000)))
    return path, content


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3 * FRAME + 5])
def test_content_of_any_size_comes_back(tmp_path: Path, size: int) -> None:
    path, content = _sealed(tmp_path, size)
    assert b"".join(read_sealed(path, PASSPHRASE)) == content
    assert read_about(path) == {"platform": "one"}
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_of_the_content_can_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    write_sealed(path, PASSPHRASE, {}, [b"a secret that was planted"])
    assert b"planted" not in path.read_bytes()
    assert PASSPHRASE.reveal() not in path.read_bytes()


def test_a_wrong_passphrase_is_told_from_damage(tmp_path: Path) -> None:
    path, _ = _sealed(tmp_path)
    with pytest.raises(WrongPassphrase):
        list(read_sealed(path, Secret.of("another sentence of words")))


def _summed(body: bytes) -> bytes:
    """Let the checksum fit again, as somebody who means harm would."""
    return body + sha256(body).digest()


def _exchanged(frames: bytes) -> bytes:
    """Exchange the last two full frames."""
    return frames[: -2 * FRAMES] + frames[-FRAMES:] + frames[-2 * FRAMES : -FRAMES]


FRAMES = FRAME + TAG
HARMS: dict[str, Harm] = {
    "empty": lambda whole: b"",
    "another file": lambda whole: b"SQLite format 3\0" + whole,
    "cut in a frame": lambda whole: whole[:-100],
    "one bit": lambda whole: whole[:500] + bytes([whole[500] ^ 1]) + whole[501:],
    "cut behind a frame, sum mended": lambda whole: _summed(whole[: -SUM - 5 - TAG]),
    "frames exchanged, sum mended": lambda whole: _summed(_exchanged(whole[: -SUM - 21]) + whole[-SUM - 21 : -SUM]),
    "head changed, sum mended": lambda whole: _summed(whole[:-SUM].replace(b'"one"', b'"two"')),
    "head gone, sum mended": lambda whole: _summed(whole[:19] + b"\0\0\0\2[]" + whole[60:-SUM]),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARMS)
def test_whatever_is_done_to_the_file_is_found(tmp_path: Path, harm: str) -> None:
    path, _ = _sealed(tmp_path)
    path.write_bytes(HARMS[harm](path.read_bytes()))
    with pytest.raises((BrokenFile, WrongPassphrase)) as refusal:
        list(read_sealed(path, PASSPHRASE))
    assert refusal.value.remedy


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    def failing() -> object:
        yield b"begin"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_sealed(tmp_path / "backup", PASSPHRASE, {}, failing())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_is_read_from_a_file_of_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    with pytest.raises(InvalidInput):
        read_passphrase(file)
    file.write_text("four words of a sentence\n")
    with pytest.raises(KeyFileExposed):
        read_passphrase(file)
    file.chmod(0o600)
    assert read_passphrase(file) == PASSPHRASE
    file.write_text("\n")
    with pytest.raises(InvalidInput):
        read_passphrase(file)
