"""An Exchange server, simulated: mailboxes, a disk that was lent, recovery databases over it, restore requests.

It keeps what Microsoft's reference says: a database that is not clean does not mount, one recovery database is mounted
at a time, a mounted one is not removed, the name of a request is taken once for each mailbox.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PureWindowsPath
from uuid import UUID

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import exchange as declared
from mailstead.remoting.cmdlets import own, storage
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live, Wide
from tests.standin.records import PSError

CIM = "Microsoft.Management.Infrastructure.CimInstance"
TASKS = "Microsoft.Exchange.Configuration.Tasks."
DATA = "Microsoft.Exchange.Data.Directory."
REQUESTS = "Microsoft.Exchange.Management.RecipientTasks."

Folders = dict[str, set[str]]


@dataclass(eq=False)
class Mailbox(Live):
    TYPES = (DATA + "Management.Mailbox", "System.Object")
    address: str
    guid: UUID
    database: str
    folders: Folders = field(default_factory=dict)

    def shown(self) -> dict[str, object]:
        return {"Name": self.address, "ExchangeGuid": self.guid, "Database": self.database}


@dataclass(eq=False)
class Database(Live):
    TYPES = (DATA + "SystemConfiguration.MailboxDatabase", "System.Object")
    name: str
    edb: str
    logs: str
    recovery: bool = False
    mounted: bool = True
    prefix: str = "E00"

    def shown(self, *, status: bool = False) -> dict[str, object]:
        mounted = {"Mounted": self.mounted if status else None}
        facts = {"Name": self.name, "Server": "EX1", "Recovery": self.recovery, "LogFilePrefix": self.prefix}
        return facts | mounted | {"EdbFilePath": self.edb, "LogFolderPath": self.logs}


@dataclass(eq=False)
class Seen(Live):
    """A database as Get-MailboxDatabase shows it."""

    TYPES = Database.TYPES
    database: Database
    status: bool

    def shown(self) -> dict[str, object]:
        return self.database.shown(status=self.status)


@dataclass(eq=False)
class Statistics(Live):
    TYPES = ("Microsoft.Exchange.Management.MapiTasks.Presentation.MailboxStatistics", "System.Object")
    guid: UUID

    def shown(self) -> dict[str, object]:
        return {"MailboxGuid": self.guid}


@dataclass(eq=False)
class Request(Live):
    TYPES = (REQUESTS + "MailboxRestoreRequest", "System.Object")
    call: declared.NewMailboxRestoreRequest
    status: str = "Queued"

    def shown(self) -> dict[str, object]:
        return {"Name": self.call.Name, "Identity": self.identity, "Status": self.status}

    @property
    def identity(self) -> str:
        return f"example.com/acme/{self.call.TargetMailbox}\\{self.call.Name}"


@dataclass(eq=False)
class RequestStatistics(Live):
    TYPES = (REQUESTS + "MailboxRestoreRequestStatistics", "System.Object")
    request: Request
    items: int
    of: int
    message: str

    def shown(self) -> dict[str, object]:
        numbers = {"ItemsTransferred": self.items, "EstimatedTransferItemCount": self.of, "BadItemsEncountered": 0}
        return {"Status": self.request.status, "Message": self.message, **numbers}


@dataclass(eq=False)
class Recovered(Live):
    TYPES = ("Mailstead.RecoveredDatabase", "System.Object")
    code: int

    def shown(self) -> dict[str, object]:
        said = "Operation terminated with error -528 (JET_errMissingLogFile)" if self.code else "Operation completed"
        return {"ExitCode": self.code, "Said": said}


@dataclass(eq=False)
class Partition(Live):
    TYPES = (f"{CIM}#ROOT/Microsoft/Windows/Storage/MSFT_Partition", "MSFT_Partition", CIM, "System.Object")
    disk: int
    number: int
    size: int
    paths: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, object]:
        paths = tuple(self.paths) or None
        size = Wide(self.size, unsigned=True)
        return {"DiskNumber": self.disk, "PartitionNumber": self.number, "Size": size, "AccessPaths": paths}


@dataclass(eq=False)
class Disk(Live):
    TYPES = (f"{CIM}#ROOT/Microsoft/Windows/Storage/MSFT_Disk", "MSFT_Disk", CIM, "System.Object")
    number: int
    lun: int
    size: int
    partitions: list[Partition]
    offline: bool = True
    read_only: bool = True

    def shown(self) -> dict[str, object]:
        where = f"Integrated : Adapter 0 : Port 0 : Target 0 : LUN {self.lun}"
        size = Wide(self.size, unsigned=True)
        return {"Number": self.number, "Location": where, "Size": size, "IsOffline": self.offline}


@dataclass
class Exchange:
    """The state of a server; `older` is what the database on the lent disk holds, by mailbox."""

    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    databases: dict[str, Database] = field(
        default_factory=lambda: {"DB1": Database("DB1", r"D:\Databases\DB1\DB1.edb", r"D:\Logs\DB1")}
    )
    disks: list[Disk] = field(default_factory=list)
    folders: None = None
    older: dict[UUID, Folders] = field(default_factory=dict)
    clean: bool = False
    torn: bool = False
    breaks: str = ""
    requests: list[Request] = field(default_factory=list)

    def volume(self, _path: str) -> None:
        """All folders are on the system's volume."""

    def disk(self, number: int) -> Disk:
        found = next((disk for disk in self.disks if disk.number == number), None)
        if found is None:
            text = f"No MSFT_Disk objects found with property 'Number' equal to '{number}'."
            raise PSError(text, ErrorCategory.ObjectNotFound, "CmdletizationQuery_NotFound_Number", str(number))
        return found

    def sees(self, path: str) -> bool:
        """Say whether a path lies on a disk that is online and shown in a folder."""
        online = [each for disk in self.disks if not disk.offline for each in disk.partitions]
        folders = [PureWindowsPath(top) for each in online for top in each.paths if len(top) > len("C:\\")]
        return any(PureWindowsPath(path).is_relative_to(folder) for folder in folders)

    def database(self, name: str) -> Database:
        if name not in self.databases:
            raise _missing(f"The database '{name}'")
        return self.databases[name]


