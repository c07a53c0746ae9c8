"""A small file system of its own for the folder of machines: it can be filled without harm to anything else."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE_MIB = 3072  # sparse: takes what is written to it
PIECE = 1 << 20


class Pool:
    """An ext4 in *image*, mounted at *folder* (root)."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image = image
        self.folder = folder
        self._filler = folder / "filler"
        self._mark = folder.parent / "of-the-tests"

    @property
    def left(self) -> bool:
        """Say whether the platform found here is that of an earlier run of these tests, which was killed."""
        return self._mark.exists()

    def mount(self) -> None:
        with self.image.open("wb") as file:
            file.truncate(SIZE_MIB << 20)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1", str(self.image)], check=True)
        self.folder.mkdir(parents=True)
        self._mark.touch()
        subprocess.run(["mount", "-o", "loop", str(self.image), str(self.folder)], check=True)

    def unmount(self) -> None:
        """Take the file system away with its empty folders; one that is not mounted is no error."""
        if self.folder.is_mount():
            subprocess.run(["umount", str(self.folder)], check=True)
            self.folder.rmdir()
            self.folder.parent.rmdir()
        self.image.unlink(missing_ok=True)

    @contextmanager
    def full(self, *, leave_mib: int = 0) -> Iterator[None]:
        """Leave only so much room inside."""
        self._fill(os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize - (leave_mib << 20))
        try:
            yield
        finally:
            self._filler.unlink()
            os.sync()  # ext4 gives freed blocks away only after its journal's next commit

    def _fill(self, size: int) -> None:
        with self._filler.open("wb") as file:
            try:
                for start in range(0, size, PIECE):
                    os.posix_fallocate(file.fileno(), start, min(PIECE, size - start))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
