"""Where a mailbox lives, what is to come back of it, and how far that is."""

from dataclasses import dataclass
from enum import Enum
from pathlib import PureWindowsPath
from typing import Any, Self
from uuid import UUID

SHOWN_AT = PureWindowsPath(r"C:\mailstead\recovery")  # where a disk that is lent is seen; the role shows no other place


@dataclass(frozen=True, slots=True)
class Home:
    """A mailbox and the database that it lives in: its files, and how the names of its logs begin (E00)."""

    mailbox: UUID
    server: str
    edb: PureWindowsPath
    logs: PureWindowsPath
    prefix: str

    @property
    def on_system(self) -> bool:
        """Whether the database lies on the disk of the system, not on that of the tenant's data."""
        return self.edb.drive.upper() == "C:"

    def as_json(self) -> dict[str, str]:
        """Return what a step of an order notes."""
        return {
            "mailbox": str(self.mailbox),
            "server": self.server,
            "edb": str(self.edb),
            "logs": str(self.logs),
            "prefix": self.prefix,
        }

    @classmethod
    def of(cls, noted: dict[str, Any]) -> Self:
        edb, logs = PureWindowsPath(noted["edb"]), PureWindowsPath(noted["logs"])
        return cls(UUID(noted["mailbox"]), noted["server"], edb, logs, noted["prefix"])


@dataclass(frozen=True, slots=True)
class Lent:
    """A disk that was lent to the machine: its place at the first SCSI controller, and its size in bytes."""

    place: int
    size: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What comes back into which mailbox: all of it, or one *folder* and those below; *into* a folder, or as it was."""

    mailbox: UUID
    address: str
    folder: str = ""
    into: str = ""


class State(Enum):
    """How a request stands."""

    UNDER_WAY = "under way"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the copying is: items that are across, of about how many; *bad* ones cannot be read; *why* it failed."""

    state: State
    items: int = 0
    of: int = 0
    bad: int = 0
    why: str = ""
