"""The ports: a file system that is only read, and the mailbox that mails are given back to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from mailstead.ground.blocks import Blocks

from .model import Damage, Details, Entry, Given


class FileSystem(Protocol):
    """A file system on a disk. Nothing is written to it; nothing of it is held but what was just read.

    Every verb raises DamagedDisk for what cannot be read, and UnsupportedDisk for what is not understood.
    """

    @property
    def label(self) -> str:
        """Its name, as given when it was made."""

    @property
    def remarks(self) -> tuple[Damage, ...]:
        """What could not be done when it was opened: a journal not played back, a superblock taken from its copy."""

    @property
    def root(self) -> int:
        """The node of its topmost folder."""

    def entries(self, node: int, damage: list[Damage]) -> Iterator[Entry]:
        """Yield the names in a folder, without `.` and `..`; what cannot be read is added to *damage*, and skipped."""

    def details(self, node: int) -> Details:
        """Return kind, size and time of a file."""

    def read(self, node: int, offset: int, length: int) -> bytes:
        """Return bytes of a file, fewer only where it ends; holes are zeros."""


class Opener(Protocol):
    """Knows one kind of file system."""

    @property
    def kind(self) -> str:
        """Its name, as `blkid` says it."""

    def __call__(self, blocks: Blocks) -> FileSystem:
        """Open what `disks.signatures` took for this kind. Raises DamagedDisk and UnsupportedDisk."""


class Receiver(Protocol):
    """A mailbox on a running mail server that takes mails back.

    Every verb raises ReceiverSilent when the far side hung up (look again, then go on), and ReceiverRefused when it
    said no; and what the way to it raises.
    """

    def marks(self, folder: str) -> Mapping[str, frozenset[str]]:
        """Return the flags of a folder's mails by their fingerprints (`plan.fingerprint`); none for no such folder."""

    def add(self, folder: str, mails: Sequence[Given]) -> Sequence[str]:
        """Put mails into a folder, making it if need be; return for each why it was refused, "" for one that is there.

        What was put there before something was raised stays there.
        """

    def add_flags(self, folder: str, fingerprint: str, flags: frozenset[str]) -> None:
        """Give a mail that is there already these flags as well."""
