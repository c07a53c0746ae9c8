"""A disk of a snapshot as `Blocks`: random reads for single files and mails, long ones for a whole restore."""

from collections import OrderedDict
from collections.abc import Iterator
from threading import RLock

from mailstead.backup.errors import Damaged
from mailstead.backup.model import CHUNK, ZERO, Disk, Range, Snapshot

from .shelf import Shelf
from .tree import FANOUT, Tree, children, nodes

_REMEMBERED = 128  # chunks: 8 MiB
_ZEROS = bytes(CHUNK)


class SnapshotDisk:
    """One disk of one snapshot, read through a small cache. Threads may share it."""

    def __init__(self, snapshot: Snapshot, disk: Disk, shelf: Shelf) -> None:
        self._snapshot, self._disk, self._shelf = snapshot, disk, shelf
        self._tree = Tree(disk.root, disk.size, shelf.node)
        self._seen: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = RLock()

    @property
    def size(self) -> int:
        return self._disk.size

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes as `Blocks` says. Raises Damaged, naming tenant, snapshot, disk and place."""
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        first, last = offset // CHUNK, (end - 1) // CHUNK
        with self._lock:
            ids = [self._id_at(slot) for slot in range(first, last + 1)]
        ahead = self._fetched_ahead(ids)  # outside: several threads wait for the target at once
        with self._lock:
            for found, content in ahead.items():
                self._remember(found, content)
            chunks = [ahead.get(found) or self._chunk(slot, found) for slot, found in enumerate(ids, first)]
        skip = offset - first * CHUNK
        return b"".join(chunks)[skip : skip + end - offset]

    def extents(self) -> Iterator[Range]:
        """Yield where the disk holds anything but zeros, in order, by chunks. Raises Damaged."""
        begin = end = 0
        for link in nodes(self._tree, lambda _: False):
            if link.level == 1:
                for child in children(link, self._tree.node(link.id)):
                    if child.offset != end and end > begin:
                        yield Range(begin, end - begin)
                    begin = begin if child.offset == end and end > begin else child.offset
                    end = min(child.offset + CHUNK, self.size)
        if end > begin:
            yield Range(begin, end - begin)

    def _id_at(self, slot: int) -> bytes:
        try:
            return self._tree.id_at(slot)
        except Damaged as error:
            first = slot // FANOUT * FANOUT
            raise self._named(first, FANOUT * CHUNK, error) from error

    def _fetched_ahead(self, ids: list[bytes]) -> dict[bytes, bytes]:
        with self._lock:
            wanted = [found for found in ids if found != ZERO and found not in self._seen]
        return self._shelf.chunks(wanted) if len(wanted) > 1 else {}

    def _chunk(self, slot: int, wanted: bytes) -> bytes:
        if wanted == ZERO:
            return _ZEROS
        if wanted not in self._seen:
            try:
                self._remember(wanted, self._shelf.chunk(wanted))
            except Damaged as error:
                raise self._named(slot, CHUNK, error) from error
        self._seen.move_to_end(wanted)
        return self._seen[wanted]

    def _remember(self, blob: bytes, content: bytes) -> None:
        self._seen[blob] = content
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    def _named(self, slot: int, length: int, error: Damaged) -> Damaged:
        place = f"{self._snapshot}, disk {self._disk.name}: {length} bytes from {slot * CHUNK} on cannot be read"
        remedy = "take them from another snapshot, or from a second copy of the store"
        return Damaged(f"{place} ({error.message})", field="offset", value=slot * CHUNK, remedy=remedy)
