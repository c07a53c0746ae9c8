"""Exchange over PowerShell Remoting, through the JEA endpoint Mailstead.Exchange. Each verb looks before it changes.

Source: Microsoft, "Restore data using a recovery database" (Exchange 2016 and later).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailstead.exchange.errors import (
    ExchangeAnswerLost,
    ExchangeRefused,
    ExchangeSilent,
    NoSuchMailbox,
    NotClean,
    RecoveryTaken,
)
from mailstead.exchange.model import SHOWN_AT, Home, Lent, Progress, Wish
from mailstead.exchange.plan import BAD_ITEMS, folders_of, name_of, root_of, shown
from mailstead.ground.errors import MailsteadError, OutcomeUnknown, Unreachable
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work, batch
from mailstead.remoting.cmdlets.exchange import (
    DismountDatabase,
    GetMailbox,
    GetMailboxDatabase,
    GetMailboxRestoreRequest,
    GetMailboxRestoreRequestStatistics,
    GetMailboxStatistics,
    MountDatabase,
    NewMailboxRestoreRequest,
    NewRecoveryDatabase,
    RemoveMailboxDatabase,
    RemoveMailboxRestoreRequest,
)
from mailstead.remoting.cmdlets.files import NewFolder
from mailstead.remoting.cmdlets.own import RepairRecoveryDatabase
from mailstead.remoting.cmdlets.storage import (
    AddPartitionAccessPath,
    GetDisk,
    GetPartition,
    RemovePartitionAccessPath,
    SetDiskOnline,
    SetDiskWritable,
    UpdateHostStorageCache,
)
from mailstead.remoting.errors import CommandRejected, NoSuchObject, ObjectExists, WrongState
from mailstead.remoting.port import Remote

from .reading import Database, database, home, is_shown, largest, lent_disk, progress


class RemoteExchange:
    """A `port.RecoveryDatabases`. *reach* gives the way to a server; it may raise what says that there is none."""

    def __init__(self, reach: Callable[[str], Remote]) -> None:
        self._reach = reach

    def home(self, machine: str, address: str) -> Home:
        mailbox = self._of_somebody(machine, GetMailbox(Identity=address), address).one("Mailbox")
        name = mailbox.text_of("Database")
        return home(mailbox, self._run(machine, GetMailboxDatabase(Identity=name)).one("MailboxDatabase"))

    def show(self, machine: str, lent: Lent) -> None:
        seen = self._run(machine, batch(UpdateHostStorageCache(), GetDisk()))
        number = lent_disk(seen.all("MSFT_Disk"), lent)
        if number is None:
            remedy = "wait; else see Get-Disk in the machine"
            message = f"Windows of {machine} does not see the disk at place {lent.place} yet"
            raise ExchangeSilent(message, field="disk", value=lent.place, remedy=remedy)
        online = SetDiskOnline(Number=number, IsOffline=False), SetDiskWritable(Number=number, IsReadOnly=False)
        answer = self._run(
            machine, batch(*online, NewFolder(Path=(str(SHOWN_AT),)), GetPartition(DiskNumber=(number,)))
        )
        self._show_partition(machine, number, answer)

    def recover(self, machine: str, home: Home) -> None:
        work = RepairRecoveryDatabase(
            LogPrefix=home.prefix, DatabaseFolder=str(shown(home.edb).parent), LogFolder=str(shown(home.logs))
        )
        answer = self._run(machine, work).one("RecoveredDatabase")
        if code := answer.number("ExitCode"):
            remedy = "take another backup; see the event log of the machine: ESE"
            message = (
                f"eseutil could not replay the logs of {shown(home.edb)} (exit code {code}): {answer.text_of('Said')}"
            )
            raise NotClean(message, field="database", value=home.edb, remedy=remedy)

    def mount(self, machine: str, home: Home, *, run: str) -> None:
        name, there = name_of(run), self._databases(machine)
        other = next((each for each in there if each.recovery and each.mounted and each.name != name), None)
        if other:
            remedy = "wait for its restore, or take it away: mailstead restore undo; or Dismount-Database"
            message = f"a server mounts one recovery database at a time, and {other.name} is mounted"
            raise RecoveryTaken(message, field="database", value=other.name, remedy=remedy)
        if name not in {each.name for each in there}:
            edb, logs = str(shown(home.edb)), str(shown(home.logs))
            self._run(machine, NewRecoveryDatabase(Name=name, Server=home.server, EdbFilePath=edb, LogFolderPath=logs))
        if name not in {each.name for each in there if each.mounted}:
            self._run(machine, MountDatabase(Identity=name))
        asked = GetMailboxStatistics(Database=name, StoreMailboxIdentity=str(home.mailbox))
        if not self._of_somebody(machine, asked, str(home.mailbox)).all("MailboxStatistics"):
            raise _nobody(machine, str(home.mailbox))

    def give_back(self, machine: str, wish: Wish, *, run: str) -> None:
        name = name_of(run)
        if self._requests(machine, name):
            return
        request = NewMailboxRestoreRequest(
            Name=name,
            SourceDatabase=name,
            SourceStoreMailbox=str(wish.mailbox),
            TargetMailbox=wish.address,
            TargetRootFolder=root_of(wish.into),
            IncludeFolders=folders_of(wish.folder),
            ConflictResolutionOption="KeepLatestItem",
            BadItemLimit=BAD_ITEMS,
            AllowLegacyDNMismatch=True,  # the mailbox may have been made anew under the same address
        )
        self._of_somebody(machine, request, wish.address)

    def progress(self, machine: str, *, run: str) -> Progress:
        name = name_of(run)
        found = self._requests(machine, name)
        if not found:
            message = f"Exchange of {machine} has no request {name}: somebody took it away"
            raise ExchangeRefused(message, field="request", value=name, remedy="give the order again")
        asked = GetMailboxRestoreRequestStatistics(Identity=found[0])
        return progress(self._run(machine, asked).one("MailboxRestoreRequestStatistics"))

    def take_away(self, machine: str, *, run: str) -> None:
        name = name_of(run)
        for request in self._requests(machine, name):
            self._run(machine, RemoveMailboxRestoreRequest(Identity=request))
        for each in self._databases(machine):
            if each.name == name and each.recovery:
                self._forget(machine, each)

    def hide(self, machine: str) -> None:
        for partition in filter(is_shown, self._run(machine, GetPartition()).all("MSFT_Partition")):
            disk, number = partition.number("DiskNumber"), partition.number("PartitionNumber")
            path = RemovePartitionAccessPath(DiskNumber=(disk,), PartitionNumber=(number,), AccessPath=str(SHOWN_AT))
            self._run(machine, path)
            self._run(machine, SetDiskOnline(Number=disk, IsOffline=True))

    def _show_partition(self, machine: str, number: int, answer: Answer) -> None:
        partition = largest(answer.all("MSFT_Partition"))
        if partition is None:
            remedy = "is it the right backup? look into it: mailstead backup show"
            raise ExchangeRefused(f"no partition is on the disk lent to {machine}", field="disk", remedy=remedy)
        if not is_shown(partition):
            part = partition.number("PartitionNumber")
            path = AddPartitionAccessPath(DiskNumber=(number,), PartitionNumber=(part,), AccessPath=str(SHOWN_AT))
            self._run(machine, path)

    def _forget(self, machine: str, database: Database) -> None:
        if database.mounted:
            self._run(machine, DismountDatabase(Identity=database.name))
        self._run(machine, RemoveMailboxDatabase(Identity=database.name))

    def _databases(self, machine: str) -> list[Database]:
        return [*map(database, self._run(machine, GetMailboxDatabase(Status=True)).all("MailboxDatabase"))]

    def _requests(self, machine: str, name: str) -> list[str]:
        found = self._run(machine, GetMailboxRestoreRequest(Name=name)).all("MailboxRestoreRequest")
        return [each.text_of("Identity") for each in found]

    def _of_somebody(self, machine: str, work: Work, who: str) -> Answer:
        """Run what names a mailbox. Raises NoSuchMailbox for one that is not there."""
        try:
            with _in_our_words(machine):
                return self._reach(machine).run(work)
        except NoSuchObject as error:
            raise _nobody(machine, who) from error

    def _run(self, machine: str, work: Work) -> Answer:
        try:
            with _in_our_words(machine):
                return self._reach(machine).run(work)
        except NoSuchObject as error:
            raise _told(ExchangeRefused, machine, error) from error


@contextmanager
def _in_our_words(machine: str) -> Iterator[None]:
    """Turn what `remoting` raises into this chapter's errors; what is not there stays for the caller to say."""
    try:
        yield
    except OutcomeUnknown as error:
        raise _told(ExchangeAnswerLost, machine, error) from error
    except Unreachable as error:
        raise _told(ExchangeSilent, machine, error) from error
    except (CommandRejected, WrongState, ObjectExists) as error:
        raise _told(ExchangeRefused, machine, error) from error


def _told(kind: type[MailsteadError], machine: str, error: MailsteadError) -> MailsteadError:
    return kind(f"Exchange of {machine}: {error.message}", field=error.field, value=error.value, remedy=error.remedy)


def _nobody(machine: str, who: str) -> NoSuchMailbox:
    remedy = "see Get-Mailbox; one that was moved or made later is in another database or backup"
    return NoSuchMailbox(f"Exchange of {machine}: no mailbox {who} there", field="mailbox", value=who, remedy=remedy)
