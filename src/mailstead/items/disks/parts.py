"""Parts of a disk, each readable like a disk, and a cache for what is far away."""

from collections import OrderedDict

from mailstead.ground.blocks import Blocks
from mailstead.items.model import Extent

PAGE = 64 * 1024  # the grid of the backup store


class Part:
    """Runs of bytes of a disk, one behind the other, as a disk of their own."""

    def __init__(self, below: Blocks, extents: tuple[Extent, ...]) -> None:
        self._below = below
        self._extents = extents
        self.size = sum(extent.length for extent in extents)

    def read(self, offset: int, length: int) -> bytes:
        pieces, start = [], 0
        for extent in self._extents:
            first, last = max(offset, start), min(offset + length, start + extent.length)
            if first < last:
                pieces.append(self._below.read(extent.offset + first - start, last - first))
            start += extent.length
        return b"".join(pieces)


class Cached:
    """A disk of which the *most* pages that were read last are kept: by itself 8 MiB."""

    def __init__(self, below: Blocks, most: int = 128) -> None:
        self._below = below
        self._most = most
        self._pages: OrderedDict[int, bytes] = OrderedDict()
        self.size = below.size

    def read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        first = offset // PAGE
        content = b"".join(map(self._page, range(first, -(-end // PAGE))))
        return content[offset - first * PAGE : end - first * PAGE]

    def _page(self, number: int) -> bytes:
        if number not in self._pages:
            self._pages[number] = self._below.read(number * PAGE, PAGE)
            if len(self._pages) > self._most:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return self._pages[number]
