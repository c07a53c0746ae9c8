"""Names and paths; pure."""

from pathlib import PureWindowsPath

from .errors import ExchangeRefused
from .model import SHOWN_AT, Home

_BAD_ITEMS = 50  # Exchange wants no other right for so many
BAD_ITEMS = str(_BAD_ITEMS)


def name_of(run: str) -> str:
    """Return what the recovery database and the request of one run are called: the same each time.

    >>> name_of("Order_17/x")
    'mailstead-order-17-x'
    """
    plain = "".join(each if each.isascii() and each.isalnum() else "-" for each in run.lower())
    return f"mailstead-{plain[:50]}"


def shown(path: PureWindowsPath) -> PureWindowsPath:
    r"""Return where a path of the disk is seen while the disk is lent.

    >>> str(shown(PureWindowsPath(r"D:\Databases\DB1\DB1.edb")))
    'C:\\mailstead\\recovery\\Databases\\DB1\\DB1.edb'
    """
    return SHOWN_AT / path.relative_to(path.anchor)


def refuse_scattered(home: Home) -> None:
    """Raise ExchangeRefused for a database whose logs lie on another disk than its pages."""
    if home.edb.drive.upper() != home.logs.drive.upper():
        message = f"the database is on {home.edb.drive}, its logs are on {home.logs.drive}"
        remedy = "bring the machine back beside (mailstead restore machine), or keep both on one disk from now on"
        raise ExchangeRefused(message, field="mailbox", value=home.mailbox, remedy=remedy)


def folders_of(folder: str) -> tuple[str, ...] | None:
    """Return what `-IncludeFolders` takes for one folder and those below; None for all of them.

    >>> folders_of("INBOX"), folders_of("Work"), folders_of("")
    (('#Inbox#/*',), ('Work/*',), None)
    """
    if not folder:
        return None
    return ("#Inbox#/*",) if folder.upper() == "INBOX" else (f"{folder}/*",)


def root_of(into: str) -> str | None:
    """Return what `-TargetRootFolder` takes: one folder, for its separator is no part of a name.

    >>> root_of("Restored/2026-11-02")
    'Restored 2026-11-02'
    """
    return into.replace("/", " ").replace("\\", " ") or None
