"""The port: mailboxes out of databases that lie on a disk lent to the Exchange server."""

from typing import Protocol

from .model import Home, Lent, Progress, Wish


class RecoveryDatabases(Protocol):
    """The Exchange servers of a host's tenants, each by the name of its tenant. *run* names one restore, all its tries.

    Every verb may be repeated, and raises ExchangeSilent (ask again), ExchangeAnswerLost (it may be done: repeat it),
    ExchangeRefused, and Denied where the role does not show what is asked for.
    """

    def home(self, machine: str, address: str) -> Home:
        """Return where a mailbox lives now. Raises NoSuchMailbox."""

    def show(self, machine: str, lent: Lent) -> None:
        """Show the disk that was lent in its folder, writable. Raises ExchangeSilent while Windows does not see it."""

    def recover(self, machine: str, home: Home) -> None:
        """Replay the logs of the database on that disk, so that it is clean. Raises NotClean."""

    def mount(self, machine: str, home: Home, *, run: str) -> None:
        """Mount it as a recovery database. Raises RecoveryTaken, and NoSuchMailbox if the mailbox is not in it."""

    def give_back(self, machine: str, wish: Wish, *, run: str) -> None:
        """Ask for a mailbox of the mounted database; a request that is there stays. Raises NoSuchMailbox."""

    def progress(self, machine: str, *, run: str) -> Progress:
        """Return how far that is. Raises ExchangeRefused if nobody has asked."""

    def take_away(self, machine: str, *, run: str) -> None:
        """Forget the request, dismount the database and forget it; what is gone is no error."""

    def hide(self, machine: str) -> None:
        """Show the lent disk no more, and take it offline; none is no error."""
