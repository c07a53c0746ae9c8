"""Mails found by mailbox, folder, sender, recipient, subject and date; only headers are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import UNREADABLE, named
from .mailboxes.content import beginning
from .mailboxes.finding import folders, listing, settled
from .mailboxes.headers import HEADER_MOST, parse_headers
from .model import Damage, Headers, Mailbox, Message
from .port import FileSystem

_SLACK = timedelta(hours=1)  # a file may be written to for so long after it was named


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; an empty part finds all. Texts are found anywhere, whatever their case.

    `since` and `until` (exclusive) are about when a mail arrived.
    """

    folder: str = ""
    sender: str = ""
    recipient: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def asks_headers(self) -> bool:
        return bool(self.sender or self.recipient or self.subject)

    @property
    def asks_dates(self) -> bool:
        return self.since is not None or self.until is not None

    def fits(self, message: Message) -> bool:
        """Say whether a mail may be it by what is known without its header."""
        late_enough = self.since is None or message.arrived >= self.since
        return late_enough and (self.until is None or message.arrived < self.until)

    def too_early(self, message: Message) -> bool:
        """Say whether a mail came too early by its name: its INTERNALDATE may only be earlier than that."""
        return self.since is not None and message.arrived + _SLACK < self.since

    def fits_headers(self, headers: Headers) -> bool:
        """Say whether a mail is it by its header."""
        told = any(_in(self.recipient, recipient) for recipient in headers.recipients or ("",))
        return _in(self.sender, headers.sender) and _in(self.subject, headers.subject) and told


@dataclass(frozen=True, slots=True)
class Found:
    """A mail that was looked for; its header, where that was read."""

    message: Message
    headers: Headers | None


def search(files: FileSystem, box: Mailbox, query: Query, damage: list[Damage]) -> Iterator[Found]:
    """Yield the mails of a mailbox that *query* asks for, folder by folder, oldest first.

    A mail or folder that cannot be read is added to *damage*.
    """
    for folder in folders(files, box, damage):
        if query.folder in {"", folder.name}:
            try:
                listed = listing(files, box, folder, exact=False)
            except UNREADABLE as error:
                damage.append(named(folder.name, error))
                continue
            damage.extend(listed.damage)
            yield from _matches(files, box, query, listed.messages, damage)


def headers_of(files: FileSystem, box: Mailbox, message: Message) -> Headers:
    """Return the header of a mail, at most its first MiB. Raises DamagedMail and DamagedDisk."""
    return parse_headers(beginning(files, message, box.layout, HEADER_MOST))


def _matches(
    files: FileSystem, box: Mailbox, query: Query, messages: tuple[Message, ...], damage: list[Damage]
) -> Iterator[Found]:
    for quick in messages:
        if query.too_early(quick):
            continue
        try:
            message = settled(files, box.layout, quick) if query.asks_dates else quick
            headers = headers_of(files, box, message) if query.asks_headers and query.fits(message) else None
        except UNREADABLE as error:
            damage.append(named(quick.path, error))
            continue
        if query.fits(message) and (headers is None or query.fits_headers(headers)):
            yield Found(message, headers)


def _in(wanted: str, text: str) -> bool:
    return wanted.casefold() in text.casefold()
