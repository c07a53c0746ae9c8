"""Where backups lie and when they are made, as the platform file says."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from mailstead.ground.errors import InvalidInput
from mailstead.ground.names import TenantName
from mailstead.ground.rhythms import Hours, Keep, Rhythm
from mailstead.ground.values import Value

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9][A-Za-z0-9_.-]*)*")


class BackupTarget(Value):
    """A place that backups are kept in: a folder of this host (or mounted there), or a bucket that speaks S3.

    `place` is a whole path, or BUCKET or BUCKET/PREFIX. Whoever signs in to a bucket is in the vault. What is kept
    here is copied to the target `second`, too.
    """

    name: TenantName
    kind: Literal["folder", "s3", "memory"] = "folder"
    place: str = Field(default="", max_length=1000)
    endpoint: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]-]{1,253})?$")  # empty: Amazon's own
    region: str = Field(default="us-east-1", pattern=r"^[a-z0-9-]{1,40}$")
    second: TenantName | None = None

    @property
    def folder(self) -> Path:
        return Path(self.place)

    @property
    def bucket(self) -> tuple[str, str]:
        """Return name and prefix."""
        name, _, prefix = self.place.partition("/")
        return name, prefix

    @model_validator(mode="after")
    def _place_fits(self) -> Self:
        if self.kind == "folder" and not self.folder.is_absolute():
            raise self._misplaced("give a whole path, such as /srv/backups")
        if self.kind == "s3" and not _BUCKET.fullmatch(self.place):
            raise self._misplaced("give a bucket, such as backups or backups/mailstead")
        return self

    def _misplaced(self, remedy: str) -> InvalidInput:
        return InvalidInput(f"{self.place!r} is no place of this kind", field="place", value=self.place, remedy=remedy)


class BackupRules(Value):
    """What holds for each tenant that says nothing else. `target` None: the first one there is.

    Backups begin within `hours` of the day at the tenant's site, spread over `jitter_minutes`, at most `per_host` at
    once on a host, each reading at most `mib_s` MiB/s (0: as fast as it can). One is due every `every_hours`, a full
    one every `full_days` (0: only the first). After `overdue_hours` without a good one that is told, and made up at
    any time of the day. All that is kept is read anew within `verify_days`.
    """

    target: TenantName | None = None
    hours: Hours = "22:00-05:00"
    jitter_minutes: int = Field(default=60, ge=0, le=720)
    every_hours: int = Field(default=24, ge=1, le=744)
    full_days: int = Field(default=30, ge=0, le=3650)
    rhythm: Rhythm = Rhythm.INCREMENTAL
    per_host: int = Field(default=1, ge=1, le=64)
    mib_s: int = Field(default=0, ge=0, le=1_000_000)
    keep: Keep = Keep()
    consistent: bool = False  # true: rather no backup than one as after a power cut
    overdue_hours: int = Field(default=36, ge=1, le=8760)
    verify_days: int = Field(default=30, ge=1, le=3650)


def refuse_unknown_targets(targets: tuple[BackupTarget, ...], rules: BackupRules) -> None:
    """Raise InvalidInput where a target is named twice, or one is named that is not there."""
    names = [target.name for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"two targets are named {name}", field="backup_target", value=name, remedy="rename one")
    for target in targets:
        if target.second is not None and (target.second not in names or target.second == target.name):
            remedy = "name another [[backup_target]]"
            message = f"{target.second} cannot be the second of {target.name}"
            raise InvalidInput(message, field="second", value=target.second, remedy=remedy)
    if rules.target is not None and rules.target not in names:
        remedy = f"name one of {', '.join(names)}" if names else "add a [[backup_target]]"
        raise InvalidInput(
            f"there is no backup target {rules.target}", field="backup.target", value=rules.target, remedy=remedy
        )
