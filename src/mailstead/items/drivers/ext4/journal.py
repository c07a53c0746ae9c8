"""The journal, played back in memory (kernel documentation: ext4/journal.rst, and fs/jbd2/recovery.c).

Only descriptors, revocations and commits are read at first. What comes out says for each block of the file system where
in the journal its newest committed content lies; that content is read, and held against its checksum, when asked for.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mailstead.items.errors import DamagedDisk, UnsupportedDisk

from .crc32c import START, crc32c

MAGIC = 0xC03B3998
_DESCRIPTOR, _COMMIT, _SUPER_1, _SUPER_2, _REVOKE = 1, 2, 3, 4, 5
_64BIT, _CSUM_2, _CSUM_3, _FAST_COMMIT = 0x2, 0x8, 0x10, 0x20
_KNOWN = 0x1 | _64BIT | 0x4 | _CSUM_2 | _CSUM_3 | _FAST_COMMIT
_FAST_BLOCKS = 256  # at the end of the journal, unless it says otherwise
_ESCAPED, _SAME_UUID, _LAST = 0x1, 0x2, 0x8


@dataclass(frozen=True, slots=True)
class Logged:
    """The newest content of a block lies in *block* of the journal, written by transaction *sequence*."""

    block: int
    sequence: int
    escaped: bool
    checksum: int


@dataclass(slots=True)
class _Transaction:
    sequence: int
    writes: dict[int, Logged] = field(default_factory=dict)
    revoked: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class JournalHead:
    """The superblock of a journal, all of it big-endian. Sizes are bytes, places are blocks of the journal."""

    block_size: int
    blocks: int
    first: int
    sequence: int
    start: int
    incompat: int
    seed: int

    @classmethod
    def parse(cls, raw: bytes) -> "JournalHead":
        """Raises DamagedDisk for bytes that are no such superblock, UnsupportedDisk for features not known here."""
        if len(raw) < 1024 or struct.unpack_from(">I", raw)[0] != MAGIC:
            raise DamagedDisk("the journal has no superblock")
        kind, size, blocks, first, sequence, start, _, _, incompat = struct.unpack_from(">4xI4xIIIIIIII", raw)
        incompat = incompat if kind == _SUPER_2 else 0
        if kind not in {_SUPER_1, _SUPER_2} or incompat & ~_KNOWN:
            raise UnsupportedDisk(f"a journal of kind {kind} with features {incompat:#x}", field="journal")
        if not (1024 <= size <= 65536 and 0 < first < blocks and start < blocks):
            raise DamagedDisk("the superblock of the journal makes no sense")
        fast = (int.from_bytes(raw[84:88], "big") or _FAST_BLOCKS) if incompat & _FAST_COMMIT else 0
        return cls(size, blocks - fast, first, sequence, start, incompat, crc32c(START, raw[48:64]))

    @property
    def checksums(self) -> bool:
        return bool(self.incompat & (_CSUM_2 | _CSUM_3))

    @property
    def fast_commits(self) -> bool:
        return bool(self.incompat & _FAST_COMMIT)

    def after(self, block: int) -> int:
        return self.first if block + 1 >= self.blocks else block + 1

    def tags(self, raw: bytes) -> Iterator[tuple[int, int, int]]:
        """Yield block, flags and checksum of each tag in a descriptor."""
        place, end = 12, len(raw) - (4 if self.checksums else 0)
        size = (
            16 if self.incompat & _CSUM_3 else 8 + 2 * bool(self.incompat & _CSUM_2) + 4 * bool(self.incompat & _64BIT)
        )
        while place + size <= end:
            block, flags, checksum = self._tag(raw, place)
            yield block, flags, checksum
            if flags & _LAST:
                return
            place += size + (0 if flags & _SAME_UUID else 16)

    def _tag(self, raw: bytes, place: int) -> tuple[int, int, int]:
        wide = self.incompat & _64BIT
        if self.incompat & _CSUM_3:
            block, flags, high, checksum = struct.unpack_from(">IIII", raw, place)
            return block | (high << 32 if wide else 0), flags, checksum
        block, checksum, flags = struct.unpack_from(">IHH", raw, place)
        high = struct.unpack_from(">I", raw, place + 8)[0] if wide else 0
        return block | high << 32, flags, checksum

    def revoked(self, raw: bytes) -> Iterator[int]:
        """Yield the blocks that a revocation names."""
        count, width = min(struct.unpack_from(">I", raw, 12)[0], len(raw)), 8 if self.incompat & _64BIT else 4
        for place in range(16, count - width + 1, width):
            yield int.from_bytes(raw[place : place + width], "big")

    def holds(self, raw: bytes, kind: int) -> bool:
        """Say whether a block of the journal's own is what was written."""
        if not self.checksums:
            return True
        place = 16 if kind == _COMMIT else len(raw) - 4
        blank = raw[:place] + bytes(4) + raw[place + 4 :]
        return crc32c(self.seed, blank) == int.from_bytes(raw[place : place + 4], "big")

    def content(self, logged: Logged, raw: bytes) -> bytes:
        """Return what a block of the file system holds. Raises DamagedDisk when the journal's copy is damaged."""
        if self.checksums:
            mask = 0xFFFFFFFF if self.incompat & _CSUM_3 else 0xFFFF
            crc = crc32c(crc32c(self.seed, struct.pack(">I", logged.sequence)), raw)
            if crc & mask != logged.checksum:
                raise DamagedDisk(f"block {logged.block} of the journal is damaged", field="block", value=logged.block)
        return struct.pack(">I", MAGIC) + raw[4:] if logged.escaped else raw


def replay(head: JournalHead, read: Callable[[int], bytes]) -> dict[int, Logged]:
    """Return the newest committed content of every block that the journal holds; *read* returns a block of it."""
    done = list(_committed(head, read)) if head.start else []
    revoked: dict[int, int] = {}
    for transaction in done:
        revoked.update(dict.fromkeys(transaction.revoked, transaction.sequence))
    newest: dict[int, Logged] = {}
    for transaction in done:
        newest |= {
            block: logged
            for block, logged in transaction.writes.items()
            if block not in revoked or _is_later(transaction.sequence, revoked[block])
        }
    return newest


def _committed(head: JournalHead, read: Callable[[int], bytes]) -> Iterator[_Transaction]:
    """Yield the transactions that were committed; the first block that does not belong ends the log."""
    place, current, walked = head.start, _Transaction(head.sequence), 0
    while walked < head.blocks:
        raw = read(place)
        magic, kind, sequence = struct.unpack_from(">III", raw)
        if magic != MAGIC or sequence != current.sequence or not head.holds(raw, kind):
            return
        if kind == _DESCRIPTOR:
            for block, flags, checksum in head.tags(raw):
                place, walked = head.after(place), walked + 1
                current.writes[block] = Logged(place, sequence, bool(flags & _ESCAPED), checksum)
        elif kind == _REVOKE:
            current.revoked.extend(head.revoked(raw))
        elif kind == _COMMIT:
            yield current
            current = _Transaction((sequence + 1) & 0xFFFFFFFF)
        else:
            return
        place, walked = head.after(place), walked + 1


def _is_later(one: int, other: int) -> bool:
    """Compare two sequence numbers that may have wrapped around."""
    return 0 < (one - other) & 0xFFFFFFFF < 1 << 31
