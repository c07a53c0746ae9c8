"""Which reference points of a machine are ours, and what they know of which disk; docs/formats/hyperv.md.

A reference point has no name that we could give, and other programs have theirs on the same machine.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from secrets import token_hex
from typing import Self

from .smb import SmbFolder

_NAME = "backup-points.json"
_VERSION = 1
PREFIX = "mailstead-"


@dataclass(frozen=True, slots=True)
class Point:
    """A reference point, and the identifiers of change tracking by the names of disks."""

    reference: str
    disks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of a machine's points; `held`: a snapshot that is there is ours, for a run of ours is at work."""

    points: Mapping[str, Point] = field(default_factory=dict)
    held: bool = False

    def moment(self, point: str, disk: str) -> str:
        """Return the identifier of a point for one disk; empty where there is none."""
        return self.points[point].disks.get(disk, "") if point in self.points else ""

    def but(self, points: Collection[str]) -> Self:
        """Return it with these points only."""
        return replace(self, points={name: point for name, point in self.points.items() if name in points})

    def without_disk(self, disk: str) -> Self:
        """Return it as if nobody had ever known anything of one disk."""
        return replace(self, points={name: _forgetting(point, disk) for name, point in self.points.items()})

    def __str__(self) -> str:
        points = {name: {"reference": each.reference, "disks": dict(each.disks)} for name, each in self.points.items()}
        return json.dumps({"version": _VERSION, "held": self.held, "points": points}, sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read it; one that cannot be read knows nothing, so that all is read anew."""
        try:
            read = json.loads(text)
            points = {name: Point(each["reference"], dict(each["disks"])) for name, each in read["points"].items()}
            return cls(points, bool(read["held"])) if read["version"] == _VERSION else cls()
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()


def read(folder: SmbFolder, machine: str) -> Ledger:
    return Ledger.parse(folder.text(f"{machine}\\{_NAME}"))


def write(folder: SmbFolder, machine: str, ledger: Ledger) -> None:
    folder.keep(f"{machine}\\{_NAME}", str(ledger))


def new_point(now: datetime) -> str:
    """Return a name that no point ever had."""
    return f"{PREFIX}{now:%Y%m%d%H%M%S}-{token_hex(8)}"


def _forgetting(point: Point, disk: str) -> Point:
    return replace(point, disks={name: moment for name, moment in point.disks.items() if name != disk})
