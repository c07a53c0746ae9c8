"""Backups on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from mailstead.access.backups import BackupView, ProtectionView
from mailstead.backup.model import Consistency, Disk, Hold
from mailstead.ground.rhythms import Rhythm
from mailstead.ground.values import Value

from .machines import Losses
from .parts import Shown

Number = Annotated[int, Field(strict=True, ge=1, le=999_999_999, examples=[1])]
DiskName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$", examples=["data"])]


class BackupNew(Value):
    """A backup to be made; without `kind` as the rules say."""

    kind: Rhythm | None = None


class BackupChosen(Value):
    """A backup; without `snapshot` the newest."""

    snapshot: Number | None = None


class BackupsGivenUp(Value):
    """Backups to be removed: such as `kept_as` says nothing of."""

    snapshots: list[Number] = Field(min_length=1, max_length=1000)


class HoldNew(Value):
    """Why a backup is to stay whatever the rules say."""

    reason: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]*$", examples=["a lawsuit"])


class RestoreWanted(Value):
    """What is to come back in place: of which backup (the newest), which disks (all)."""

    snapshot: Number | None = None
    disks: list[DiskName] = Field(default=[], max_length=16)
    allow_loss: Losses = Field(default=[])


class UndoWanted(Value):
    """The restore that is to be taken back."""

    order: str = Field(pattern=r"^o[0-9a-f]{12}$", examples=["o6051ce0da5cc"])


class DiskOut(Shown):
    """A disk within a backup."""

    name: str
    size_bytes: int

    @classmethod
    def of(cls, disk: Disk) -> Self:
        return cls(name=disk.name, size_bytes=disk.size)


class HoldOut(Shown):
    """A legal hold."""

    reason: str
    by: str
    at: datetime

    @classmethod
    def of(cls, hold: Hold) -> Self:
        return cls(reason=hold.reason, by=hold.by, at=hold.at)


class BackupOut(Shown):
    """One moment of a machine's disks, whole by itself."""

    snapshot: int
    taken: datetime
    kind: Rhythm
    changes_since: int | None = Field(description="The backup whose changes were read; null: all was read.")
    consistency: Consistency
    order: str = Field(description="The order that made it.")
    disks: list[DiskOut]
    kept_as: list[str] = Field(description="The rules that keep it; empty: it goes with the next prune.")
    holds: list[HoldOut]

    @classmethod
    def of(cls, view: BackupView) -> Self:
        found = view.snapshot
        return cls(
            snapshot=found.number,
            taken=found.taken,
            kind=Rhythm(found.kind.value),
            changes_since=found.base,
            consistency=found.consistency,
            order=found.run,
            disks=[DiskOut.of(disk) for disk in found.disks],
            kept_as=list(view.reasons),
            holds=[HoldOut.of(hold) for hold in view.holds],
        )


class Backups(Shown):
    """All backups of a tenant, the oldest first."""

    items: list[BackupOut]

    @classmethod
    def of(cls, views: Sequence[BackupView]) -> Self:
        return cls(items=[BackupOut.of(view) for view in views])


class ProtectionOut(Shown):
    """How a tenant is protected."""

    on: bool
    target: str = Field(description="Told to operators alone.")
    last_good: datetime | None
    last_snapshot: int | None
    failure: str = Field(description="Why the last try came to nothing; empty: it did not.")
    damage: str = Field(description="What the last check found; empty: nothing.")
    checked: datetime | None
    drilled: datetime | None
    next: datetime | None
    overdue: bool

    @classmethod
    def of(cls, view: ProtectionView) -> Self:
        known = view.known
        return cls(
            on=view.on,
            target=view.target,
            last_good=known.good if known else None,
            last_snapshot=known.snapshot or None if known else None,
            failure=known.failure if known else "",
            damage=known.damage if known else "",
            checked=known.tended if known else None,
            drilled=known.drilled if known else None,
            next=view.next,
            overdue=view.overdue,
        )
