"""Whether everything is there and reads as it was written; and if not, which bytes of which disks that costs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailstead.backup.errors import Damaged, NoSuchObject
from mailstead.backup.model import Damage, Disk, Snapshot

from .catalogue import Catalogue
from .index import Index
from .shelf import Shelf
from .tree import Link, Tree, children, ids_in, nodes


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack that was read wholly: its name, what is wrong with it (empty: nothing), and the ids that it cost."""

    pack: str
    wrong: str = ""
    lost: frozenset[bytes] = frozenset()


class Verifier:
    """Checks of one tenant's store."""

    def __init__(self, tenant: str, catalogue: Catalogue, index: Index, shelf: Shelf) -> None:
        self._tenant, self._catalogue, self._index, self._shelf = tenant, catalogue, index, shelf

    def structure(self) -> frozenset[bytes]:
        """Read every tree; return the ids of nodes that cannot be read, and of chunks that lie nowhere."""
        seen: set[bytes] = set()
        lost: set[bytes] = set()
        for _, _, tree in self._trees():
            for link in nodes(tree, _unreadable(tree, seen, lost)):
                if link.level == 1:
                    below = set(ids_in(tree.node(link.id)))
                    lost |= below - self._index.known(below)
        return frozenset(lost)

    def contents(self, *, part: int = 1, parts: int = 1, after: str = "") -> Iterator[Checked]:
        """Read one of *parts* equal parts of all packs, those with names behind *after*, in the order of names.

        Part 1 to *parts* day by day is everything once; the name last seen is what to go on *after* when cut short.
        """
        for pack in sorted(self._index.packs()):
            if pack > after and int(pack[:8], 16) % parts == part - 1:
                yield self._pack(pack)

    def damage(self, lost: frozenset[bytes]) -> tuple[Damage, ...]:
        """Return which bytes of which disks *lost* ids stand for, and the snapshots that cannot be read at all."""
        found = [Damage(self._tenant, number, "", 0, -1) for number in self._catalogue.damaged()]
        for snapshot, disk, tree in self._trees() if lost else ():
            found += self._in_disk(snapshot, disk, tree, lost)
        return tuple(_merged(sorted(found)))

    def _pack(self, pack: str) -> Checked:
        try:
            _, broken = self._shelf.whole(pack)
        except NoSuchObject:
            return Checked(pack, "it is gone", self._lost([entry.id for entry in self._index.entries(pack)]))
        except Damaged as error:
            return Checked(pack, error.message, self._lost([entry.id for entry in self._index.entries(pack)]))
        wrong = f"{len(broken)} blobs in it do not read as they were written" if broken else ""
        return Checked(pack, wrong, self._lost(broken))

    def _lost(self, ids: list[bytes]) -> frozenset[bytes]:
        """Return those of *ids* that no other pack holds intact."""
        return frozenset(blob for blob in ids if not self._shelf.intact(blob))

    def _trees(self) -> Iterator[tuple[Snapshot, Disk, Tree]]:
        for snapshot in self._catalogue.snapshots():
            for disk in snapshot.disks:
                yield snapshot, disk, Tree(disk.root, disk.size, self._shelf.node)

    def _in_disk(self, snapshot: Snapshot, disk: Disk, tree: Tree, lost: frozenset[bytes]) -> list[Damage]:
        broken: list[Link] = []

        def skip(link: Link) -> bool:
            bad = link.id in lost or not _reads(tree, link)
            if bad:
                broken.append(link)
            return bad

        for link in nodes(tree, skip):
            if link.level == 1:
                broken += [child for child in children(link, tree.node(link.id)) if child.id in lost]
        return [
            Damage(self._tenant, snapshot.number, disk.name, link.offset, min(link.length, disk.size - link.offset))
            for link in broken
        ]


def _unreadable(tree: Tree, seen: set[bytes], lost: set[bytes]) -> Callable[[Link], bool]:
    """Return what skips nodes that were *seen*, and those that cannot be read, noting both."""

    def skip(link: Link) -> bool:
        if link.id in seen:
            return True
        seen.add(link.id)
        if _reads(tree, link):
            return False
        lost.add(link.id)
        return True

    return skip


def _reads(tree: Tree, link: Link) -> bool:
    try:
        tree.node(link.id)
    except Damaged:
        return False
    return True


def _merged(found: list[Damage]) -> Iterator[Damage]:
    """Join neighbours."""
    last: Damage | None = None
    for damage in found:
        if last and (last.snapshot, last.disk, last.offset + last.length) == (
            damage.snapshot,
            damage.disk,
            damage.offset,
        ):
            last = Damage(last.tenant, last.snapshot, last.disk, last.offset, last.length + damage.length)
            continue
        if last:
            yield last
        last = damage
    if last:
        yield last
