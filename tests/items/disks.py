"""Disks for the tests, made by the tools of Debian: mke2fs, debugfs, mkntfs; and disks that fail."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from mailstead.ground.errors import Unreachable
from mailstead.items.errors import DamagedDisk
from mailstead.items.model import Damage, Kind
from mailstead.items.port import FileSystem

MAIL = (
    b"From: Bert <bert@globex.example>\r\nTo: anna@acme.example\r\nSubject: Offer %d\r\nMessage-ID: <%d@x>\r\n\r\n"
    b"Body %d\r\n"
)


def mail(number: int) -> bytes:
    return MAIL.replace(b"%d", str(number).encode())


def ran(*command: str | Path, text: str = "") -> str:
    """Run a tool; its answer."""
    argv = [str(part) for part in command]
    return subprocess.run(argv, check=True, capture_output=True, text=True, input=text, timeout=60).stdout


def laid(folder: Path, content: Mapping[str, bytes]) -> Path:
    """Lay files below *folder*."""
    for name, held in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held)
    return folder


def ext4_image(image: Path, tree: Path, *options: str, mib: int = 16) -> Path:
    """Make a file system with what lies below *tree*."""
    with image.open("wb") as file:
        file.truncate(mib << 20)
    kind = () if "-t" in options else ("-t", "ext4")
    ran("mke2fs", "-q", *kind, *options, "-d", tree, image)
    return image


def all_files(files: FileSystem, damage: list[Damage]) -> dict[str, bytes]:
    """Read every file of a file system, by its path; what cannot be read is added to *damage*."""
    found: dict[str, bytes] = {}

    def walk(node: int, path: str) -> None:
        for entry in files.entries(node, damage):
            name = f"{path}{entry.name.decode(errors='surrogateescape')}"
            try:
                if entry.kind is Kind.FOLDER and name != "lost+found":
                    walk(entry.node, f"{name}/")
                elif entry.kind is Kind.FILE:
                    found[name] = files.read(entry.node, 0, files.details(entry.node).size)
            except DamagedDisk as error:
                damage.append(Damage(name, str(error)))

    walk(files.root, "")
    return found


class ImageBlocks:
    """A file as a disk; counts what is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        self.fetched = 0

    def read(self, offset: int, length: int) -> bytes:
        with self._path.open("rb", buffering=0) as file:
            file.seek(offset)
            content = file.read(length)
        self.fetched += len(content)
        return content


class FailingBlocks:
    """A disk of which some places cannot be read."""

    def __init__(self, content: bytes, bad: Iterable[int], error: Exception | None = None) -> None:
        self._content = content
        self._bad = tuple(bad)
        self._error = error or DamagedDisk("a chunk of the backup is damaged")
        self.size = len(content)

    def read(self, offset: int, length: int) -> bytes:
        if any(offset <= place < offset + length for place in self._bad):
            raise self._error
        return self._content[offset : offset + length]


GONE = Unreachable("the store does not answer")
