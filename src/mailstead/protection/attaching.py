"""A backup's disks, to be read on this machine as if they were drives: nothing is copied, nothing can be written."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

from mailstead.backup.errors import PlaceUnfit
from mailstead.backup.nbd_server import Export, listen, serve
from mailstead.backup.nbd_words import Held

from .restoring import reading
from .verbs import Protection


@contextmanager
def attached(protection: Protection, name: str, socket: Path, number: int | None = None) -> Iterator[tuple[str, ...]]:
    """Serve each disk of a snapshot, or the newest, as an export of NBD at *socket* while the block lasts.

    Yields the names of the disks. Whoever may open the socket reads all of them: it is its owner's alone. The
    snapshot stays meanwhile. Raises PlaceUnfit where a file is there, NoSuchSnapshot, NoBackup.
    """
    snapshot = protection.chosen(name, number)
    if socket.exists():
        raise PlaceUnfit(f"{socket} is there", field="socket", value=socket, remedy="choose another name, or remove it")
    run = f"attach-{protection.ground.world.new_id()}"
    with reading(protection.ground, name, snapshot.number, run) as found:
        disks = {disk.name: found.disk(disk.name) for disk in found.snapshot.disks}
        exports = {each: Export(disk, Held(disk.extents())) for each, disk in disks.items()}
        with closing(listen(socket)) as listening:
            Thread(target=serve, args=(listening, exports), name="attach", daemon=True).start()
            try:
                yield tuple(exports)
            finally:
                socket.unlink(missing_ok=True)
