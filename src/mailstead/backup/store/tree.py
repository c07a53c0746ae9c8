"""The tree of ids above a disk's chunks. Pure: nodes come from, and go to, functions that are handed in.

A disk that changed in few places shares all other nodes with the tree before: an update walks only what it changes.
Slots are places within a level: slot 0 of level 0 is the first chunk, slot 0 of level 1 the node above chunks 0 to 255.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from mailstead.backup.model import CHUNK, ID_BYTES, ZERO

FANOUT = 256
NODE_BYTES = FANOUT * ID_BYTES
EMPTY = bytes(NODE_BYTES)
REMEMBERED = 512  # nodes: 4 MiB

Load = Callable[[bytes], bytes]  # the node of an id
Keep = Callable[[bytes], bytes]  # the id of a node that is kept now
Update = tuple[int, bytes]  # a slot and its new id


@dataclass(frozen=True, slots=True)
class Link:
    """An id where it stands in a tree: level 0 is a chunk. *slot* counts from the beginning of the disk."""

    level: int
    slot: int
    id: bytes

    @property
    def offset(self) -> int:
        return self.slot * self.length

    @property
    def length(self) -> int:
        """How many bytes of the disk it stands for."""
        return int(CHUNK * FANOUT**self.level)


def levels_of(size: int) -> int:
    """Return how many levels of nodes a disk of *size* bytes has.

    >>> [levels_of(size) for size in (0, 16 << 20, (16 << 20) + 1, 4 << 30, 1 << 40, (1 << 40) + 1)]
    [1, 1, 2, 2, 3, 4]
    """
    levels = 1
    while CHUNK * FANOUT**levels < size:
        levels += 1
    return levels


class Tree:
    """The ids of one disk, read through *load*, with the nodes last seen kept in memory."""

    def __init__(self, root: bytes, size: int, load: Load) -> None:
        self.root, self.levels = root, levels_of(size)
        self._load = load
        self._seen: OrderedDict[bytes, bytes] = OrderedDict()

    def id_at(self, slot: int, level: int = 0) -> bytes:
        """Return the id in a slot; ZERO behind the end."""
        if level == self.levels:
            return self.root if slot == 0 else ZERO
        if level > self.levels:
            return ZERO
        return id_in(self.node_at(slot // FANOUT, level + 1), slot % FANOUT)

    def node_at(self, slot: int, level: int) -> bytes:
        """Return the node in a slot of *level*, also of a level above the top: such a tree has grown."""
        if level > self.levels:
            return self.id_at(0, level - 1) + EMPTY[ID_BYTES:] if slot == 0 else EMPTY
        return self.node(self.id_at(slot, level))

    def node(self, wanted: bytes) -> bytes:
        """Return a node by its id."""
        if wanted == ZERO:
            return EMPTY
        if wanted not in self._seen:
            self._seen[wanted] = self._load(wanted)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        self._seen.move_to_end(wanted)
        return self._seen[wanted]


def updated(base: Tree, size: int, updates: Iterable[Update], keep: Keep) -> bytes:
    """Return the root of *base* with *updates* (ascending slots of chunks), for a disk of *size* bytes.

    Holds one node a level in memory. What is not updated stays as it was in *base*.
    """
    levels = levels_of(size)
    for level in range(1, levels + 1):
        updates = _lifted(updates, partial(base.node_at, level=level), keep)
    top = list(updates)
    if top:
        return top[0][1]
    return base.root if base.levels == levels else _grown(base, levels, keep)


def _grown(base: Tree, levels: int, keep: Keep) -> bytes:
    root = base.root
    for _ in range(base.levels, levels):
        root = ZERO if root == ZERO else keep(root + EMPTY[ID_BYTES:])
    return root


def _lifted(updates: Iterable[Update], node_at: Callable[[int], bytes], keep: Keep) -> Iterator[Update]:
    """Turn updates of one level into those of the level above."""
    for slot, group in groupby(updates, key=lambda update: update[0] // FANOUT):
        before = node_at(slot)
        node = bytearray(before)
        for child, id_ in group:
            at = child % FANOUT * ID_BYTES
            node[at : at + ID_BYTES] = id_
        yield slot, ZERO if node == EMPTY else keep(bytes(node))


def nodes(tree: Tree, skip: Callable[[Link], bool]) -> Iterator[Link]:
    """Yield the nodes of a tree, each before those below it.

    *skip* is asked before a node is loaded; if it says yes, neither the node is yielded nor what is below it.
    """
    yield from _below(tree, Link(tree.levels, 0, tree.root), skip)


def _below(tree: Tree, link: Link, skip: Callable[[Link], bool]) -> Iterator[Link]:
    if link.id == ZERO or skip(link):
        return
    yield link
    if link.level > 1:
        for child in children(link, tree.node(link.id)):
            yield from _below(tree, child, skip)


def children(link: Link, node: bytes) -> Iterator[Link]:
    """Yield what *node*, the node of *link*, names; nothing for zeros."""
    first, level = link.slot * FANOUT, link.level - 1
    for place in range(FANOUT):
        if (found := id_in(node, place)) != ZERO:
            yield Link(level, first + place, found)


def ids_in(node: bytes) -> list[bytes]:
    """Return the ids in a node but those of zeros; fast."""
    ids = [node[at : at + ID_BYTES] for at in range(0, NODE_BYTES, ID_BYTES)]
    return [found for found in ids if found != ZERO]


def id_in(node: bytes, place: int) -> bytes:
    return node[place * ID_BYTES : (place + 1) * ID_BYTES]
