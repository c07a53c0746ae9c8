"""What goes into a guest and what comes out of it."""

import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from mailstead.ground.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Output:
    """What a program left behind; `status` is 128 + the signal's number when one ended it."""

    status: int
    stdout: bytes = b""
    stderr: bytes = b""


@dataclass(frozen=True, slots=True)
class GuestFile:
    """A file as it lies in a guest; `owner` is "user" or "user:group", by the guest's names."""

    content: bytes
    mode: int = 0o644
    owner: str = "root:root"

    @property
    def user(self) -> str:
        return self.owner.partition(":")[0]

    @property
    def group(self) -> str:
        return self.owner.partition(":")[2] or self.user


def absolute(path: str) -> str:
    """Return *path* if it is absolute and without dots; raise InvalidInput otherwise."""
    if path.startswith("/") and not path.endswith("/") and ".." not in PurePosixPath(path).parts:
        return path
    raise InvalidInput(
        f"{path!r} cannot name a file in a guest",
        field="path",
        value=path,
        remedy="give the whole path, beginning with / and without ..",
    )


def pack(files: Mapping[str, GuestFile]) -> bytes:
    """Return a tar archive (POSIX.1-2001) of *files* by absolute path: the same files, the same bytes.

    Folders are not in it: `unpack` makes those that are missing and leaves the others as they are.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, file in sorted(files.items()):
            archive.addfile(_header(absolute(path), file), io.BytesIO(file.content))
    return buffer.getvalue()


def _header(path: str, file: GuestFile) -> tarfile.TarInfo:
    header = tarfile.TarInfo(path.lstrip("/"))
    header.size, header.mode = len(file.content), file.mode
    header.uname, header.gname = file.user, file.group
    return header


def unpacked(tar: bytes) -> Iterator[tuple[str, GuestFile]]:
    """Yield path and file of every regular file in an archive; raise InvalidInput when it is none."""
    try:
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            for header in archive:
                content = archive.extractfile(header) if header.isreg() else None
                if content is not None:
                    owner = f"{header.uname or 'root'}:{header.gname or 'root'}"
                    yield f"/{header.name.lstrip('./')}", GuestFile(content.read(), header.mode, owner)
    except tarfile.TarError as error:
        raise InvalidInput(f"this is no tar archive: {error}", field="tar", remedy="make it with pack()") from error
