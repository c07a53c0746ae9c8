"""Maildir++ as Dovecot writes it (doc.dovecot.org: mailbox formats, Maildir)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from mailstead.items.disks.tree import children, find, small, text_of
from mailstead.items.errors import UNREADABLE, named
from mailstead.items.model import Damage, Details, Entry, Folder, Kind, Listing, Mailbox, Message
from mailstead.items.port import FileSystem

from .names import folder_name
from .uidlist import Listed, base_name, flags_of, parse_keywords, parse_uidlist, size_of

PARTS = {"cur", "new", "tmp"}
_UNLISTED = Listed(0, "")
_READ = ("cur", "new")  # in tmp lies what was never delivered


def folders(files: FileSystem, mailbox: Mailbox, damage: list[Damage]) -> Iterator[Folder]:
    """Yield the inbox and every folder beside it; a deleted folder that is not gone yet begins with two dots."""
    yield Folder("INBOX", mailbox.path)
    for name, entry in sorted(children(files, find(files, mailbox.path).node, damage).items()):
        if entry.kind is Kind.FOLDER and name.startswith(".") and not name.startswith(".."):
            yield Folder("/".join(map(folder_name, name[1:].split("."))), f"{mailbox.path}/{name}")


def listing(files: FileSystem, folder: Folder, *, exact: bool) -> Listing:
    """Return the messages of a folder. What cannot be read of it is named, and the rest is there.

    Unless *exact*, names are believed that tell when and how large a mail was delivered, and no inode is read.
    """
    reading = _Reading(files, folder, [], exact)
    inside = children(files, find(files, folder.path).node, reading.damage)
    known = parse_uidlist(reading.aside(inside.get("dovecot-uidlist")))
    keywords = parse_keywords(reading.aside(inside.get("dovecot-keywords")))
    parts = (inside[part] for part in _READ if part in inside and inside[part].kind is Kind.FOLDER)
    messages = [message for part in parts for message in reading.messages(part, known, keywords)]
    return Listing(tuple(sorted(messages, key=lambda message: (message.arrived, message.uid))), tuple(reading.damage))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One folder while it is read; what cannot be read is gathered."""

    files: FileSystem
    folder: Folder
    damage: list[Damage]
    exact: bool

    def messages(self, part: Entry, known: Mapping[bytes, Listed], keywords: Mapping[str, str]) -> Iterator[Message]:
        """Yield the messages of `cur` or `new`."""
        where = f"{self.folder.path}/{text_of(part.name)}"
        for entry in self._entries(part, where):
            path = f"{where}/{text_of(entry.name)}"
            try:
                details = (None if self.exact else told_by(entry.name)) or self.files.details(entry.node)
            except UNREADABLE as error:
                self.damage.append(named(path, error))
                continue
            listed = known.get(base_name(entry.name), _UNLISTED)
            yield Message(
                folder=self.folder.name,
                path=path,
                node=entry.node,
                guid=listed.guid or text_of(base_name(entry.name)),
                uid=listed.uid,
                flags=flags_of(entry.name, keywords),
                arrived=details.changed,
                size=size_of(entry.name) or details.size,
            )

    def _entries(self, part: Entry, where: str) -> list[Entry]:
        """Return the files of `cur` or `new` as they lie on the disk, so that little is read twice."""
        found: list[Damage] = []
        try:
            entries = [entry for entry in self.files.entries(part.node, found) if _is_mail(entry)]
        except UNREADABLE as error:
            entries, found = [], [named(where, error)]
        self.damage.extend(Damage(where, damage.why) for damage in found)
        return sorted(entries, key=lambda entry: entry.node)

    def aside(self, entry: Entry | None) -> bytes:
        """Return one of Dovecot's own files; without it the mails are all there, but some flags and numbers."""
        try:
            return small(self.files, entry)
        except UNREADABLE as error:
            self.damage.append(named(f"{self.folder.path}/{text_of(entry.name) if entry else ''}", error))
            return b""


def told_by(name: bytes) -> Details | None:
    """Return what a file's name tells of it: the second of its delivery, and its size.

    >>> told = told_by(b"1700000000.M1P1.host,S=900:2,S")
    >>> str(told.changed), told.size
    ('2023-11-14 22:13:20+00:00', 900)
    >>> told_by(b"1700000000.M1P1.host:2,S")
    """
    seconds, size = re.match(rb"(\d{9,10})\.", name), size_of(name)
    return Details(Kind.FILE, size, datetime.fromtimestamp(int(seconds[1]), UTC)) if seconds and size else None


def _is_mail(entry: Entry) -> bool:
    return entry.kind is Kind.FILE and not entry.name.startswith(b".")
