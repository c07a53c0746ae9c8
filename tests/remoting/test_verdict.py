"""From PowerShell's error records to our errors; records as real hosts wrote them, where the source is named."""

import pytest

from mailstead.ground.errors import (
    Conflict,
    Denied,
    InvalidInput,
    MailsteadError,
    NoRoom,
    NotFound,
    Rejected,
    exit_status_of,
)
from mailstead.orders.failures import as_failure, restored
from mailstead.remoting.errors import (
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
from mailstead.remoting.verdict import error_for, verdict

HV, VHD = "Microsoft.HyperV.PowerShell.Commands.", "Microsoft.Vhd.PowerShell.Cmdlets."


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        # as minikube's users report it
        (ErrorRecord("… The file exists. (0x80070050).", "NotSpecified", f"OperationFailed,{VHD}NewVhd"), ObjectExists),
        (ErrorRecord("Not enough memory in the system", "FromStdErr", f"OutOfMemory,{HV}StartVM"), HostMemoryFull),
        (ErrorRecord("…", "InvalidArgument", f"InvalidParameter,{HV}GetVM", "Get-VM", "acme"), NoSuchObject),
        (ErrorRecord("…", "InvalidArgument", f"InvalidParameter,{HV}NewVM", "New-VM", "acme"), ArgumentRefused),
        (ErrorRecord("…", "InvalidArgument", "InvalidParameter,Get-VM", "Get-VM", "acme"), NoSuchObject),
        (ErrorRecord("…", "InvalidOperation", "InvalidState,Set-VMProcessor"), WrongState),
        (ErrorRecord("not enough space (0x80070070)", "NotSpecified", f"OperationFailed,{VHD}NewVhd"), HostVolumeFull),
        (ErrorRecord("used by another process. (0x80070020)", "NotSpecified", "OperationFailed"), HostBusy),
        (ErrorRecord("Zugriff verweigert (0x80070005)", "NotSpecified", "OperationFailed"), AccessRefused),
        (ErrorRecord("…", "ObjectNotFound", "CommandNotFoundException", "", "Get-Bogus"), NotInRole),
        (ErrorRecord("…", "InvalidArgument", "NamedParameterNotFound,Get-VM", "Get-VM"), NotInRole),
        (ErrorRecord("…", "InvalidData", "ParameterArgumentValidationError,New-VM", "New-VM"), ArgumentRefused),
        (ErrorRecord("…", "NotSpecified", "OperationFailed"), CommandRejected),
        (ErrorRecord("…"), CommandRejected),
    ],
)
def test_a_record_says_how_to_go_on(record: ErrorRecord, kind: type[CommandFailed]) -> None:
    assert verdict(record) is kind


@pytest.mark.parametrize(
    ("kind", "root"),
    [
        (NoSuchObject, NotFound),
        (ObjectExists, Conflict),
        (WrongState, Conflict),
        (ArgumentRefused, InvalidInput),
        (AccessRefused, Denied),
        (NotInRole, Denied),
        (HostVolumeFull, NoRoom),
        (CommandRejected, Rejected),
    ],
)
def test_each_hangs_where_the_house_looks_for_it(kind: type[CommandFailed], root: type[MailsteadError]) -> None:
    assert issubclass(kind, root)
    assert (kind.exit_status, kind.retry) == (root.exit_status, root.retry)
    assert exit_status_of(kind.code) == root.exit_status


def test_an_error_tells_host_command_category_and_id() -> None:
    record = ErrorRecord("no", "ResourceBusy", "ObjectInUse,Set-VM", "Set-VM", "acme")
    error = error_for(record, "hv01")
    assert (error.message, error.field, error.value) == (
        "hv01: Set-VM: no [ResourceBusy, ObjectInUse,Set-VM]",
        "Set-VM",
        "acme",
    )
    assert error.record is record
    assert error.retry


def test_an_order_keeps_it_and_brings_it_back() -> None:
    error = error_for(ErrorRecord("no", "ObjectNotFound", "ObjectNotFound"), "hv01")
    back = restored(as_failure(error))
    assert (type(back), back.message) == (NoSuchObject, error.message)
