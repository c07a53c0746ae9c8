"""What a mail server is made of, as a person reads it in a plan: files, mailboxes, services."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file inside the machine. Equal means same mode, owner and digest; the content is for sending only."""

    path: str
    mode: int
    owner: str  # user:group
    digest: str  # SHA-256, hexadecimal
    content: bytes = field(default=b"", repr=False, compare=False)

    @classmethod
    def of(cls, path: str, content: str | bytes, mode: int = 0o644, owner: str = "root:root") -> "ConfigFile":
        data = content.encode() if isinstance(content, str) else content
        return cls(path, mode, owner, hashlib.sha256(data).hexdigest(), data)


@dataclass(frozen=True, slots=True)
class MailboxRoom:
    """A mailbox as it lies on the mail disk; what it holds is told, not compared."""

    address: str
    quota_mib: int
    enabled: bool = True
    used_bytes: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the machine. `current`: it runs with the files that lie there now."""

    name: str
    running: bool = True
    enabled: bool = True
    current: bool = True


@dataclass(frozen=True, slots=True)
class MachineClock:
    """How far the machine's clock is off the control plane's: negative when it is behind."""

    off_s: float = 0.0

    @classmethod
    def between(cls, before: datetime, told: datetime | None, after: datetime) -> "MachineClock":
        """Return how far *told* lies outside the time in which it was asked for, to a second."""
        if told is None:
            return cls()
        early, late = (before - told).total_seconds() - 1, (told - after).total_seconds()
        return cls(late if late > 0 else -early if early > 0 else 0.0)


@dataclass(frozen=True, slots=True)
class MailDisk:
    """The disk that mail lies on. `whole`: its file system takes all the room that the machine was given."""

    whole: bool = True


Item = ConfigFile | MachineClock | MailboxRoom | MailDisk | Service


@dataclass(frozen=True, slots=True)
class MailState:
    """What one look into the machine found.

    `applied` is the mark of the last configuration that was put there (see `mark`), `listing` a digest of the files
    that lie there now: while both fit, nothing has to be rendered to know that no file changed.
    """

    files: Mapping[str, ConfigFile] = field(default_factory=dict)
    mailboxes: Mapping[str, MailboxRoom] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    applied: str = ""
    listing: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    disk_mib: int | None = None
    disk_free_mib: int | None = None
    queued: int | None = None  # messages waiting in the queue
    observed_at: datetime | None = None  # by the machine's own clock
    clock: MachineClock = MachineClock()
    disk: MailDisk = MailDisk()


APPLIED = "/var/lib/mailstead/applied"


def listing(files: Iterable[ConfigFile]) -> str:
    """Return a digest of path, mode, owner and content of all *files* but the mark itself."""
    told = sorted(f"{file.path} {file.mode:o} {file.owner} {file.digest}" for file in files if file.path != APPLIED)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def mark(fingerprint: str, listed: str) -> str:
    """Return what the file APPLIED says: the wanted configuration's fingerprint and the listing it led to."""
    return f"{fingerprint} {listed}"
