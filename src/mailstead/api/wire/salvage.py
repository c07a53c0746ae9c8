"""Mails and files of backups on the wire."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from mailstead.api.asked import Moment
from mailstead.backup.model import Snapshot
from mailstead.ground.values import Value
from mailstead.items.model import Damage
from mailstead.items.search import Query
from mailstead.salvage.looking import At
from mailstead.salvage.model import Choice, Hit, Hits, Room
from mailstead.salvage.packing import Form

from .parts import Address, Shown, Truth, Whole

NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
Number = Annotated[Whole, Field(ge=1, le=10**12 - 1, description="Number of a backup.", examples=[1])]
Text = Annotated[str, Field(max_length=200, pattern=NO_CONTROLS)]
FolderName = Annotated[str, Field(max_length=500, pattern=NO_CONTROLS, examples=["INBOX"])]
PathText = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00]+$", examples=["etc/hostname"])]
Place = Annotated[str, Field(pattern=r"^/[^\x00-\x1f]{1,1000}$", examples=["/srv/hostname"])]
DiskName = Annotated[str, Field(max_length=32, pattern=r"^[a-z0-9-]*$", description="Empty: any.")]
Guid = Annotated[str, Field(min_length=1, max_length=300)]


class BackupSearch(Value):
    """Which mails are looked for: in one backup, by its number or the newest not later than `at`, or in `all` of them.

    What is left empty finds all. `since` and `until` are about when a mail arrived.
    """

    address: Address
    snapshot: Number | None = None
    at: Moment | None = None
    all: Truth = False
    folder: FolderName = ""
    sender: Text = ""
    recipient: Text = ""
    subject: Text = ""
    since: Moment | None = None
    until: Moment | None = None
    limit: Annotated[Whole, Field(ge=1, le=200)] = 50

    @property
    def when(self) -> At:
        return self.snapshot or self.at

    @property
    def query(self) -> Query:
        return Query(self.folder, self.sender, self.recipient, self.subject, self.since, self.until)


class FoundMail(Shown):
    """A mail as it lies in backups `first` to `last`; `gone`: since when it is in none. `id` is the same in all."""

    id: str
    folder: str
    subject: str
    sender: str
    arrived: datetime
    flags: list[str]
    size: int
    first: int
    last: int
    gone: datetime | None

    @classmethod
    def of(cls, hit: Hit) -> Self:
        message, headers = hit.message, hit.headers
        return cls(
            id=message.guid,
            folder=message.folder,
            subject=headers.subject if headers else "",
            sender=headers.sender if headers else "",
            arrived=message.arrived,
            flags=sorted(message.flags),
            size=message.size,
            first=hit.first.number,
            last=hit.last.number,
            gone=hit.gone,
        )


class DamageOut(Shown):
    """A part that cannot be read, and why."""

    where: str
    why: str

    @classmethod
    def of(cls, damage: Damage) -> Self:
        return cls(where=damage.where, why=damage.why)


class FoundMails(Shown):
    """Mails, the oldest first; `more`: there are others. `damage` is what may hide some."""

    items: list[FoundMail]
    more: bool
    damage: list[DamageOut]

    @classmethod
    def of(cls, hits: Hits) -> Self:
        damage = [DamageOut.of(one) for one in hits.damage[:200]]
        return cls(items=[FoundMail.of(hit) for hit in hits.hits], more=hits.more, damage=damage)


class RoomOut(Shown):
    """A mailbox (no folder told), or a folder with its number of mails."""

    address: str
    folder: str
    mails: int

    @classmethod
    def of(cls, room: Room) -> Self:
        return cls(address=room.mailbox, folder=room.folder, mails=room.mails)


class Rooms(Shown):
    """What a backup holds."""

    snapshot: int
    taken: datetime
    items: list[RoomOut]

    @classmethod
    def of(cls, snapshot: Snapshot, rooms: list[Room]) -> Self:
        return cls(snapshot=snapshot.number, taken=snapshot.taken, items=[RoomOut.of(room) for room in rooms])


class MailChoice(Value):
    """Mails of a backup: those named, or all of a folder, or all of the mailbox."""

    address: Address
    snapshot: Number
    folder: FolderName = ""
    mails: Annotated[list[Guid], Field(max_length=1000)] = Field(default=[])

    def choice(self) -> Choice:
        return Choice(self.snapshot, self.address, self.folder, tuple(self.mails))


class MailDownload(MailChoice):
    """Which mails, and as what."""

    form: Form = Form.ZIP


class MailReturn(MailChoice):
    """Which mails, and the folder they come back to (empty: each to its own), of the mailbox `to` or their own."""

    into: FolderName = ""
    to: Address | None = None

    def choice(self) -> Choice:
        return replace(MailChoice.choice(self), into=self.into, to=self.to or "")


class FileChoice(Value):
    """A file of a backup, by its path within its file system."""

    snapshot: Number
    path: PathText
    disk: DiskName = ""


class FileReturn(FileChoice):
    """Which file, and its place in the machine: for root alone."""

    place: Place
