"""The way from a recipe to a finished image."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import refusals
from .disks import CMDLINE, SYSTEM_MIB, make_qcow2, take_kernel, take_loader
from .recipe import EPOCH, FORMAT, SUITE, Recipe, image_key
from .shelf import VHDX, Shelf, described
from .tree import make_tree, package_versions, tree_hash
from .whole_disk import WHOLE_MIB, make_vhdx

Say = Callable[[str], None]
Make = Callable[[Recipe, Path, Say], dict[str, Any]]
AddVhdx = Callable[[Path, Path], None]


def obtain(
    recipe: Recipe,
    shelf: Shelf,
    *,
    vhdx: bool,
    force: bool,
    say: Say,
    make: Make | None = None,
    add_vhdx: AddVhdx | None = None,
) -> Path:
    """Return the folder of the image of *recipe*, building what of it is not there (all of it, if *force*)."""
    found = None if force else shelf.find(recipe.key, vhdx=vhdx)
    if found:
        return found
    refuse(vhdx=vhdx)
    with shelf.locked():
        found = None if force else shelf.find(recipe.key)  # perhaps made while we waited for the lock
        place = found or _build(recipe, shelf, say, make or make_image)
        if vhdx and not shelf.find(recipe.key, vhdx=True):
            say("writing system.vhdx")
            with shelf.workshop() as work:
                (add_vhdx or make_vhdx)(place, work)
                shelf.add(place, work / VHDX)
        return place


def refuse(*, vhdx: bool) -> None:
    """Refuse a build that cannot succeed on this host."""
    refusals.refuse_unless_root()
    programs = refusals.PROGRAMS | (refusals.VHDX_PROGRAMS if vhdx else {})
    refusals.refuse_if_missing(programs.items())


def _build(recipe: Recipe, shelf: Shelf, say: Say, make: Make) -> Path:
    with shelf.workshop() as work:
        refusals.refuse_without_room(work)
        out = work / "image"
        out.mkdir()
        return shelf.put(out, make(recipe, work, say))


def make_image(recipe: Recipe, work: Path, say: Say) -> dict[str, Any]:
    """Build into work/image; return the manifest."""
    out = work / "image"
    say(f"installing {len(recipe.packages)} Debian packages and what they need (one to three minutes)")
    root = make_tree(recipe, work)
    tree = tree_hash(root)
    packages = package_versions(root) | take_loader(root, out)
    take_kernel(root, out)
    say("writing system.qcow2")
    make_qcow2(root, out)
    return {
        "format": FORMAT,
        "key": image_key(recipe.key, packages),
        "recipe": recipe.key,
        "suite": SUITE,
        "epoch": EPOCH,
        "system_mib": SYSTEM_MIB,
        "whole_mib": WHOLE_MIB,
        "cmdline": CMDLINE,
        "tree_sha256": tree,
        "packages": packages,
        "files": described(out),
    }
