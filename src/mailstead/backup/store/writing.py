"""A disk's changes brought into the store: read in order, hashed and compressed on all processors, packed in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from mailstead.backup.errors import DiskShrank
from mailstead.backup.model import CHUNK, ZERO, Disk, Range, Source, Told

from .grid import pieces, spans
from .keeper import Keeper
from .packs import compressed
from .tree import Load, Tree, Update, updated

PIECE = 1 << 20  # bytes read at once
_AHEAD = 6  # pieces in the works
_ZEROS = bytes(CHUNK)

ChunkId = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Made:
    """A chunk with its id; *packed* only where the store lacks it."""

    slot: int
    id: bytes
    packed: bytes | None


class Writer:
    """Writes disks through one keeper. Close it when done."""

    def __init__(self, keeper: Keeper, chunk_id: ChunkId, load: Load, workers: int) -> None:
        self._keeper, self._chunk_id, self._load = keeper, chunk_id, load
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="backup")
        self.read = 0

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def write(self, source: Source, base: Disk | None, told: Told) -> Disk:
        """Keep *source*, taking from *base* whatever lies outside its ranges, unless it is whole. Raises DiskShrank."""
        size = source.blocks.size
        base = None if source.whole else base
        if base and base.size > size:
            remedy = "take a full backup of the disk"
            raise DiskShrank(f"disk {source.name} has shrunk", field="disk", value=source.name, remedy=remedy)
        tree = Tree(base.root, base.size, self._load) if base else Tree(ZERO, size, self._load)
        root = updated(tree, size, self._updates(source, told), self._keeper.keep_node)
        return Disk(source.name, size, root, source.point)

    def _updates(self, source: Source, told: Told) -> Iterator[Update]:
        wanted = spans(source.ranges, source.blocks.size)
        total, done = sum(part.length for part in wanted), 0
        jobs = (partial(self._made, part, self._content(source, part)) for part in pieces(wanted, PIECE))
        for made in _in_order(self._pool, jobs):
            for one in made:
                if one.packed is not None:
                    self._keeper.keep_chunk(one.id, one.packed)
                yield one.slot, one.id
            done = min(total, done + len(made) * CHUNK)
            told(done, total)

    def _content(self, source: Source, part: Range) -> bytes:
        content = source.blocks.read(part.offset, part.length)
        self.read += len(content)
        return content

    def _made(self, part: Range, content: bytes) -> list[_Made]:
        """Hash chunks, and compress those that the store lacks. For any thread."""
        first = part.offset // CHUNK
        chunks = [_padded(content[at : at + CHUNK]) for at in range(0, part.length, CHUNK)]
        ids = [ZERO if chunk == _ZEROS else self._chunk_id(chunk) for chunk in chunks]
        missing = self._keeper.missing(set(ids) - {ZERO})
        packed = {name: compressed(chunk) for name, chunk in zip(ids, chunks, strict=True) if name in missing}
        return [_Made(first + at, name, packed.get(name)) for at, name in enumerate(ids)]


def _padded(chunk: bytes) -> bytes:
    return chunk if len(chunk) == CHUNK else chunk.ljust(CHUNK, b"\0")


def _in_order(pool: ThreadPoolExecutor, jobs: Iterable[Callable[[], list[_Made]]]) -> Iterator[list[_Made]]:
    """Run jobs a few ahead; yield what they return in their order."""
    ahead: deque[Future[list[_Made]]] = deque()
    for job in jobs:
        ahead.append(pool.submit(job))
        if len(ahead) >= _AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()
