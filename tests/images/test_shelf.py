"""Finished images are found at once, never change, and are made by one builder at a time."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from images.builder import appliance
from images.builder.appliance import obtain
from images.builder.recipe import Recipe
from images.builder.refusals import BuildRefused
from images.builder.shelf import Shelf, described

Make = Callable[..., dict[str, Any]]


class Maker:
    """Stands in for mmdebstrap and QEMU: a second's work instead of minutes."""

    def __init__(self, version: str = "1") -> None:
        self.builds, self.version = 0, version

    def __call__(self, recipe: Recipe, work: Path, say: Callable[[str], None]) -> dict[str, Any]:
        self.builds += 1
        out = work / "image"
        for name in ("system.qcow2", "vmlinuz", "initrd.img", "shimx64.efi", "grubx64.efi"):
            (out / name).write_text(f"{name} {self.version}")
        return {"key": f"key{self.version}", "recipe": recipe.key, "files": described(out)}


@pytest.fixture(autouse=True)
def _may_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appliance, "refuse", lambda *, vhdx: None)
    monkeypatch.setattr("images.builder.refusals.free_bytes", lambda _: 1 << 40)


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    (tmp_path / "appliance").mkdir()
    (tmp_path / "appliance/packages").write_text("one # why\n")
    return Recipe(tmp_path / "appliance", ())


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "cache")


def write_vhdx(image: Path, work: Path) -> None:
    (work / "system.vhdx").write_text(f"whole disk of {image.name}")


def get(recipe: Recipe, shelf: Shelf, make: Make, *, vhdx: bool = False, force: bool = False) -> Path:
    return obtain(recipe, shelf, vhdx=vhdx, force=force, say=lambda _: None, make=make, add_vhdx=write_vhdx)


def test_a_second_call_builds_nothing(recipe: Recipe, shelf: Shelf) -> None:
    make = Maker()
    assert get(recipe, shelf, make) == get(recipe, shelf, make)
    assert make.builds == 1


def test_the_manifest_stands_in_the_folder(recipe: Recipe, shelf: Shelf) -> None:
    place = get(recipe, shelf, Maker())
    manifest = json.loads((place / "manifest.json").read_text())
    assert place.name == manifest["key"] == "key1"
    assert manifest["files"]["vmlinuz"]["bytes"] == len("vmlinuz 1")
    assert len(manifest["files"]["vmlinuz"]["sha256"]) == 64


def test_a_changed_recipe_builds_again(recipe: Recipe, shelf: Shelf) -> None:
    get(recipe, shelf, Maker())
    (recipe.folder / "packages").write_text("two # why\n")
    make = Maker("2")
    get(Recipe(recipe.folder, ()), shelf, make)
    assert make.builds == 1


def test_forcing_keeps_the_older_image_for_those_who_stand_on_it(recipe: Recipe, shelf: Shelf) -> None:
    old = get(recipe, shelf, Maker("1"))
    new = get(recipe, shelf, Maker("2"), force=True)
    assert old != new
    assert (old / "system.qcow2").read_text() == "system.qcow2 1"
    assert get(recipe, shelf, Maker("3")) == new


def test_forcing_without_news_changes_no_file(recipe: Recipe, shelf: Shelf) -> None:
    place = get(recipe, shelf, Maker())
    before = (place / "system.qcow2").stat().st_ino
    assert get(recipe, shelf, Maker(), force=True) == place
    assert (place / "system.qcow2").stat().st_ino == before


def test_a_vhdx_is_added_to_a_finished_image_without_another_build(recipe: Recipe, shelf: Shelf) -> None:
    make = Maker()
    place = get(recipe, shelf, make)
    before = (place / "system.qcow2").stat().st_ino
    assert get(recipe, shelf, make, vhdx=True) == place
    assert make.builds == 1
    assert (place / "system.qcow2").stat().st_ino == before
    assert "system.vhdx" in json.loads((place / "manifest.json").read_text())["files"]


def test_two_builders_make_one_image(recipe: Recipe, shelf: Shelf) -> None:
    make = Maker()
    threads = [threading.Thread(target=get, args=(recipe, shelf, make)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert make.builds == 1


def test_a_failed_build_leaves_nothing(recipe: Recipe, shelf: Shelf) -> None:
    def fail(*_: object) -> dict[str, Any]:
        raise BuildRefused("image-build-failed", "no", "look")

    with pytest.raises(BuildRefused):
        get(recipe, shelf, fail)
    assert [path.name for path in shelf.folder.iterdir()] == [".lock"]


def test_what_a_killed_build_left_is_cleared_by_the_next(recipe: Recipe, shelf: Shelf) -> None:
    left = shelf.folder / ".build-dead/root"
    left.mkdir(parents=True)
    get(recipe, shelf, Maker())
    assert not left.exists()


def test_a_half_written_image_is_not_found(recipe: Recipe, shelf: Shelf) -> None:
    place = get(recipe, shelf, Maker())
    (place / "vmlinuz").unlink()
    assert shelf.find(recipe.key) is None
