"""Targets of backups, and what each does when its place is full, read-only or gone."""

import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.backup.drivers.folder import INCOMING, FolderTarget
from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.drivers.s3 import Bucket, S3Target
from mailstead.backup.errors import ObjectExists, TargetDenied, TargetFull, TargetUnreachable
from mailstead.backup.port import Target
from mailstead.security.model import Secret

from .bucket import s3_server
from .contract import TargetContract


class TestMemoryTarget(TargetContract):
    @pytest.fixture
    def target(self) -> Target:
        return MemoryTarget()

    def test_it_can_be_full(self) -> None:
        target = MemoryTarget(room=10)
        target.create("one", bytes(6))
        with pytest.raises(TargetFull):
            target.create("two", bytes(6))
        assert [entry.name for entry in target.list("")] == ["one"]


class TestFolderTarget(TargetContract):
    @pytest.fixture
    def target(self, tmp_path: Path) -> Target:
        return FolderTarget(tmp_path)

    def test_a_folder_that_is_not_there_is_no_empty_store(self, tmp_path: Path) -> None:
        target = FolderTarget(tmp_path / "not-mounted")
        with pytest.raises(TargetUnreachable):
            list(target.list("tenants/"))
        with pytest.raises(TargetUnreachable):
            target.create("store", b"")
        with pytest.raises(TargetUnreachable):
            target.read("store")
        assert not (tmp_path / "not-mounted").exists()

    def test_what_dead_writers_left_is_swept_and_a_living_one_is_not_disturbed(self, tmp_path: Path) -> None:
        FolderTarget(tmp_path).create("store", b"")
        dead, alive = tmp_path / INCOMING / "dead", tmp_path / INCOMING / "alive"
        for path in (dead, alive):
            path.write_bytes(b"half")
        with alive.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            FolderTarget(tmp_path)
        assert [path.name for path in (tmp_path / INCOMING).iterdir()] == ["alive"]

    def test_nothing_is_left_on_the_way(self, target: Target, tmp_path: Path) -> None:
        target.create("store", b"first")
        with pytest.raises(ObjectExists):
            target.create("store", b"second")
        assert list((tmp_path / INCOMING).iterdir()) == []

    def test_objects_can_be_read_by_their_owner_alone(self, target: Target, tmp_path: Path) -> None:
        target.create("tenants/acme/packs/one", b"1")
        modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "tenants").rglob("*")}
        assert modes == {0}

    @pytest.mark.parametrize(
        ("number", "error"), [("ENOSPC", TargetFull), ("EROFS", TargetDenied), ("EIO", TargetUnreachable)]
    )
    def test_what_the_system_says_has_a_name(
        self, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str, error: type[Exception]
    ) -> None:
        code = int(getattr(__import__("errno"), number))

        def broken(_descriptor: int) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, "fsync", broken)
        with pytest.raises(error):
            target.create("store", b"content")
        monkeypatch.undo()
        target.create("store", b"content")

    def test_readers_never_see_half_an_object(self, target: Target) -> None:
        content = bytes(4 << 20)
        sizes: set[int] = set()

        def write() -> None:
            for number in range(8):
                target.create(f"packs/{number}", content)

        writer = threading.Thread(target=write)
        writer.start()
        while writer.is_alive():
            sizes |= {entry.size for entry in target.list("packs/")}
        writer.join()
        assert sizes <= {len(content)}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with s3_server() as address:
        yield address


class TestS3Target(TargetContract):
    @pytest.fixture
    def bucket(self, address: str, request: pytest.FixtureRequest) -> Bucket:
        return Bucket("backups", "key", Secret.of("secret"), endpoint=address, prefix=request.node.name, patience_s=1)

    @pytest.fixture
    def target(self, bucket: Bucket) -> Target:
        return S3Target(bucket)

    def test_a_server_that_is_gone_is_worth_another_try(self, target: Target) -> None:
        gone = S3Target(Bucket("backups", "key", Secret.of("secret"), endpoint="http://127.0.0.1:9", patience_s=0.2))
        with pytest.raises(TargetUnreachable) as caught:
            gone.create("store", b"")
        assert caught.value.retry
        assert "secret" not in f"{caught.value.message} {caught.value.__cause__}"

    def test_a_prefix_sees_nothing_of_another(self, target: Target, address: str) -> None:
        other = S3Target(Bucket("backups", "key", Secret.of("secret"), endpoint=address, prefix="another"))
        target.create("store", b"")
        assert list(other.list("")) == []
