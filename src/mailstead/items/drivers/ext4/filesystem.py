"""ext4 as the port wants it: names, details and bytes of files."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailstead.ground.blocks import Blocks
from mailstead.items.errors import UNREADABLE, DamagedDisk, UnsupportedDisk, named
from mailstead.items.model import Damage, Details, Entry, Kind

from .directory import checksum_holds, is_sound, names
from .inode import FLAG_ENCRYPTED, FLAG_INLINE, Inode, parse_inode
from .journal import JournalHead, replay
from .mapping import Mapping
from .overlay import Replayed
from .superblock import Superblock, read_superblock

_ROOT = 2


@dataclass(frozen=True, slots=True)
class Ext4:
    """A file system on *blocks*, whose journal is played back already."""

    blocks: Blocks
    superblock: Superblock
    remarks: tuple[Damage, ...] = ()

    @property
    def label(self) -> str:
        return self.superblock.label

    @property
    def root(self) -> int:
        return _ROOT

    def entries(self, node: int, damage: list[Damage]) -> Iterator[Entry]:
        inode = self._readable(node)
        if inode.kind is not Kind.FOLDER:
            raise DamagedDisk(f"inode {node} is no folder", field="inode", value=node)
        size, before, seen = self.superblock.block_size, len(damage), 0
        for run in Mapping(self.blocks, self.superblock, damage).runs(inode, 0, -(-inode.size // size)):
            for number in range(run.physical, run.physical + run.length):
                yield from self._names(inode, number, damage)
                seen += 1
        if seen * size < inode.size and len(damage) == before:
            damage.append(Damage(f"folder {node}", f"{inode.size - seen * size} bytes of its names are missing"))

    def details(self, node: int) -> Details:
        inode = self._inode(node)
        return Details(inode.kind, inode.size, inode.changed)

    def read(self, node: int, offset: int, length: int) -> bytes:
        inode = self._readable(node)
        length = max(0, min(length, inode.size - offset))
        size = self.superblock.block_size
        content = bytearray(length)
        for run in Mapping(self.blocks, self.superblock).runs(inode, offset // size, -(-(offset + length) // size)):
            first = max(offset, run.logical * size)
            last = min(offset + length, (run.logical + run.length) * size)
            content[first - offset : last - offset] = self._bytes(
                node, run.physical * size + first - run.logical * size, last - first
            )
        return bytes(content)

    def _bytes(self, node: int, place: int, length: int) -> bytes:
        content = self.blocks.read(place, length)
        if len(content) < length:
            raise DamagedDisk(f"bytes of inode {node} lie behind the end of the disk", field="offset", value=place)
        return content

    def _names(self, inode: Inode, number: int, damage: list[Damage]) -> Iterator[Entry]:
        where = f"folder {inode.number}, block {number}"
        try:
            block = self._bytes(inode.number, number * self.superblock.block_size, self.superblock.block_size)
        except UNREADABLE as error:
            damage.append(named(where, error))
            return
        if self.superblock.checksums and not checksum_holds(block, inode.seed):
            damage.append(Damage(where, "its checksum is wrong: names in it may be missing or false"))
        elif not is_sound(block):
            damage.append(Damage(where, "its names make no sense: some are missing"))
        yield from names(block, self.superblock.inodes)

    def _readable(self, node: int) -> Inode:
        inode = self._inode(node)
        foreign = {FLAG_INLINE: "inline data", FLAG_ENCRYPTED: "encryption"}
        for flag, name in foreign.items():
            if inode.flags & flag:
                raise UnsupportedDisk(f"inode {node} uses {name} of ext4", field="inode", value=node)
        return inode

    def _inode(self, node: int) -> Inode:
        if not 0 < node <= self.superblock.inodes:
            raise DamagedDisk(f"there is no inode {node}", field="inode", value=node)
        place = self.superblock.inode_place(self.blocks, node)
        return parse_inode(self.blocks.read(place, self.superblock.inode_size), node, self.superblock)


@dataclass(frozen=True, slots=True)
class _Opener:
    kind: str = "ext4"

    def __call__(self, blocks: Blocks) -> Ext4:
        """Open a file system, its journal played back. Raises DamagedDisk and UnsupportedDisk."""
        superblock = read_superblock(blocks)
        remarks = (
            []
            if superblock.place == 1024
            else [Damage("superblock", f"damaged; its copy at {superblock.place} is used")]
        )
        if not superblock.needs_recovery:
            return Ext4(blocks, superblock, tuple(remarks))
        try:
            replayed = _replayed(Ext4(blocks, superblock), remarks)
            return Ext4(replayed, read_superblock(replayed), tuple(remarks))
        except UNREADABLE as error:
            why = f"not played back, the newest changes are missing: {named('journal', error).why}"
            remarks.append(Damage("journal", why))
            return Ext4(blocks, superblock, tuple(remarks))


open_ext4 = _Opener()


def _replayed(crashed: Ext4, remarks: list[Damage]) -> Replayed:
    inode = crashed.superblock.journal
    if not inode:
        raise UnsupportedDisk("the journal lies on another device", field="journal")
    head = JournalHead.parse(crashed.read(inode, 0, 1024))
    if head.fast_commits:
        remarks.append(Damage("journal", "fast commits are not played back: the last seconds may be missing"))

    def block(number: int) -> bytes:
        return crashed.read(inode, number * head.block_size, head.block_size)

    return Replayed(crashed.blocks, head, replay(head, block), block)
