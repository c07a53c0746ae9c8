"""From what Exchange and Windows answer to values; pure. Raises UnexpectedAnswer for what cannot be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PureWindowsPath

from mailstead.exchange.model import SHOWN_AT, Home, Lent, Progress, State
from mailstead.remoting.values import PsObject

_DONE = {"Completed", "CompletedWithWarning"}
_FAILED = {"Failed", "Suspended", "AutoSuspended"}


@dataclass(frozen=True, slots=True)
class Database:
    """A database of the organisation."""

    name: str
    recovery: bool
    mounted: bool


def home(mailbox: PsObject, database: PsObject) -> Home:
    return Home(
        mailbox.guid("ExchangeGuid"),
        database.text_of("Server"),
        PureWindowsPath(database.text_of("EdbFilePath")),
        PureWindowsPath(database.text_of("LogFolderPath")),
        database.text_of("LogFilePrefix"),
    )


def database(told: PsObject) -> Database:
    """Read a database; whether it is mounted is not known of one whose server does not say."""
    return Database(told.text_of("Name"), told.truth("Recovery"), told.get("Mounted") is True)


def lent_disk(disks: Iterable[PsObject], lent: Lent) -> int | None:
    """Return the number of the disk that was lent: the one at this place, of this size. None: it is not seen yet."""
    end = f" LUN {lent.place}"
    fitting = [
        disk.number("Number")
        for disk in disks
        if disk.text_of("Location").endswith(end) and disk.number("Size") == lent.size
    ]
    return fitting[0] if len(fitting) == 1 else None


def largest(partitions: Iterable[PsObject]) -> PsObject | None:
    """Return the partition that the files lie on: the largest of the disk."""
    return max(partitions, key=lambda each: each.number("Size"), default=None)


def is_shown(partition: PsObject) -> bool:
    """Say whether a partition is seen at our folder; Windows writes such a path with a backslash at its end."""
    paths = partition.get("AccessPaths")
    return isinstance(paths, tuple) and any(PureWindowsPath(str(path)) == SHOWN_AT for path in paths)


def progress(told: PsObject) -> Progress:
    """Read the statistics of a request."""
    status = told.text_of("Status")
    state = State.DONE if status in _DONE else State.FAILED if status in _FAILED else State.UNDER_WAY
    why = str(told.get("Message") or status) if state is State.FAILED else ""
    items, of = told.number("ItemsTransferred"), told.number("EstimatedTransferItemCount")
    return Progress(state, items, max(of, items), told.number("BadItemsEncountered"), why)
