"""A build that cannot work is refused at once, and says what to do."""

from pathlib import Path

import pytest
from images.builder import tree
from images.builder.programs import failed, run
from images.builder.refusals import (
    BuildRefused,
    refuse_if_missing,
    refuse_unless_root,
    refuse_without_room,
)


def test_without_root_rights() -> None:
    with pytest.raises(BuildRefused, match="only root") as caught:
        refuse_unless_root(lambda: 1000)
    assert caught.value.as_dict()["code"] == "image-needs-root"
    refuse_unless_root(lambda: 0)


def test_missing_programs_are_named_by_package_and_all_at_once() -> None:
    wanted = [("mmdebstrap", "mmdebstrap"), ("mke2fs", "e2fsprogs"), ("mkfs.ext4", "e2fsprogs"), ("sh", "dash")]
    with pytest.raises(BuildRefused) as caught:
        refuse_if_missing(wanted, lambda program: "/bin/sh" if program == "sh" else None)
    assert caught.value.remedy == "apt-get install e2fsprogs mmdebstrap"


def test_a_disk_without_room(tmp_path: Path) -> None:
    with pytest.raises(BuildRefused, match="512 MiB free; a build needs 3072 MiB") as caught:
        refuse_without_room(tmp_path, lambda _: 512 * 1024**2)
    assert "--cache" in caught.value.remedy


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("E: x\nwrite error: No space left on device", "image-no-room"),
        ("E: Failed to fetch http://somewhere/x", "image-no-packages"),
        ("E: Unable to correct problems", "image-build-failed"),
    ],
)
def test_what_a_program_says_is_explained(said: str, code: str) -> None:
    error = failed("mmdebstrap", said)
    assert error.code == code
    assert error.message.startswith("mmdebstrap failed: ")


def test_a_failing_program_is_quoted() -> None:
    with pytest.raises(BuildRefused, match="no-such-file"):
        run(["cat", "/no-such-file"])


def test_a_host_without_debian_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "run", lambda _: "deb somewhere/ trixie main\n")
    with pytest.raises(BuildRefused, match="bookworm") as caught:
        tree.debian_sources()
    assert "apt-get update" in caught.value.remedy


def test_sources_are_the_host_s_own_in_a_fixed_order(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "deb m/ bookworm-updates main\ndeb m/ bookworm main\ndeb m/ bookworm main\ndeb m/ sid main\n"
    monkeypatch.setattr(tree, "run", lambda _: lines)
    assert tree.debian_sources() == "deb m/ bookworm main\ndeb m/ bookworm-updates main\n"
