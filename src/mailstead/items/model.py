"""What is found on a disk: regions, files, mailboxes, messages, and what of it is damaged."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Damage:
    """A part that could not be read: *where* names it as the administrator would, *why* is one sentence."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


@dataclass(frozen=True, slots=True)
class Extent:
    """A run of bytes of a disk."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a disk. `name` is its number ("1"), or volume group and volume ("vg0/mail"); "" is the whole disk.

    `extents` are its bytes in their order: one run, or several for a logical volume.
    """

    name: str
    extents: tuple[Extent, ...]
    label: str = ""

    @property
    def size(self) -> int:
        return sum(extent.length for extent in self.extents)


class Kind(StrEnum):
    """What a name in a folder stands for."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a folder, its bytes as they stand on the disk. `node` names the file inside its file system."""

    name: bytes
    node: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Details:
    """What a file system knows of a file: bytes, and when it was last written."""

    kind: Kind
    size: int
    changed: datetime


class Layout(StrEnum):
    """How a mail server lays mail into files."""

    MAILDIR = "maildir"
    SDBOX = "sdbox"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One person's mail on a disk: `address`, or the path where the path tells no address."""

    address: str
    path: str
    layout: Layout


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as IMAP names it, parts separated by "/", and where its files are."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Message:
    """One mail: where its bytes are, and what its mail server knew of it.

    `guid` names the same mail in every copy and version; `flags` are IMAP's system flags (`\\\\Seen`) and keywords;
    `arrived` is the INTERNALDATE; `size` is that of the file (0: not known), which may be compressed.
    """

    folder: str
    path: str
    node: int
    guid: str
    uid: int
    flags: frozenset[str]
    arrived: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Given:
    """A mail on its way back: its bytes, its flags, and its INTERNALDATE."""

    content: bytes
    flags: frozenset[str]
    arrived: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """The messages of a folder, oldest first, and what of it could not be read."""

    messages: tuple[Message, ...]
    damage: tuple[Damage, ...] = ()


@dataclass(frozen=True, slots=True)
class Headers:
    """The header of a mail as a person reads it; hostile bytes are replaced, long values cut."""

    subject: str
    sender: str
    recipients: tuple[str, ...]
    sent: datetime | None
    message_id: str
