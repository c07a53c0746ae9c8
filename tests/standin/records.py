"""Errors as PowerShell reports them."""

from dataclasses import dataclass

from psrpcore.types import ErrorCategory, ErrorCategoryInfo, ErrorRecord, NETException

HYPERV = "Microsoft.HyperV.PowerShell.VirtualizationException"
BINDING = "System.Management.Automation.ParameterBindingException"


@dataclass
class PSError(Exception):
    """What a cmdlet reports: raised it ends the pipeline, written (`Run.error`) it need not."""

    message: str
    category: ErrorCategory = ErrorCategory.NotSpecified
    error_id: str = "Unspecified"
    target: str | None = None
    exception: str = HYPERV


class Stopped(Exception):
    """An error under -ErrorAction Stop: it ends the batch."""

    def __init__(self, record: ErrorRecord) -> None:
        super().__init__()
        self.record = record


class Terminated(Stopped):
    """A terminating error: it ends the statement, and the client hears that all has failed."""


def record_of(error: PSError, cmdlet: str) -> ErrorRecord:
    """Return the record; behind the comma of its id stands the function that a role shows for the cmdlet."""
    exception = NETException(Message=error.message, HResult=-2146233088)
    exception.PSObject.type_names = [error.exception, "System.Exception", "System.Object"]
    reason = error.exception.rsplit(".", 1)[-1]
    target = error.target
    info = ErrorCategoryInfo(
        Category=error.category,
        Activity=cmdlet,
        Reason=reason,
        TargetName=target or "",
        TargetType="String" if target else "",
    )
    shown = f"{target}:String" if target else ":"
    info.PSObject.to_string = f"{error.category.name}: ({shown}) [{cmdlet}], {reason}"
    full_id = f"{error.error_id},{cmdlet}" if cmdlet else error.error_id
    return ErrorRecord(Exception=exception, CategoryInfo=info, TargetObject=target, FullyQualifiedErrorId=full_id)
