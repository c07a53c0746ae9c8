"""A disk as it would be after the journal was played back, without anything being written."""

from collections.abc import Callable
from dataclasses import dataclass

from mailstead.ground.blocks import Blocks

from .journal import JournalHead, Logged


@dataclass(frozen=True, slots=True)
class Replayed:
    """*below*, with the blocks that the journal holds newer in their place."""

    below: Blocks
    head: JournalHead
    newest: dict[int, Logged]
    journal: Callable[[int], bytes]

    @property
    def size(self) -> int:
        return self.below.size

    def read(self, offset: int, length: int) -> bytes:
        size = self.head.block_size
        end = min(offset + length, self.size)
        touched = [block for block in range(offset // size, -(-end // size)) if block in self.newest]
        if not touched:
            return self.below.read(offset, length)
        content = bytearray(self.below.read(offset, length))
        for block in touched:
            fresh = self.head.content(self.newest[block], self.journal(self.newest[block].block))
            first, last = max(offset, block * size), min(end, (block + 1) * size)
            content[first - offset : last - offset] = fresh[first - block * size : last - block * size]
        return bytes(content)