@simulates(storage.UpdateHostStorageCache)
def update_cache(_: Run, __: storage.UpdateHostStorageCache) -> None:
    return None


@simulates(storage.SetDiskOnline)
def set_online(run: Run, call: storage.SetDiskOnline) -> None:
    disk = run.world.disk(call.Number)
    if call.IsOffline and any(each.recovery and each.mounted for each in run.world.databases.values()):
        raise PSError("The device is in use.", ErrorCategory.ResourceBusy, "StorageWMI 40004,Set-Disk", exception=CIM)
    disk.offline = call.IsOffline


@simulates(storage.SetDiskWritable)
def set_writable(run: Run, call: storage.SetDiskWritable) -> None:
    run.world.disk(call.Number).read_only = call.IsReadOnly


@simulates(storage.GetPartition)
def get_partitions(run: Run, call: storage.GetPartition) -> Iterator[Partition]:
    for disk in run.world.disks:
        if not disk.offline and disk.number in (call.DiskNumber or [disk.number]):
            yield from disk.partitions


@simulates(storage.AddPartitionAccessPath)
def add_path(run: Run, call: storage.AddPartitionAccessPath) -> None:
    if run.world.sees(call.AccessPath):
        raise PSError("The access path is already in use.", ErrorCategory.InvalidOperation, "StorageWMI 42002")
    _partition(run, call.DiskNumber, call.PartitionNumber).paths.append(call.AccessPath + "\\")


@simulates(storage.RemovePartitionAccessPath)
def remove_path(run: Run, call: storage.RemovePartitionAccessPath) -> None:
    if any(each.recovery and each.mounted for each in run.world.databases.values()):
        raise PSError("The volume is in use.", ErrorCategory.ResourceBusy, "StorageWMI 40004", exception=CIM)
    _partition(run, call.DiskNumber, call.PartitionNumber).paths.remove(call.AccessPath + "\\")


def _partition(run: Run, disks: tuple[int, ...], numbers: tuple[int, ...]) -> Partition:
    disk: Disk = run.world.disk(disks[0])
    return next(each for each in disk.partitions if each.number == numbers[0])


@simulates(own.RepairRecoveryDatabase)
def repair(run: Run, call: own.RepairRecoveryDatabase) -> Iterator[Recovered]:
    there = run.world.sees(call.DatabaseFolder) and run.world.sees(call.LogFolder) and call.LogPrefix == "E00"
    writable = all(not disk.read_only for disk in run.world.disks if not disk.offline)
    code = 0 if there and writable and not run.world.torn else -528
    run.world.clean = run.world.clean or not code
    yield Recovered(code)


@simulates(declared.GetMailbox)
def get_mailbox(run: Run, call: declared.GetMailbox) -> Iterator[Mailbox]:
    if call.Identity not in run.world.mailboxes:
        raise _missing(f"The mailbox '{call.Identity}'")
    yield run.world.mailboxes[call.Identity]


@simulates(declared.GetMailboxDatabase)
def get_databases(run: Run, call: declared.GetMailboxDatabase) -> Iterator[Seen]:
    all_of_them = [*run.world.databases.values()]
    chosen = [run.world.database(call.Identity)] if call.Identity else all_of_them
    return (Seen(database, call.Status) for database in chosen)


@simulates(declared.NewRecoveryDatabase)
def new_database(run: Run, call: declared.NewRecoveryDatabase) -> Iterator[Seen]:
    if call.Name in run.world.databases:
        text = f"The database '{call.Name}' already exists."
        raise PSError(text, error_id="Exists", target=call.Name, exception=DATA + "ADObjectAlreadyExistsException")
    made = Database(call.Name, call.EdbFilePath, call.LogFolderPath, recovery=True, mounted=False, prefix="E01")
    run.world.databases[call.Name] = made
    run.warn("Please restart the Microsoft Exchange Information Store service on server EX1.")
    yield Seen(made, status=False)


