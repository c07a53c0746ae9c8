"""A snapshot as file systems and mailboxes: disks are opened one after the other, and only when they are needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailstead.backup.model import Snapshot
from mailstead.backup.store.tenant_store import Reading
from mailstead.items.disks.tree import find
from mailstead.items.disks.volumes import Volume, survey
from mailstead.items.errors import UNREADABLE, NoSuchPath, named
from mailstead.items.mailboxes.finding import folders, likely_mailbox, listing, mailboxes
from mailstead.items.model import Damage, Entry, Kind, Mailbox, Message
from mailstead.items.port import FileSystem, Opener

from .errors import NotInBackup
from .model import Choice


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox, and the file system that it lies on."""

    files: FileSystem
    mailbox: Mailbox


class Opened:
    """What lies on the disks of one snapshot. What cannot be read is gathered in `damage`."""

    def __init__(self, reading: Reading, openers: Sequence[Opener]) -> None:
        self._reading, self._openers = reading, openers
        self._volumes: dict[str, tuple[Volume, ...]] = {}
        self.damage: list[Damage] = []

    @property
    def snapshot(self) -> Snapshot:
        return self._reading.snapshot

    def boxes(self) -> Iterator[Box]:
        """Yield all mailboxes of the first disk that has any, the tenant's data before the system."""
        for disk in self._disks():
            found = [Box(volume.files, box) for volume in self._opened(disk) for box in self._all(volume)]
            if found:
                yield from found
                return

    def box(self, address: str) -> Box:
        """Return one person's mailbox: where it is most likely on any disk, else wherever it is. Raises NotInBackup."""
        for disk in self._disks():
            for volume in self._opened(disk):
                if box := self._likely(volume, address):
                    return Box(volume.files, box)
        found = next((box for box in self.boxes() if box.mailbox.address == address), None)
        if found is None:
            raise self._missing(f"no mailbox of {address}", "mailbox", address)
        return found

    def messages(self, box: Box, choice: Choice) -> list[Message]:
        """Return the chosen mails, always in the same order; `arrived` may be when they came into their folder."""
        found: list[Message] = []
        for folder in folders(box.files, box.mailbox, self.damage):
            if choice.folder in {"", folder.name}:
                try:
                    listed = listing(box.files, box.mailbox, folder, exact=False)
                except UNREADABLE as error:
                    self.damage.append(named(folder.name, error))
                    continue
                self.damage.extend(listed.damage)
                found.extend(filter(choice.admits, listed.messages))
        return found

    def file(self, path: str, disk: str = "") -> tuple[FileSystem, Entry]:
        """Return a file by its path within its file system, of this disk or of any. Raises NotInBackup."""
        for name in [disk] if disk else self._disks():
            for volume in self._opened(name):
                try:
                    entry = find(volume.files, path)
                except NoSuchPath:
                    continue
                if entry.kind is Kind.FILE:
                    return volume.files, entry
        raise self._missing(f"no file {path}", "path", path)

    def _disks(self) -> list[str]:
        return sorted((disk.name for disk in self.snapshot.disks), key=lambda name: (name != "data", name))

    def _opened(self, disk: str) -> tuple[Volume, ...]:
        if disk not in self._volumes:
            found = survey(self._reading.disk(disk), self._openers)
            self.damage.extend(Damage(f"disk {disk}, {one.where}", one.why) for one in found.damage)
            self._volumes[disk] = found.volumes
        return self._volumes[disk]

    def _all(self, volume: Volume) -> Iterator[Mailbox]:
        try:
            yield from mailboxes(volume.files, self.damage)
        except UNREADABLE as error:
            self.damage.append(named(volume.partition.name or "disk", error))

    def _likely(self, volume: Volume, address: str) -> Mailbox | None:
        try:
            return likely_mailbox(volume.files, address)
        except UNREADABLE as error:
            self.damage.append(named(volume.partition.name or "disk", error))
            return None

    def _missing(self, what: str, field: str, value: str) -> NotInBackup:
        hint = f"; something could not be read: {self.damage[0]}" if self.damage else ""
        remedy = "see what there is: mailstead backup browse TENANT"
        return NotInBackup(f"{self.snapshot} holds {what}{hint}", field=field, value=value, remedy=remedy)
