"""What an image is made of, and the key that names the result."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FORMAT = 1  # of the output folder and its manifest: docs/formats/image.md
SUITE = "bookworm"
EPOCH = 1_750_000_000  # no file in an image is younger (SOURCE_DATE_EPOCH)


@dataclass(frozen=True)
class Recipe:
    """The folder with packages, tree/ and customize; *code* are the files that turn it into an image."""

    folder: Path
    code: tuple[Path, ...]

    @property
    def packages(self) -> list[str]:
        lines = (self.folder / "packages").read_text().splitlines()
        return [name for line in lines if (name := line.partition("#")[0].strip())]

    @property
    def customize(self) -> Path:
        return self.folder / "customize"

    @cached_property
    def key(self) -> str:
        """Name everything that decides about the image, except which versions Debian offers today."""
        digest = hashlib.sha256(f"{FORMAT} {SUITE} {EPOCH}".encode())
        for path in sorted(_files(self.folder)):
            _add(digest, str(path.relative_to(self.folder)), path)
        for path in sorted(self.code):
            _add(digest, path.name, path)
        return digest.hexdigest()[:16]

    def overlay(self) -> bytes:
        """Return tree/ as an archive in which nothing tells who checked it out, when, or under which umask."""
        buffer, root = io.BytesIO(), self.folder / "tree"
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for path in sorted(_files(root)):
                entry = tarfile.TarInfo(str(path.relative_to(root)))
                entry.mode, entry.mtime, entry.size = _mode(path), EPOCH, path.stat().st_size
                archive.addfile(entry, io.BytesIO(path.read_bytes()))
        return buffer.getvalue()


def image_key(recipe_key: str, packages: dict[str, str]) -> str:
    """Name an image: its recipe and the versions it was made from."""
    text = json.dumps([recipe_key, sorted(packages.items())])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


def _add(digest: "hashlib._Hash", name: str, path: Path) -> None:
    content = path.read_bytes()
    digest.update(f"\n{name} {_mode(path):o} {len(content)}\n".encode() + content)
