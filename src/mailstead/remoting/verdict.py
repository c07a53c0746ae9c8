"""From an error record to the error that says how to go on. Pure.

First the .NET exception, then the short error id, then the category: what is most exact comes first. The
short id is the part before the comma, because a role shows a constrained cmdlet as a function, and then the part
behind it is another (about_Functions_CmdletBindingAttribute, "JEA role capabilities").
"""

from collections.abc import Mapping
from types import MappingProxyType

from .errors import (
    AccessRefused,
    ArgumentRefused,
    CommandFailed,
    CommandRejected,
    ErrorRecord,
    HostBusy,
    HostVolumeFull,
    NoSuchObject,
    NotInRole,
    ObjectExists,
    WrongState,
)

Verdicts = Mapping[str, type[CommandFailed]]

# System.Management.Automation.ErrorCategory, by number
_CATEGORIES = """
    NotSpecified OpenError CloseError DeviceError DeadlockDetected InvalidArgument InvalidData InvalidOperation
    InvalidResult InvalidType MetadataError NotImplemented NotInstalled ObjectNotFound OperationStopped
    OperationTimeout SyntaxError ParserError PermissionDenied ResourceBusy ResourceExists ResourceUnavailable
    ReadError WriteError FromStdErr SecurityError ProtocolError ConnectionError AuthenticationError LimitsExceeded
    QuotaExceeded NotEnabled"""
CATEGORIES = tuple(_CATEGORIES.split())

BY_EXCEPTION: Verdicts = MappingProxyType(
    {
        "Microsoft.ActiveDirectory.Management.ADIdentityNotFoundException": NoSuchObject,
        "Microsoft.ActiveDirectory.Management.ADIdentityAlreadyExistsException": ObjectExists,
    }
)
BY_ID: Verdicts = MappingProxyType(
    {
        "CommandNotFoundException": NotInRole,
        "NamedParameterNotFound": NotInRole,
        "ScriptsNotAllowed": NotInRole,
        "ParameterArgumentValidationError": ArgumentRefused,
        "ObjectNotFound": NoSuchObject,
        "ResourceExists": ObjectExists,
        "InvalidState": WrongState,
        "AccessDenied": AccessRefused,
        "DiskFull": HostVolumeFull,
    }
)
BY_CATEGORY: Verdicts = MappingProxyType(
    {
        "ObjectNotFound": NoSuchObject,
        "ResourceExists": ObjectExists,
        "InvalidArgument": ArgumentRefused,
        "InvalidData": ArgumentRefused,
        "PermissionDenied": AccessRefused,
        "SecurityError": AccessRefused,
        "AuthenticationError": AccessRefused,
        "ResourceBusy": HostBusy,
        "DeadlockDetected": HostBusy,
        "ResourceUnavailable": HostBusy,
        "OperationTimeout": HostBusy,
        "ConnectionError": HostBusy,
        "LimitsExceeded": HostBusy,
        "QuotaExceeded": HostBusy,
    }
)
REMEDIES: Mapping[type[CommandFailed], str] = MappingProxyType(
    {
        NotInRole: "install the current role file on the host: mailstead host prepare",
        ArgumentRefused: "compare the value with the role file on the host and the ranges of Hyper-V",
        AccessRefused: "see which account the session configuration runs under, and what it may do",
        HostVolumeFull: "free room on the host's volume, or give the tenant another path",
    }
)
# Win32 codes inside HRESULTs: ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_SHARING_VIOLATION (winerror.h)
_FULL, _SHARED = ("0x80070070", "0x80070027"), "0x80070020"


def verdict(record: ErrorRecord) -> type[CommandFailed]:
    """Return the class of error that *record* calls for."""
    if any(code in record.message for code in _FULL):
        return HostVolumeFull
    if _SHARED in record.message:
        return HostBusy
    if _says_no_such_machine(record):
        return NoSuchObject
    by_type = BY_EXCEPTION.get(record.exception) or BY_ID.get(record.short_id)
    return by_type or BY_CATEGORY.get(record.category) or CommandRejected


def error_for(record: ErrorRecord, host: str) -> CommandFailed:
    """Return *record* as the error to raise, with what helps where we know it."""
    kind = verdict(record)
    return kind.of(record, host, REMEDIES.get(kind, ""))


def _says_no_such_machine(record: ErrorRecord) -> bool:
    """Get-VM calls a machine that is not there an invalid argument, alone among the cmdlets of Hyper-V."""
    return record.command == "Get-VM" and record.short_id == "InvalidParameter" and bool(record.target)
