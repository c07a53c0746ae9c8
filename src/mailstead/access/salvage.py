"""Mails and files out of backups, as one caller may see and give them back.

What somebody else was written is opened under a right of its own, with a second factor just given, and the trail is
told of it: which mails, by their ids, never what is in them.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import chain

from mailstead.backup.model import Snapshot
from mailstead.items.plan import Outcome
from mailstead.items.search import Query
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.salvage.looking import At
from mailstead.salvage.model import Choice, Hits, Room
from mailstead.salvage.packing import Form

from .asking import Asking


class SalvageAccess:
    """What lies in the backups of each tenant."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def versions(self, tenant: str) -> list[Snapshot]:
        """Return the backups that there are, the oldest first. Raises StepUpNeeded, NotProtected."""
        self._asking.tenant(Right.MAIL_OPEN, tenant)
        return self._asking.running.salvage.shelves.versions(tenant)

    def rooms(self, tenant: str, at: At = None, address: str = "") -> tuple[Snapshot, list[Room]]:
        """Return the mailboxes in a backup, or the folders of one. Raises StepUpNeeded, NoBackupThen, NotInBackup."""
        self._asking.tenant(Right.MAIL_OPEN, tenant)
        snapshot, rooms, _ = self._asking.running.salvage.shelves.rooms(tenant, at, address)
        return snapshot, rooms

    def search(self, tenant: str, address: str, query: Query, at: At = None, most: int = 50) -> Hits:
        """Return mails of one backup. Raises StepUpNeeded, NoBackupThen, NotInBackup."""
        self._asking.tenant(Right.MAIL_OPEN, tenant)
        shelves = self._asking.running.salvage.shelves
        return self._told(
            "backup.search", tenant, address, lambda: shelves.search(tenant, at, address, query, most), query
        )

    def search_all(self, tenant: str, address: str, query: Query, most: int = 50) -> Hits:
        """Return mails of all backups, each once. Raises StepUpNeeded."""
        self._asking.tenant(Right.MAIL_OPEN, tenant)
        shelves = self._asking.running.salvage.shelves
        return self._told(
            "backup.search", tenant, address, lambda: shelves.search_all(tenant, address, query, most), query
        )

    def download(self, tenant: str, choice: Choice, form: Form) -> Iterator[bytes]:
        """Return a file with mails, piece by piece. Raises StepUpNeeded, NotInBackup, InvalidInput."""
        self._asking.tenant(Right.MAIL_OPEN, tenant)
        salvage = self._asking.running.salvage
        told = choice.as_inputs()
        return self._asking.told(
            "backup.open", tenant, choice.mailbox, lambda: _begun(salvage.download(tenant, choice, form)), **told
        )

    def foresee(self, tenant: str, choice: Choice) -> list[Outcome]:
        """Return what giving back would make of each mail. Raises StepUpNeeded, NobodyThere, NotInBackup."""
        self._demand_giving(tenant)
        return self._asking.running.salvage.foresee(tenant, choice)

    def give_back(self, tenant: str, choice: Choice) -> OrderView:
        """Give mails back to their owner. Raises StepUpNeeded, NobodyThere, NoSuchSnapshot."""
        self._demand_giving(tenant)
        salvage, told = self._asking.running.salvage, choice.as_inputs()
        return self._asking.order(
            "backup.give-back", tenant, choice.mailbox, lambda: salvage.give_back(tenant, choice), **told
        )

    def file(self, tenant: str, snapshot: int, path: str, disk: str = "") -> Iterator[bytes]:
        """Return a file of a disk, piece by piece: it may be a mail, or a key. Raises StepUpNeeded, NotInBackup."""
        self._demand_file(tenant)
        salvage = self._asking.running.salvage
        return self._asking.told(
            "backup.file", tenant, path, lambda: _begun(salvage.file(tenant, snapshot, path, disk)), snapshot=snapshot
        )

    def put_file(self, tenant: str, snapshot: int, path: str, place: str, disk: str = "") -> OrderView:
        """Write a file of a backup into the machine. Raises StepUpNeeded, NoSuchSnapshot, InvalidInput."""
        self._demand_file(tenant)
        salvage = self._asking.running.salvage
        return self._asking.order(
            "backup.put-file",
            tenant,
            path,
            lambda: salvage.put_file(tenant, snapshot, path, place, disk),
            snapshot=snapshot,
            place=place,
        )

    def _demand_giving(self, tenant: str) -> None:
        """Whoever may only read mail (an auditor) puts nothing into a mailbox."""
        self._asking.demand(Right.MAIL_WRITE)
        self._asking.tenant(Right.MAIL_OPEN, tenant)

    def _demand_file(self, tenant: str) -> None:
        self._asking.demand(Right.MAIL_OPEN)
        self._asking.tenant(Right.MACHINES_RESTORE, tenant)

    def _told(self, act: str, tenant: str, address: str, do: Callable[[], Hits], query: Query) -> Hits:
        """Tell the trail for what was asked: which fields, not their words."""
        asked = sorted(name for name, value in asdict(query).items() if value)
        return self._asking.told(act, tenant, address, do, by=asked)


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return the same pieces, the first fetched already: what is refused is refused now."""
    return chain([next(pieces, b"")], pieces)
