"""A target in a folder: each object a file, on the disk for good before anybody is told so."""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG

from mailstead.backup.errors import NoSuchObject, ObjectExists, TargetDenied, TargetFull, TargetUnreachable
from mailstead.backup.port import Object
from mailstead.ground.files import sync_folder

INCOMING = ".incoming"  # files on the way; whoever writes one holds its lock
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTSUP}


class FolderTarget:
    """Keeps objects below *root*, which must exist: a disk that is not mounted is no empty store."""

    def __init__(self, root: Path) -> None:
        self._root = root
        with self._told(root.name):
            if root.is_dir():
                self._sweep()

    def create(self, name: str, content: bytes) -> None:
        path = self._root / name
        with self._told(name):
            self._folder(path.parent)
            with self._draft(content) as draft:
                os.link(draft, path)  # unlike rename, this does not replace
            sync_folder(path.parent)

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        with self._told(name), (self._root / name).open("rb") as file:
            file.seek(offset)
            return file.read(-1 if length is None else length)

    def list(self, prefix: str) -> Iterator[Object]:
        with self._told(prefix):
            self._refuse_absent()
            objects = [found for path in (self._root / prefix).rglob("*") if (found := self._object(path))]
        yield from sorted(objects, key=lambda entry: entry.name)

    def delete(self, name: str) -> None:
        path = self._root / name
        with self._told(name):
            self._refuse_absent()
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_folder(path.parent)

    def _object(self, path: Path) -> Object | None:
        try:
            found = path.stat()
        except FileNotFoundError:  # deleted while we listed
            return None
        return Object(path.relative_to(self._root).as_posix(), found.st_size) if S_ISREG(found.st_mode) else None

    @contextmanager
    def _draft(self, content: bytes) -> Iterator[Path]:
        """Give a file that holds *content* for good, under a name that nobody looks at."""
        path = self._root / INCOMING / secrets.token_hex(16)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                yield path
        finally:
            path.unlink(missing_ok=True)

    def _folder(self, folder: Path) -> None:
        """Make *folder* and those above it, up to the root and not beyond."""
        self._refuse_absent()
        for part in (self._root / INCOMING, *reversed(folder.parents), folder):
            if part.is_relative_to(self._root) and not part.is_dir():
                part.mkdir(mode=0o700, exist_ok=True)
                sync_folder(part.parent)

    def _sweep(self) -> None:
        """Remove what writers left behind that died: their locks are free. An empty one may not have its lock yet."""
        for path in (self._root / INCOMING).glob("*"):
            try:
                with path.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if os.fstat(file.fileno()).st_size:
                        path.unlink(missing_ok=True)
            except (BlockingIOError, FileNotFoundError):
                continue

    def _refuse_absent(self) -> None:
        if not self._root.is_dir():
            raise TargetUnreachable(
                f"{self._root} is not there", field="target", value=self._root, remedy="mount or make the folder"
            )

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Turn what the system says into our errors."""
        try:
            yield
        except FileExistsError:
            raise ObjectExists(f"{name} is there already", field="object", value=name) from None
        except FileNotFoundError:
            self._refuse_absent()
            raise NoSuchObject(f"there is no {name}", field="object", value=name) from None
        except OSError as error:
            raise self._named(name, error) from error

    def _named(self, name: str, error: OSError) -> TargetFull | TargetDenied | TargetUnreachable:
        said = f"{self._root / name}: {error.strerror}"
        if error.errno in _FULL:
            return TargetFull(said, field="target", value=self._root, remedy="make room there, or prune")
        if error.errno in _DENIED:
            return TargetDenied(said, field="target", value=self._root, remedy="let the user of mailstead write there")
        return TargetUnreachable(said, field="target", value=self._root, remedy="look after the disk or the mount")
