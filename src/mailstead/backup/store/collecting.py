"""Collection of what no snapshot needs: condemned by one run, deleted by a later one, safe beside everything else.

The protocol and why it is safe: docs/formats/backup-store.md, "Who may be at work at once".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mailstead.backup.errors import Damaged, NoSuchObject
from mailstead.backup.model import Collected
from mailstead.backup.port import Target

from .catalogue import Catalogue
from .epochs import Epochs
from .index import Index, Load, Place
from .keeper import Keeper
from .names import Names
from .shelf import Shelf
from .tree import Link, Tree, ids_in, nodes

SPARSE = 2  # a pack is copied when less than one part in so many is needed


@dataclass(frozen=True, slots=True)
class Collector:
    """One collection by one run that holds a lease; whoever makes it has refreshed the index under that lease."""

    target: Target
    names: Names
    epochs: Epochs
    catalogue: Catalogue
    index: Index
    shelf: Shelf
    keeper: Keeper

    def collect(self, copy_most: int) -> Collected:
        """Delete, condemn, and copy up to *copy_most* bytes. Raises Damaged while a snapshot cannot be read."""
        deleted = freed = 0
        while True:
            newest, lists = self.epochs.newest(), self.epochs.condemned()
            oldest = min((lease.epoch for lease in self.epochs.leases()), default=newest)
            due = {number: packs for number, packs in lists.items() if number <= oldest}  # no lease before it
            self.index.close_packs(_united(lists))
            self._mark()
            gone = self._delete(due)
            deleted, freed = deleted + len(gone), freed + sum(gone.values())
            self.index.close_packs(_united({number: lists[number] for number in lists.keys() - due.keys()}))
            copied = self._copy(copy_most)
            idle = frozenset(load.pack for load in self.index.loads() if not load.needed)
            nothing_to_say = not idle and not any(due.values())
            if nothing_to_say or self.epochs.publish(newest + 1, idle):
                for number in due if not nothing_to_say else ():
                    self.epochs.retire(number)
                return Collected(deleted, freed, len(idle), copied)

    def _mark(self) -> None:
        """Mark whatever any snapshot reaches; each node once, however many share it."""
        self.index.begin_marking()
        seen: set[bytes] = set()

        def skip(link: Link) -> bool:
            known = link.id in seen
            seen.add(link.id)
            return known

        for snapshot in self.catalogue.all_snapshots():
            for disk in snapshot.disks:
                tree = Tree(disk.root, disk.size, self.shelf.node)
                for link in nodes(tree, skip):
                    below = ids_in(tree.node(link.id)) if link.level == 1 else []
                    self.index.mark([link.id, *below])

    def _delete(self, due: dict[int, frozenset[str]]) -> dict[str, int]:
        """Delete what is condemned and still not needed; return names and sizes."""
        sizes, kept = self.index.packs(), self.index.irreplaceable()
        gone = {pack: sizes[pack] for packs in due.values() for pack in packs if pack in sizes and pack not in kept}
        for pack in gone:
            self.target.delete(self.names.pack(pack))
        self.index.drop(gone)
        return gone

    def _copy(self, most: int) -> int:
        """Copy what is alive out of packs that are mostly dead; return how many bytes."""
        copied = 0
        for load in self.index.loads():
            if 0 < load.needed < load.size // SPARSE and copied + load.needed <= most:
                copied += self._copy_pack(load)
        self.keeper.flush()
        return copied

    def _copy_pack(self, load: Load) -> int:
        places = [Place(load.pack, load.holds, entry) for entry in self.index.alive_in(load.pack)]
        found = list(self._intact(places))
        if len(found) < len(places):
            return 0  # damaged: what is left of it stays where it is
        for place, packed in found:
            self.keeper.put(load.holds, place.entry.id, packed)
        return sum(len(packed) for _, packed in found)

    def _intact(self, places: Iterable[Place]) -> Iterable[tuple[Place, bytes]]:
        for place in places:
            try:
                yield place, self.shelf.packed(place)
            except (Damaged, NoSuchObject):
                continue


def _united(lists: dict[int, frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*lists.values())
