"""The key names what decides about an image, and nothing else."""

import io
import os
import shutil
import tarfile
from pathlib import Path

import pytest
from images.builder.recipe import EPOCH, Recipe, image_key

REAL = Path(__file__).parents[2] / "images/appliance"


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    shutil.copytree(REAL, tmp_path / "appliance")
    code = tmp_path / "code.py"
    code.write_text("pass\n")
    return Recipe(tmp_path / "appliance", (code,))


def again(recipe: Recipe) -> Recipe:
    return Recipe(recipe.folder, recipe.code)


def test_the_same_files_have_the_same_key(recipe: Recipe) -> None:
    assert again(recipe).key == recipe.key


def test_the_key_ignores_times_and_the_umask(recipe: Recipe) -> None:
    before = recipe.key
    for path in recipe.folder.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(path.stat().st_mode & 0o700)
    assert again(recipe).key == before


@pytest.mark.parametrize("name", ["packages", "customize", "tree/etc/systemd/system/postfix.service"])
def test_the_key_follows_every_file(recipe: Recipe, name: str) -> None:
    before = recipe.key
    with (recipe.folder / name).open("a") as file:
        file.write("\n# changed\n")
    assert again(recipe).key != before


def test_the_key_follows_new_names_and_the_right_to_execute(recipe: Recipe) -> None:
    before = recipe.key
    (recipe.folder / "tree/new").write_text("")
    named = again(recipe).key
    (recipe.folder / "tree/new").chmod(0o755)
    assert len({before, named, again(recipe).key}) == 3


def test_the_key_follows_the_building_code(recipe: Recipe) -> None:
    before = recipe.key
    recipe.code[0].write_text("changed = True\n")
    assert again(recipe).key != before


def test_other_versions_make_another_image() -> None:
    assert image_key("r", {"postfix": "1"}) != image_key("r", {"postfix": "2"})
    assert image_key("r", {"a": "1", "b": "2"}) == image_key("r", {"b": "2", "a": "1"})


def test_the_overlay_tells_nothing_about_the_checkout(recipe: Recipe) -> None:
    for path in recipe.folder.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    with tarfile.open(fileobj=io.BytesIO(recipe.overlay())) as archive:
        found = {entry.name: entry for entry in archive}
    assert {(e.uid, e.gid, e.mtime) for e in found.values()} == {(0, 0, EPOCH)}
    assert found["etc/systemd/system/postfix.service"].mode == 0o644
    assert found["etc/initramfs-tools/hooks/mailstead"].mode == 0o755


def test_every_package_is_named_once_and_says_why() -> None:
    names = Recipe(REAL, ()).packages
    assert len(names) == len(set(names))
    assert {"postfix", "dovecot-imapd", "rspamd", "qemu-guest-agent"} <= set(names)
    lines = [line for line in (REAL / "packages").read_text().splitlines() if line and line[0] != "#"]
    assert all("#" in line for line in lines)
