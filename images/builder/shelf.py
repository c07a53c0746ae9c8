"""The cache: finished images by key, and a link from each recipe to its newest image."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VHDX = "system.vhdx"
_FILES = ("system.qcow2", "vmlinuz", "initrd.img", "shimx64.efi", "grubx64.efi")


class Shelf:
    """The folder of finished images. A finished one never changes: overlays of running machines stand on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._links = folder / "by-recipe"

    def find(self, recipe_key: str, *, vhdx: bool = False) -> Path | None:
        """Return the newest image of a recipe, or None; look at nothing but names."""
        link = self._links / recipe_key
        wanted = ["manifest.json", *_FILES, *[VHDX] * vhdx]
        if all((link / name).is_file() for name in wanted):
            return link.resolve()
        return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One builder at a time: a second one waits here and then finds the image."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """Give a folder on the same disk; what a killed build left in such folders goes first."""
        for left in self.folder.glob(".build-*"):
            _clear(left)
        work = Path(tempfile.mkdtemp(prefix=".build-", dir=self.folder))
        work.chmod(0o755)
        try:
            yield work
        finally:
            _clear(work)

    def put(self, made: Path, manifest: dict[str, Any]) -> Path:
        """Move a finished image to its place by renaming; an equal one that is there already stays."""
        place = self.folder / str(manifest["key"])
        if not (place / "manifest.json").exists():
            shutil.rmtree(place, ignore_errors=True)
            (made / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
            made.rename(place)
        self._link(manifest["recipe"], place)
        return place

    def add(self, place: Path, extra: Path) -> None:
        """Move one more file into a finished image, and name it in the manifest."""
        manifest = json.loads((place / "manifest.json").read_text())
        manifest["files"][extra.name] = _file(extra)
        extra.rename(place / extra.name)
        beside = place / ".manifest.json"
        beside.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
        beside.replace(place / "manifest.json")

    def _link(self, recipe_key: str, place: Path) -> None:
        self._links.mkdir(exist_ok=True)
        beside = self._links / f".{recipe_key}.{os.getpid()}"
        beside.symlink_to(Path("..") / place.name)
        beside.replace(self._links / recipe_key)


def described(made: Path) -> dict[str, dict[str, Any]]:
    """Return size and SHA-256 of each file of an image."""
    return {name: _file(made / name) for name in _FILES if (made / name).exists()}


def _file(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _clear(folder: Path) -> None:
    """Remove a build folder, unless something is still mounted below it: that may be the host's /dev."""
    if f" {folder.resolve()}/" not in Path("/proc/self/mountinfo").read_text():
        shutil.rmtree(folder, ignore_errors=True)
