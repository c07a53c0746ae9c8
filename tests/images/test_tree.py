"""Two trees are the same when nothing in them differs that a guest could see."""

import os
from pathlib import Path

import pytest
from images.builder.recipe import EPOCH
from images.builder.tree import forget_times, tree_hash


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/a").write_text("a")
    (tmp_path / "link").symlink_to("etc/a")
    forget_times(tmp_path)
    return tmp_path


def test_young_files_become_as_old_as_the_recipe_and_old_ones_stay(root: Path) -> None:
    os.utime(root / "etc/a", (5, 5))
    (root / "etc/b").touch()
    forget_times(root)
    assert [(root / "etc" / name).stat().st_mtime for name in "ab"] == [5, EPOCH]
    assert (root / "link").lstat().st_mtime == EPOCH


def test_the_hash_sees_content_mode_time_name_and_target(root: Path) -> None:
    seen = {tree_hash(root)}
    (root / "etc/a").write_text("b")
    seen.add(tree_hash(root))
    (root / "etc/a").chmod(0o600)
    seen.add(tree_hash(root))
    os.utime(root / "etc/a", (7, 7))
    seen.add(tree_hash(root))
    (root / "link").unlink()
    (root / "link").symlink_to("etc")
    seen.add(tree_hash(root))
    assert len(seen) == 5


def test_the_hash_does_not_see_where_the_tree_lies(root: Path) -> None:
    before = tree_hash(root)
    moved = root.rename(root.with_name("moved"))
    assert tree_hash(moved) == before
