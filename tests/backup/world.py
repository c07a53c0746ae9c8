"""Disks and stores for tests: content by chance from a seed, small enough to be compared byte by byte."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.model import CHUNK, Kind, Moment, Range, Source
from mailstead.backup.port import Target
from mailstead.backup.store.backups import Backups
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.blocks import HeldBlocks
from mailstead.security.model import Secret

KEY, OTHER_KEY = Secret(b"k" * 32), Secret(b"o" * 32)
START = datetime(2026, 11, 3, 22, tzinfo=UTC)


def by_chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (no secret comes of it)


class WritableDisk:
    """A disk that a test writes on; it remembers where."""

    def __init__(self, size: int) -> None:
        self.content = bytearray(size)
        self.dirty: list[Range] = []

    def write(self, offset: int, content: bytes) -> None:
        self.content[offset : offset + len(content)] = content
        self.dirty.append(Range(offset, len(content)))

    def scatter(self, seed: int, writes: int, longest: int = 3 * CHUNK) -> None:
        """Write bytes by chance at places by chance."""
        chance = by_chance(seed)
        for _ in range(writes):
            length = min(chance.randint(1, longest), len(self.content))
            self.write(chance.randrange(len(self.content) - length + 1), chance.randbytes(length))

    def source(self, name: str = "data", ranges: Iterable[Range] | None = None) -> Source:
        """Return it as it is now; without *ranges* all of it."""
        content = bytes(self.content)
        return Source(name, HeldBlocks(content), [Range(0, len(content))] if ranges is None else list(ranges))

    def changes(self, name: str = "data") -> Source:
        """Return what changed since this was asked before."""
        source = self.source(name, self.dirty)
        self.dirty = []
        return source


def moment(number: int = 0, base: int | None = None, run: str = "") -> Moment:
    """Return the moment of a run *number* days after the start."""
    kind = Kind.INCREMENTAL if base else Kind.FULL
    return Moment(START + timedelta(days=number), run or f"run-{number}", kind, base)


def acme(target: Target | None = None) -> TenantStore:
    """Return a store with a tenant, made if need be."""
    return Backups.make(target or MemoryTarget(), KEY).tenant("acme")


def content_of(store: TenantStore, number: int, disk: str = "data") -> bytes:
    """Read a whole disk out of a snapshot, as a restore would."""
    with store.reading(number, "restore") as reading:
        found = reading.disk(disk)
        return b"".join(found.read(at, 1 << 20) for at in range(0, found.size, 1 << 20))
