"""Guest images on this machine: built by `images/build`, found again by their content."""

import json
import subprocess
from pathlib import Path, PurePath
from typing import Any

import mailstead
from mailstead.ground.errors import InvalidInput, NotFound, Rejected
from mailstead.hypervisors.model import DirectBoot
from mailstead.lifecycle.world import GuestImage
from mailstead.storage.model import Format

_BUILDER = Path(mailstead.__file__).parents[2] / "images" / "build"
_MANIFEST = "manifest.json"
CURRENT = "current"  # a link to the image for new machines


class MissingImage(NotFound):
    """No image has been built yet, or the one below a disk is gone."""

    code = "missing-image"


class Images:
    """The images in *cache*."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    def image(self, base: PurePath | None) -> GuestImage:
        """Return the image whose system disk is *base*, or (None) the one for new machines."""
        folder = Path(base).parent if base else (self._cache / CURRENT).resolve()
        return read_image(folder)

    def manifest(self, name: str | None) -> dict[str, Any]:
        """Return the manifest of an image by its id, or (None) of the one for new machines; raise MissingImage."""
        folder = (self._cache / (name or CURRENT)).resolve()
        try:
            manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text())
        except (FileNotFoundError, ValueError) as error:
            remedy = "build it: mailstead image build --vhdx"
            raise MissingImage(f"there is no image in {folder}", field="image", value=folder, remedy=remedy) from error
        return {**manifest, "folder": str(folder)}

    def build(self, *, vhdx: bool = False, force: bool = False) -> dict[str, Any]:
        """Build the image, or find it in the cache, and make it the current one; return its manifest."""
        words = [str(_BUILDER), "--cache", str(self._cache), "--json", *["--vhdx"] * vhdx, *["--force"] * force]
        # Progress goes to standard error, where the person who waits can see it.
        done = subprocess.run(words, check=False, stdout=subprocess.PIPE)
        if done.returncode:
            raise Rejected("the image could not be built", remedy="see the message above, then run it again")
        manifest: dict[str, Any] = json.loads(done.stdout)
        self._point_to(Path(manifest["folder"]))
        return manifest

    def list(self) -> list[dict[str, Any]]:
        """Return the manifests of all images, each with its folder."""
        found = sorted(self._cache.glob(f"*/{_MANIFEST}"))
        current = (self._cache / CURRENT).resolve()
        return [
            {**json.loads(path.read_text()), "folder": str(path.parent), "current": path.parent == current}
            for path in found
            if not path.parent.is_symlink()
        ]

    def _point_to(self, folder: Path) -> None:
        link = self._cache / f".{CURRENT}.new"
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
        link.replace(self._cache / CURRENT)


def read_image(folder: Path) -> GuestImage:
    """Read an image's manifest; raise MissingImage or InvalidInput."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text())
        boot = DirectBoot(folder / "vmlinuz", folder / "initrd.img", manifest["cmdline"])
        return GuestImage(folder / "system.qcow2", Format.QCOW2, int(manifest["system_mib"]), boot)
    except FileNotFoundError as error:
        remedy = "build it: mailstead image build"
        raise MissingImage(f"there is no image in {folder}", field="image", value=folder, remedy=remedy) from error
    except (ValueError, KeyError) as error:
        remedy = "build it again: mailstead image build --force"
        raise InvalidInput(f"{folder}/{_MANIFEST} is damaged", field="image", value=folder, remedy=remedy) from error
