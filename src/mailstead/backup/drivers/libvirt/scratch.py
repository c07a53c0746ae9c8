"""Room for what a guest overwrites while its disks are read: made beforehand, and watched."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mailstead.backup.errors import ScratchFull

_TIMEOUT_S = 60
_LOOK_S = 1.0


def scratch_files(folder: Path, sizes: Mapping[str, int]) -> dict[str, Path]:
    """Make an empty file for each disk, in place of what a dead run left; libvirt would do it while the guest waits."""
    files = {name: folder / f".{name}.scratch" for name in sizes}
    for name, path in files.items():
        path.unlink(missing_ok=True)
        argv = ["qemu-img", "create", "-q", "-f", "qcow2", str(path), str(sizes[name])]
        subprocess.run(argv, check=True, capture_output=True, timeout=_TIMEOUT_S)
        path.chmod(0o600)
    return files


def remove(files: Iterable[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)


def refuse_full(folder: Path, floor: int) -> None:
    """Raise ScratchFull if less than *floor* bytes are free."""
    free = shutil.disk_usage(folder).free
    if free < floor:
        remedy = f"free room in {folder}: {floor >> 20} MiB must stay while disks are read"
        raise ScratchFull(f"{free >> 20} MiB are free in {folder}", field="folder", value=folder, remedy=remedy)


class Watch:
    """Looks at the room that is left; what the guest writes must not fail for a backup's sake."""

    def __init__(self, folder: Path, floor: int) -> None:
        self._folder, self._floor = folder, floor
        self.full: ScratchFull | None = None

    @contextmanager
    def over(self, give_up: Callable[[], None]) -> Iterator[None]:
        """Look every second during the block, and *give_up* once if it gets too little."""
        done = threading.Event()
        looking = threading.Thread(target=self._look, args=(done, give_up), name="scratch", daemon=True)
        looking.start()
        try:
            yield
        finally:
            done.set()
            looking.join()

    def _look(self, done: threading.Event, give_up: Callable[[], None]) -> None:
        while not done.wait(_LOOK_S):
            try:
                refuse_full(self._folder, self._floor)
            except ScratchFull as full:
                self.full = full
                give_up()
                return
