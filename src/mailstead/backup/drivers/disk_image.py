"""A disk written as an image file: by QEMU, sparse, read some pieces ahead.

Source: https://qemu.readthedocs.io/en/v7.2.0/tools/qemu-nbd.html.
"""

import errno
import os
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import nbd

from mailstead.backup.errors import NoPlaceLeft, PlaceUnfit
from mailstead.backup.model import Range, Source, Told
from mailstead.ground.clock import Deadline, SystemClock

PIECE = 4 << 20  # bytes read and written at once
READERS = 4
_TIMEOUT_S = 60
_START_S = 30
_END_S = 600


def write_image(path: Path, form: str, disk: Source, told: Told | None = None) -> None:
    """Write *disk* as a new image at *path*, which is made anew. Raises NoPlaceLeft, and what the disk raises."""
    ranges = [Range(part.offset, min(part.end, disk.blocks.size) - part.offset) for part in disk.ranges]
    total, done = sum(part.length for part in ranges), 0
    _refuse_full(path.parent, total)
    path.unlink(missing_ok=True)
    argv = ["qemu-img", "create", "-q", "-f", form, str(path), str(disk.blocks.size)]
    subprocess.run(argv, check=True, capture_output=True, timeout=_TIMEOUT_S)
    path.chmod(0o600)
    with _written(path, form) as handle, ThreadPoolExecutor(READERS, thread_name_prefix="restore") as pool:
        for part, content in _ahead(pool, disk, _pieces(ranges)):
            _write(handle, path, part.offset, content)
            done += part.length
            if told:
                told(done, total)
        _write(handle, path, None, b"")


def _refuse_full(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        text = f"{needed >> 20} MiB are to come to {folder}, {free >> 20} MiB are free there"
        raise NoPlaceLeft(text, field="folder", value=folder, remedy=f"free room in {folder}")


def _pieces(ranges: Iterable[Range]) -> Iterator[Range]:
    for part in ranges:
        yield from (Range(at, min(PIECE, part.end - at)) for at in range(part.offset, part.end, PIECE))


def _ahead(pool: ThreadPoolExecutor, disk: Source, pieces: Iterable[Range]) -> Iterator[tuple[Range, bytes]]:
    """Read pieces some ahead of the one that is written; yield them in order."""
    waiting: deque[tuple[Range, Future[bytes]]] = deque()
    try:
        for part in pieces:
            waiting.append((part, pool.submit(disk.blocks.read, part.offset, part.length)))
            if len(waiting) > 2 * READERS:
                first, content = waiting.popleft()
                yield first, content.result()
        while waiting:
            first, content = waiting.popleft()
            yield first, content.result()
    finally:
        for _, content in waiting:
            content.cancel()


def _write(handle: nbd.NBD, path: Path, offset: int | None, content: bytes) -> None:
    """Write, or (None) see that all is on the medium."""
    try:
        if offset is None:
            handle.flush()
        elif content.count(0) != len(content):
            handle.pwrite(content, offset)
    except nbd.Error as error:
        kind = NoPlaceLeft if error.errnum == errno.ENOSPC else PlaceUnfit
        remedy = f"see that there is room in {path.parent}, and that its medium is sound"
        raise kind(f"{path} cannot be written: {error}", field="folder", value=path.parent, remedy=remedy) from error


@contextmanager
def _written(path: Path, form: str) -> Iterator[nbd.NBD]:
    """Let QEMU write the image's form; it listens on a socket that only we can reach, and ends with its only client."""
    with tempfile.TemporaryDirectory(prefix="mailstead-disk-") as folder:
        socket = Path(folder) / "nbd"
        argv = ["qemu-nbd", "--format", form, "--cache=writeback", f"--socket={socket}", str(path)]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                handle = _connected(socket, server)
                yield handle
                handle.shutdown()
                server.wait(_END_S)
            finally:
                server.kill()  # nothing where it has ended; asked politely while it starts it would go on for ever


def _connected(socket: Path, server: subprocess.Popen[bytes]) -> nbd.NBD:
    """Connect as soon as the server listens."""
    deadline = Deadline(SystemClock(), _START_S, interval_s=0.005)
    while True:
        handle = nbd.NBD()
        try:
            handle.connect_unix(os.fspath(socket))
        except nbd.Error as error:
            if server.poll() is not None or not deadline.wait():
                raise PlaceUnfit(f"QEMU does not open the new disk: {error}", field="disk") from error
        else:
            return handle