@simulates(declared.MountDatabase)
def mount(run: Run, call: declared.MountDatabase) -> None:
    database = run.world.database(call.Identity)
    others = [each for each in run.world.databases.values() if each.recovery and each.mounted and each is not database]
    if others:
        raise _refused(f"Another recovery database is mounted: {others[0].name}.")
    if not run.world.sees(database.edb) or not run.world.clean:
        raise _refused("Unable to mount database. (hr=0x80004005, ec=-550)")
    database.mounted = True


@simulates(declared.DismountDatabase)
def dismount(run: Run, call: declared.DismountDatabase) -> None:
    run.world.database(call.Identity).mounted = False


@simulates(declared.RemoveMailboxDatabase)
def remove_database(run: Run, call: declared.RemoveMailboxDatabase) -> None:
    if run.world.database(call.Identity).mounted:
        raise _refused(f"The recovery database '{call.Identity}' is mounted. Dismount it before you remove it.")
    if any(request.call.SourceDatabase == call.Identity for request in run.world.requests):
        raise _refused(f"Requests are associated with the database '{call.Identity}'.")
    del run.world.databases[call.Identity]


@simulates(declared.GetMailboxStatistics)
def statistics(run: Run, call: declared.GetMailboxStatistics) -> Iterator[Statistics]:
    if not run.world.database(call.Database).mounted:
        raise _refused(f"The database '{call.Database}' is not mounted.")
    if UUID(call.StoreMailboxIdentity) not in run.world.older:
        raise _missing(f"The mailbox '{call.StoreMailboxIdentity}'")
    yield Statistics(UUID(call.StoreMailboxIdentity))


@simulates(declared.NewMailboxRestoreRequest)
def new_request(run: Run, call: declared.NewMailboxRestoreRequest) -> Iterator[Request]:
    if not run.world.database(call.SourceDatabase).mounted:
        raise _refused(f"The database '{call.SourceDatabase}' is not mounted.")
    if call.TargetMailbox not in run.world.mailboxes:
        raise _missing(f"The mailbox '{call.TargetMailbox}'")
    if any(other.call.Name == call.Name for other in run.world.requests):
        raise _refused(f"The name '{call.Name}' is already used by another request of this mailbox.")
    run.world.requests.append(Request(call))
    yield run.world.requests[-1]


@simulates(declared.GetMailboxRestoreRequest)
def get_requests(run: Run, call: declared.GetMailboxRestoreRequest) -> Iterator[Request]:
    return (request for request in list(run.world.requests) if request.call.Name == call.Name)


@simulates(declared.GetMailboxRestoreRequestStatistics)
def request_statistics(run: Run, call: declared.GetMailboxRestoreRequestStatistics) -> Iterator[RequestStatistics]:
    request = _request(run, call.Identity)
    number = sum(map(len, _chosen(run.world, request).values()))
    if request.status == "Queued":
        request.status = "InProgress"
        yield RequestStatistics(request, 0, number, "")
        return
    request.status = "Failed" if run.world.breaks else "Completed"
    if not run.world.breaks:
        _copy(run.world, request)
    yield RequestStatistics(request, 0 if run.world.breaks else number, number, run.world.breaks)


@simulates(declared.RemoveMailboxRestoreRequest)
def remove_request(run: Run, call: declared.RemoveMailboxRestoreRequest) -> None:
    run.world.requests.remove(_request(run, call.Identity))


def _request(run: Run, identity: str) -> Request:
    found: Request | None = next((each for each in run.world.requests if each.identity == identity), None)
    if found is None:
        raise _missing(f"The request '{identity}'")
    return found


def _chosen(world: Exchange, request: Request) -> Folders:
    wanted = [name.removesuffix("/*").replace("#Inbox#", "INBOX") for name in request.call.IncludeFolders or ()]
    held = world.older[UUID(request.call.SourceStoreMailbox)]
    return {name: items for name, items in held.items() if not wanted or name in wanted}


def _copy(world: Exchange, request: Request) -> None:
    root = f"{request.call.TargetRootFolder}/" if request.call.TargetRootFolder else ""
    for name, items in _chosen(world, request).items():
        world.mailboxes[request.call.TargetMailbox].folders.setdefault(root + name, set()).update(items)


def _missing(what: str) -> PSError:
    exception = TASKS + "ManagementObjectNotFoundException"
    error_id = "[Server=EX1] [FailureCategory=Cmdlet-ManagementObjectNotFoundException] 2A4B9C70"
    return PSError(f"{what} couldn't be found on 'dc1.example.com'.", error_id=error_id, exception=exception)


def _refused(text: str) -> PSError:
    exception = TASKS + "TaskException"
    return PSError(text, ErrorCategory.InvalidOperation, "[Server=EX1] 7D1E0F22", exception=exception)
