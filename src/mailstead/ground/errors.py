"""Everything that can go wrong, drawn once. Chapters hang leaves with a code of their own below these.

MailsteadError
├── Refused            we said no, nothing was changed                       exit 2
│   ├── InvalidInput     a value cannot be used: names field, value, remedy
│   ├── Conflict         the value belongs to somebody else already
│   ├── UnsafePlan       the plan would lose data that nobody gave up
│   ├── NoRoom           a pool, host or allowance is exhausted                       waits
│   └── Denied           the right to do this is missing
├── NotFound           the thing asked for does not exist                    exit 4
├── Unreachable        the far side did not answer; ask again                exit 5   retry
│   └── OutcomeUnknown   sent, but the answer was lost: re-read, then converge        retry
├── Rejected           the far side answered no; a person must look          exit 6
├── LostLease          somebody else holds this thing now; stop at once      exit 7
└── Cancelled          the order was cancelled by a person                   exit 8
"""

from collections.abc import Iterator
from typing import ClassVar


class MailsteadError(Exception):
    """Base of all expected errors.

    `code` is stable and safe to script against; `retry` says whether the same call may succeed in a moment;
    `waits_for` names what is missing where it may come by itself, hours later perhaps: an order then waits for it;
    `field`, `value` and `remedy` tell a person what to change.
    """

    code: ClassVar[str] = "mailstead"
    retry: ClassVar[bool] = False
    waits_for: ClassVar[str] = ""
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, field: str = "", value: object = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = str(value)
        self.remedy = remedy

    def as_dict(self) -> dict[str, str]:
        """Return code, message and whichever of field, value, remedy are known."""
        known = {"field": self.field, "value": self.value, "remedy": self.remedy}
        return {"code": self.code, "message": self.message} | {k: v for k, v in known.items() if v}


class Refused(MailsteadError):
    """The request cannot be honoured as it stands; nothing was changed."""

    code, exit_status = "refused", 2


class InvalidInput(Refused, ValueError):
    """A value cannot be used. Also a ValueError, so that pydantic gathers it with the field it stands in."""

    code = "invalid-input"


class Conflict(Refused):
    """The value belongs to somebody else, or somebody else is at work."""

    code = "conflict"


class UnsafePlan(Refused):
    """The plan would lose data that its owner did not give up by name."""

    code = "unsafe-plan"


class NoRoom(Refused):
    """A pool, a host or an allowance is exhausted."""

    code, waits_for = "no-room", "room"


class Denied(Refused):
    """The right to do this is missing."""

    code = "denied"


class NotFound(MailsteadError):
    """The thing asked for does not exist."""

    code, exit_status = "not-found", 4


class Unreachable(MailsteadError):
    """The far side did not answer; the same call may succeed later."""

    code, retry, exit_status = "unreachable", True, 5


class OutcomeUnknown(Unreachable):
    """The request was sent and the answer lost: look again before anything else."""

    code = "outcome-unknown"


class Rejected(MailsteadError):
    """The far side answered no; asking again will not help."""

    code, exit_status = "rejected", 6


class LostLease(MailsteadError):
    """Another worker holds this thing now; whoever gets this stops at once."""

    code, exit_status = "lost-lease", 7


class Cancelled(MailsteadError):
    """A person cancelled the order."""

    code, exit_status = "cancelled", 8


def worth_retrying(error: BaseException) -> bool:
    """Say whether the same call may succeed later."""
    return isinstance(error, MailsteadError) and error.retry


def awaited(error: BaseException) -> str:
    """Return what is missing and may come by itself, in words; an empty text for errors that are not like that."""
    return error.waits_for if isinstance(error, MailsteadError) else ""


def error_classes(root: type[MailsteadError] = MailsteadError) -> Iterator[type[MailsteadError]]:
    """Yield every error class that is loaded, *root* first."""
    yield root
    for child in root.__subclasses__():
        yield from error_classes(child)


def exit_status_of(code: str) -> int:
    """Return the exit status that belongs to a stable code; 1 for one that is not known."""
    return next((error.exit_status for error in error_classes() if error.code == code), 1)
