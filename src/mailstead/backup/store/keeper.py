"""Blobs on their way into the store: each once, many to a pack."""

from mailstead.backup.port import Target

from .claiming import claim
from .index import Index
from .keys import TenantKeys
from .names import Names
from .packs import Holds, Packer, compressed


class Keeper:
    """Fills packs, one of chunks and one of nodes at a time. What it has kept counts only after `flush`."""

    def __init__(self, target: Target, names: Names, keys: TenantKeys, index: Index) -> None:
        self._target, self._names, self._keys, self._index = target, names, keys, index
        self._open: dict[Holds, Packer] = {}
        self._waiting: set[bytes] = set()
        self.added, self.objects = 0, 0

    def missing(self, ids: set[bytes]) -> set[bytes]:
        """Return those of *ids* that are neither in the store, to be relied on, nor on their way. For any thread."""
        return ids - self._waiting - self._index.reliable(ids)

    def keep_chunk(self, chunk: bytes, packed: bytes) -> None:
        """Keep the compressed content of a chunk's id."""
        if chunk not in self._waiting:
            self.put(Holds.CHUNKS, chunk, packed)

    def keep_node(self, node: bytes) -> bytes:
        """Keep a node unless it is kept already; return its id."""
        blob = self._keys.node_id(node)
        if self.missing({blob}):
            self.put(Holds.NODES, blob, compressed(node))
        return blob

    def put(self, holds: Holds, blob: bytes, packed: bytes) -> None:
        """Keep a blob, whether it is kept elsewhere or not."""
        if holds not in self._open:
            self._open[holds] = Packer(self._keys, holds)
        pack = self._open[holds]
        pack.add(blob, packed)
        self._waiting.add(blob)
        if pack.full:
            self._close(holds)

    def flush(self) -> None:
        """Bring everything into the store."""
        for holds in list(self._open):
            self._close(holds)

    def _close(self, holds: Holds) -> None:
        pack = self._open.pop(holds).closed()
        claim(self._target, self._names.pack(pack.name), pack.content)
        self._index.add(pack.name, pack.holds, len(pack.content), pack.entries)
        self._waiting.difference_update(entry.id for entry in pack.entries)
        self.added += len(pack.content)
        self.objects += 1
