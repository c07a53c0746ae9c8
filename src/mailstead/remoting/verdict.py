"""From an error record to the error that says how to go on. Pure.

First the Win32 code in the message, then the .NET exception, the short error id, the category: the most exact first.
The short id is the part before the comma, because a role shows a constrained cmdlet as a function, and then the part
behind it is another.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from .errors import (
    AccessRefused,
    ArgumentRefused,
    CommandFailed,
    CommandRejected,
    ErrorRecord,
    HostBusy,
    HostMemoryFull,
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
        "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException": NoSuchObject,
        "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException": ObjectExists,
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
        "OutOfMemory": HostMemoryFull,
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
        HostMemoryFull: "move machines to another host, or give this one less memory",
        HostVolumeFull: "free room on the host's volume, or give the tenant another path",
    }
)
# Win32 codes as HRESULTs at the end of messages (winerror.h); the rest of the record often says NotSpecified
BY_CODE: Verdicts = MappingProxyType(
    {
        "0x80070002": NoSuchObject,  # ERROR_FILE_NOT_FOUND
        "0x80070003": NoSuchObject,  # ERROR_PATH_NOT_FOUND
        "0x80070005": AccessRefused,  # ERROR_ACCESS_DENIED
        "0x80070020": HostBusy,  # ERROR_SHARING_VIOLATION
        "0x80070050": ObjectExists,  # ERROR_FILE_EXISTS
        "0x80070070": HostVolumeFull,  # ERROR_DISK_FULL
        "0x80070027": HostVolumeFull,  # ERROR_HANDLE_DISK_FULL
        "0x8007000E": HostMemoryFull,  # E_OUTOFMEMORY
    }
)
_CODE = re.compile(r"\(?(0x8007[0-9A-Fa-f]{4})\)?")


def verdict(record: ErrorRecord) -> type[CommandFailed]:
    """Return the class of error that *record* calls for."""
    for code in _CODE.findall(record.message):
        if known := BY_CODE.get("0x" + code[2:].upper()):
            return known
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
