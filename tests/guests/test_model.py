"""Archives: the same files make the same bytes."""

import io
import tarfile

import pytest

from mailstead.ground.errors import InvalidInput
from mailstead.guests.model import GuestFile, pack, unpacked

FILES = {"/etc/b": GuestFile(b"bee", 0o600, "root:dovecot"), "/etc/a": GuestFile(b"", 0o644)}


def test_order_does_not_matter() -> None:
    assert pack(FILES) == pack(dict(reversed(FILES.items())))


def test_names_are_relative_and_times_are_none() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(FILES))) as archive:
        assert [(m.name, m.mtime) for m in archive] == [("etc/a", 0), ("etc/b", 0)]


def test_what_was_packed_is_unpacked() -> None:
    assert dict(unpacked(pack(FILES))) == FILES


def test_long_and_foreign_names_survive() -> None:
    files = {"/var/vmail/" + "ü" * 200 + "/x": GuestFile(b"1")}
    assert dict(unpacked(pack(files))) == files


def test_a_group_is_the_user_s_own_unless_named() -> None:
    assert GuestFile(b"", owner="vmail").group == "vmail"


def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no tar archive"):
        list(unpacked(b"not a tar"))
