"""A disk that is read no faster than it may be, so that the tenant's own mail does not wait for its backup."""

from dataclasses import replace

from mailstead.backup.model import Source
from mailstead.ground.blocks import Blocks
from mailstead.ground.clock import Clock

MIB = 1 << 20


class PacedBlocks:
    """Blocks read at *mib_s* MiB/s at most, counted from the first byte on."""

    def __init__(self, inner: Blocks, clock: Clock, mib_s: int) -> None:
        self._inner, self._clock = inner, clock
        self._seconds_a_byte = 1 / (mib_s * MIB)
        self._free_at = 0.0

    @property
    def size(self) -> int:
        return self._inner.size

    def read(self, offset: int, length: int) -> bytes:
        now = self._clock.monotonic()
        if self._free_at > now:
            self._clock.sleep(self._free_at - now)
        content = self._inner.read(offset, length)
        self._free_at = max(now, self._free_at) + len(content) * self._seconds_a_byte
        return content


def paced(source: Source, clock: Clock, mib_s: int) -> Source:
    """Return a disk that is read at *mib_s* MiB/s at most; 0: as fast as it can."""
    return replace(source, blocks=PacedBlocks(source.blocks, clock, mib_s)) if mib_s else source
