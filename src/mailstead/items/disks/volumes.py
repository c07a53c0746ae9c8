"""Every file system on a disk: on the disk as a whole, in partitions, in logical volumes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailstead.ground.blocks import Blocks
from mailstead.items.errors import UNREADABLE, named
from mailstead.items.model import Damage, Extent, Partition
from mailstead.items.port import FileSystem, Opener

from .lvm import is_physical, logical_volumes
from .partitions import partitions
from .parts import Cached, Part
from .signatures import WITHOUT_MAIL, kind_of


@dataclass(frozen=True, slots=True)
class Volume:
    """A file system that was opened, and where it lies."""

    partition: Partition
    kind: str
    files: FileSystem


@dataclass(frozen=True, slots=True)
class Survey:
    """The file systems of a disk, and what on it cannot be read."""

    volumes: tuple[Volume, ...]
    damage: tuple[Damage, ...]


def survey(disk: Blocks, openers: Sequence[Opener]) -> Survey:
    """Open every file system that one of *openers* knows; whatever else could hold mail is named."""
    cached, damage = Cached(disk), list[Damage]()
    known = {opener.kind: opener for opener in openers}
    return Survey(tuple(_opened(cached, known, damage)), tuple(damage))


def _opened(disk: Blocks, known: dict[str, Opener], damage: list[Damage]) -> Iterator[Volume]:
    for partition in _places(disk, damage):
        part = Part(disk, partition.extents)
        kind, where = kind_of(part), partition.name or "disk"
        if kind in known:
            try:
                volume = Volume(partition, kind, known[kind](part))
            except UNREADABLE as error:
                damage.append(named(where, error))
                continue
            damage.extend(Damage(f"{where}, {remark.where}", remark.why) for remark in volume.files.remarks)
            yield volume
        elif kind not in WITHOUT_MAIL:
            damage.append(Damage(where, f"{kind} is not read here"))


def _places(disk: Blocks, damage: list[Damage]) -> Iterator[Partition]:
    """Yield all places where a file system may begin."""
    whole = Partition("", (Extent(0, disk.size),))
    if kind_of(disk) not in WITHOUT_MAIL:
        yield whole
        return
    found = (whole,) if is_physical(disk) else partitions(disk, damage)
    members = tuple(part for part in found if is_physical(Part(disk, part.extents)))
    yield from (part for part in found if part not in members)
    yield from logical_volumes(disk, members, damage)
