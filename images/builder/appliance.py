"""The way from a recipe to a finished image."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import disks, refusals
from .recipe import EPOCH, FORMAT, SUITE, Recipe, image_key
from .shelf import Shelf, described
from .tree import make_tree, package_versions, tree_hash

Say = Callable[[str], None]
Make = Callable[[Recipe, Path, bool, Say], dict[str, Any]]


def obtain(recipe: Recipe, shelf: Shelf, *, vhdx: bool, force: bool, say: Say, make: Make | None = None) -> Path:
    """Return the folder of the image of *recipe*, building it if it is not there (or *force*)."""
    found = None if force else shelf.find(recipe.key, vhdx=vhdx)
    if found:
        return found
    refuse(vhdx=vhdx)
    with shelf.locked():
        return _build(recipe, shelf, vhdx=vhdx, force=force, say=say, make=make or make_image)


def refuse(*, vhdx: bool) -> None:
    """Refuse a build that cannot succeed on this host."""
    refusals.refuse_unless_root()
    programs = refusals.PROGRAMS | (refusals.VHDX_PROGRAMS if vhdx else {})
    refusals.refuse_if_missing(programs.items())


def _build(recipe: Recipe, shelf: Shelf, *, vhdx: bool, force: bool, say: Say, make: Make) -> Path:
    found = None if force else shelf.find(recipe.key, vhdx=vhdx)  # made while we waited for the lock
    if found:
        return found
    with shelf.workshop() as work:
        refusals.refuse_without_room(work)
        out = work / "image"
        out.mkdir()
        return shelf.put(out, make(recipe, work, vhdx, say))


def make_image(recipe: Recipe, work: Path, vhdx: bool, say: Say) -> dict[str, Any]:  # noqa: FBT001  # a step of ours
    """Build into work/image; return the manifest."""
    out = work / "image"
    say(f"installing {len(recipe.packages)} Debian packages and what they need (one to three minutes)")
    root = make_tree(recipe, work)
    packages = package_versions(root)
    tree = tree_hash(root)
    disks.take_kernel(root, out)
    say("writing system.qcow2")
    disks.make_qcow2(root, out)
    if vhdx:
        say("writing system.vhdx")
        disks.make_vhdx(root, out)
    return {
        "format": FORMAT,
        "key": image_key(recipe.key, packages),
        "recipe": recipe.key,
        "suite": SUITE,
        "epoch": EPOCH,
        "system_mib": disks.SYSTEM_MIB,
        "cmdline": disks.CMDLINE,
        "tree_sha256": tree,
        "packages": packages,
        "files": described(out),
    }
