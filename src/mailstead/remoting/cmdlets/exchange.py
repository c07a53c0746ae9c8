"""Exchange Server, as far as a mailbox comes back out of an older database. Source: Microsoft's reference, 2016 to SE.

Names that we give begin with mailstead-, and the role shows changes to these alone.
"""

from typing import Annotated

from mailstead.remoting.calls import LONG_S, Cmdlet
from mailstead.remoting.dotnet import Net, Switch, Text, Texts

Server = Annotated[str, Net("ServerIdParameter")]
Database = Annotated[str, Net("DatabaseIdParameter")]
EdbFile = Annotated[str, Net("EdbFilePath")]
LogFolder = Annotated[str, Net("NonRootLocalLongFullPath")]
StoreMailbox = Annotated[str, Net("StoreMailboxIdParameter")]
Mailbox = Annotated[str, Net("MailboxIdParameter")]
MailboxLocation = Annotated[str, Net("MailboxLocationIdParameter")]
Request = Annotated[str, Net("MailboxRestoreRequestIdParameter")]
Conflicts = Annotated[str, Net("ConflictResolutionOption")]
Unlimited = Annotated[str, Net("Unlimited")]


class _Exchange(Cmdlet, module="Exchange"):
    """Takes nothing from the pipe."""


class GetMailbox(_Exchange, name="Get-Mailbox", gives="Mailbox"):
    """A mailbox by its address; an error when there is none."""

    Identity: Mailbox


class GetMailboxDatabase(_Exchange, name="Get-MailboxDatabase", gives="MailboxDatabase"):
    """One database, or all of them; with `Status` also whether each is mounted."""

    Identity: Database | None = None
    Status: Switch = False


class NewRecoveryDatabase(_Exchange, name="New-MailboxDatabase", gives="MailboxDatabase", asks=True):
    """A recovery database over files that are there. It is not mounted by this."""

    Name: Text
    Server: Server
    Recovery: Switch = True
    EdbFilePath: EdbFile
    LogFolderPath: LogFolder


class MountDatabase(_Exchange, name="Mount-Database", asks=True, deadline_s=LONG_S):
    """Open a database; an error for one that was not shut down cleanly."""

    Identity: Database


class DismountDatabase(_Exchange, name="Dismount-Database", asks=True):
    """Close a database."""

    Identity: Database


class RemoveMailboxDatabase(_Exchange, name="Remove-MailboxDatabase", asks=True):
    """Forget a database, which must be dismounted; its files stay."""

    Identity: Database


class GetMailboxStatistics(_Exchange, name="Get-MailboxStatistics", gives="MailboxStatistics"):
    """A mailbox in a mounted database, by its GUID; an error when it is not in it."""

    Database: Database
    StoreMailboxIdentity: StoreMailbox


class NewMailboxRestoreRequest(_Exchange, name="New-MailboxRestoreRequest", gives="MailboxRestoreRequest", asks=True):
    """Copy a mailbox of a recovery database, or some of its folders, into a mailbox: queued, and done by the server."""

    Name: Text
    SourceDatabase: Database
    SourceStoreMailbox: StoreMailbox
    TargetMailbox: MailboxLocation
    TargetRootFolder: Text | None = None
    IncludeFolders: Texts | None = None
    ConflictResolutionOption: Conflicts | None = None
    BadItemLimit: Unlimited | None = None
    AllowLegacyDNMismatch: Switch = False


class GetMailboxRestoreRequest(_Exchange, name="Get-MailboxRestoreRequest", gives="MailboxRestoreRequest"):
    """Requests of a name; none is no error."""

    Name: Text


class GetMailboxRestoreRequestStatistics(
    _Exchange, name="Get-MailboxRestoreRequestStatistics", gives="MailboxRestoreRequestStatistics"
):
    """How far a request is."""

    Identity: Request


class RemoveMailboxRestoreRequest(_Exchange, name="Remove-MailboxRestoreRequest", asks=True):
    """Forget a request; one under way is stopped. What was copied stays."""

    Identity: Request
