"""Blobs by their ids: fetched from packs, wherever they lie, and never believed before their id was counted again."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import groupby

from mailstead.backup.errors import Damaged, NoSuchObject
from mailstead.backup.model import CHUNK
from mailstead.backup.port import Target

from .index import BROKEN, Index, Place
from .keys import TenantKeys, damaged
from .names import Names, pack_of
from .packs import HEAD, LENGTH, Entry, Holds, PackReader, expanded, footer_bytes, holds_of
from .tree import NODE_BYTES

_TAIL = 65_536  # bytes read at first from the end of a pack: most footers fit
_GAP, _RUN = 65_536, 4 << 20  # bytes: read over gaps so small, and so much at once
_READERS = 128
_MOST = {Holds.CHUNKS: CHUNK, Holds.NODES: NODE_BYTES}


class Shelf:
    """The blobs of one tenant."""

    def __init__(self, target: Target, names: Names, keys: TenantKeys, index: Index) -> None:
        self._target, self._names, self._keys, self._index = target, names, keys, index
        self._readers: OrderedDict[str, PackReader] = OrderedDict()

    def refresh(self) -> None:
        """Bring the index to what the store holds: read footers that are new, forget packs that are gone."""
        known = self._index.packs()  # before the list: what others add meanwhile is not taken for gone
        there = {name: entry.size for entry in self._target.list(self._names.packs) if (name := pack_of(entry.name))}
        self._index.drop([name for name, size in known.items() if there.get(name) != size])
        for name, size in there.items():
            if known.get(name) != size:
                self._take_up(name, size)

    def chunk(self, wanted: bytes) -> bytes:
        """Return a chunk. Raises Damaged."""
        return self._fetched(wanted, Holds.CHUNKS)

    def node(self, wanted: bytes) -> bytes:
        """Return a node. Raises Damaged."""
        return self._fetched(wanted, Holds.NODES)

    def chunks(self, wanted: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return chunks, reading neighbours at once; those that cannot be had this way are left out."""
        places = [places[0] for blob in dict.fromkeys(wanted) if (places := self._index.places(blob))]
        places.sort(key=lambda place: (place.pack, place.entry.offset))
        found: dict[bytes, bytes] = {}
        for pack, group in groupby(places, key=lambda place: place.pack):
            for run in _runs(list(group)):
                found.update(self._run(pack, run))
        return found

    def intact(self, wanted: bytes) -> bool:
        """Say whether any pack holds a blob as it was written."""
        for place in self._index.places(wanted):
            try:
                self._read(place)
            except (Damaged, NoSuchObject):
                continue
            return True
        return False

    def packed(self, place: Place) -> bytes:
        """Return a blob as it was compressed, after its id was counted again. Raises Damaged, NoSuchObject."""
        return self._read(place)[0]

    def whole(self, pack: str) -> tuple[list[bytes], list[bytes]]:
        """Read a pack wholly; return the ids that are sound in it, and those that are not. Raises Damaged."""
        content = self._target.read(self._names.pack(pack))
        holds = holds_of(pack, content[:HEAD])
        sound: list[bytes] = []
        broken: list[bytes] = []
        for entry in self._reader(pack, holds).entries(content, len(content)):
            sealed = content[entry.offset : entry.offset + entry.length]
            try:
                self._checked(Place(pack, holds, entry), sealed)
                sound.append(entry.id)
            except Damaged:
                broken.append(entry.id)
        return sound, broken

    def _take_up(self, pack: str, size: int) -> None:
        try:
            holds, entries = self._footer(pack, size)
        except NoSuchObject:
            return
        except Damaged:
            self._index.add(pack, BROKEN, size, ())
        else:
            self._index.add(pack, holds, size, entries)

    def _footer(self, pack: str, size: int) -> tuple[Holds, tuple[Entry, ...]]:
        name = self._names.pack(pack)
        holds = holds_of(pack, self._target.read(name, 0, HEAD))
        tail = self._target.read(name, max(0, size - _TAIL))
        wanted = footer_bytes(tail)
        if LENGTH < wanted <= size and wanted > len(tail):
            tail = self._target.read(name, size - wanted)
        return holds, self._reader(pack, holds).entries(tail, size)

    def _fetched(self, wanted: bytes, holds: Holds) -> bytes:
        """Try all places of a blob; if none will do, look once more what the store holds now."""
        for again in (False, True):
            if again:
                self.refresh()
            for place in self._index.places(wanted):
                try:
                    if place.holds is holds:
                        return self._read(place)[1]
                except (Damaged, NoSuchObject):
                    continue
        raise damaged(f"blob {wanted.hex()} of {self._keys.tenant}", "no pack holds it intact")

    def _read(self, place: Place) -> tuple[bytes, bytes]:
        sealed = self._target.read(self._names.pack(place.pack), place.entry.offset, place.entry.length)
        return self._checked(place, sealed)

    def _run(self, pack: str, run: list[Place]) -> Iterator[tuple[bytes, bytes]]:
        start, end = run[0].entry.offset, run[-1].entry.offset + run[-1].entry.length
        try:
            content = self._target.read(self._names.pack(pack), start, end - start)
        except NoSuchObject:
            return
        for place in run:
            at = place.entry.offset - start
            try:
                yield place.entry.id, self._checked(place, content[at : at + place.entry.length])[1]
            except Damaged:
                continue

    def _checked(self, place: Place, sealed: bytes) -> tuple[bytes, bytes]:
        """Return what was compressed, and its content, if that is what its id says. Raises Damaged."""
        packed = self._reader(place.pack, place.holds).blob(place.entry, sealed)
        content = expanded(packed, _MOST[place.holds])
        counted = self._keys.chunk_id(content) if place.holds is Holds.CHUNKS else self._keys.node_id(content)
        if counted != place.entry.id or len(content) != _MOST[place.holds]:
            raise damaged(place.pack, "a blob is not what its id says")
        return packed, content

    def _reader(self, pack: str, holds: Holds) -> PackReader:
        reader = self._readers.pop(pack, None) or PackReader(self._keys, pack, holds)
        self._readers[pack] = reader
        if len(self._readers) > _READERS:
            self._readers.popitem(last=False)
        return reader


def _runs(places: list[Place]) -> Iterator[list[Place]]:
    """Cut the places within one pack into runs that are worth one reading each."""
    run: list[Place] = []
    for place in places:
        if run and (place.entry.offset - _end(run) > _GAP or place.entry.offset - run[0].entry.offset > _RUN):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _end(run: list[Place]) -> int:
    return run[-1].entry.offset + run[-1].entry.length
