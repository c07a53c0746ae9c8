"""What a backup is made of: ranges of disks, snapshots, holds, leases, and damage."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from mailstead.ground.blocks import Blocks
from mailstead.ground.errors import InvalidInput

CHUNK = 65_536  # bytes: a cluster of qcow2, and the grain of libvirt's dirty bitmaps
ID_BYTES = 32
ZERO = bytes(ID_BYTES)  # the id of what holds zeros only, and is not stored
_RUN = re.compile(r"[a-z0-9_-]{1,80}")
Told: TypeAlias = Callable[[int, int], None]  # bytes done, of how many


class Kind(StrEnum):
    """Which changes were asked for; what is stored is whole in any case."""

    FULL = "full"
    INCREMENTAL = "incremental"  # since the last snapshot
    DIFFERENTIAL = "differential"  # since the last full one


class Consistency(StrEnum):
    """How much the machine took part, the most first."""

    APPLICATION = "application"
    FILESYSTEM = "filesystem"
    CRASH = "crash"

    def serves(self, least: "Consistency") -> bool:
        """Say whether this is as good as *least*, or better."""
        ranks = list(Consistency)
        return ranks.index(self) <= ranks.index(least)


class ImageForm(StrEnum):
    """How a disk is given away as a file."""

    QCOW2 = "qcow2"
    VHDX = "vhdx"


@dataclass(frozen=True, slots=True)
class Range:
    """*length* bytes from *offset* on."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk within a snapshot. *root* digests all its content; *point* is the source's name for the moment."""

    name: str
    size: int
    root: bytes
    point: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of a tenant's disks, whole by itself. *base* is whose changes were asked for, None for a full one."""

    tenant: str
    number: int
    taken: datetime
    run: str
    kind: Kind
    base: int | None
    consistency: Consistency
    disks: tuple[Disk, ...]

    def __str__(self) -> str:
        return f"snapshot {self.number} of {self.tenant}"

    def disk(self, name: str) -> Disk | None:
        return next((disk for disk in self.disks if disk.name == name), None)


@dataclass(frozen=True, slots=True)
class Source:
    """A disk to be backed up, or brought back: all of it as `blocks`, and the *ranges* that may differ from the base.

    Without a base these are the ranges that may hold anything but zeros; and so they are for a disk that is `whole`:
    the base does not count for it. Their order and grain do not matter. *point* is what its host calls this moment.
    """

    name: str
    blocks: Blocks
    ranges: Iterable[Range]
    point: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Quiet:
    """How still a machine is to be when its disks are held.

    *wanted* is tried; less than *least* is refused. The guest's files stand still for *deadline_s* at most.
    """

    wanted: Consistency = Consistency.FILESYSTEM
    least: Consistency = Consistency.CRASH
    deadline_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Taken:
    """The disks of a machine as they were at one moment. *remarks* say in sentences what is not as it was wanted."""

    at: datetime
    consistency: Consistency
    sources: tuple[Source, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """What a snapshot is to say of itself; without a *base* all disks are taken as new."""

    taken: datetime
    run: str
    kind: Kind = Kind.FULL
    base: int | None = None
    consistency: Consistency = Consistency.CRASH


@dataclass(frozen=True, slots=True)
class Outcome:
    """A snapshot that is kept for certain, and what it took: bytes read from disks, bytes and objects added."""

    snapshot: Snapshot
    read: int
    added: int
    objects: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: while it stands its snapshot is not removed, whatever else is wanted."""

    snapshot: int
    token: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Lease:
    """A run at work since *epoch*: nothing condemned later is deleted while it lasts, nor snapshot *uses* (0: none)."""

    epoch: int
    token: str
    uses: int
    run: str


@dataclass(frozen=True, slots=True, order=True)
class Damage:
    """Bytes of a disk that cannot be read as they were written; a *length* of -1: the whole snapshot."""

    tenant: str
    snapshot: int
    disk: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw: objects looked at, those that are broken and why, and what of which disks that costs."""

    checked: int = 0
    broken: tuple[tuple[str, str], ...] = ()
    damage: tuple[Damage, ...] = field(default=())

    @property
    def sound(self) -> bool:
        return not self.broken and not self.damage


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection did: packs deleted and their bytes, packs condemned for the next time, bytes copied."""

    deleted: int
    freed: int
    condemned: int
    copied: int


def parse_run(text: str) -> str:
    """Return *text* if it can name a run: 1 to 80 of a-z, 0-9, hyphen and underscore."""
    if not _RUN.fullmatch(text):
        remedy = "use 1 to 80 lower-case letters, digits, hyphens and underscores"
        raise InvalidInput(f"{text!r} cannot name a run", field="run", value=text, remedy=remedy)
    return text
