"""What can go wrong between us and a Windows host: what PowerShell said, and what happened on the way.

MailsteadError
├── CommandFailed      PowerShell reported an error; carries its `record`
│   ├── NoSuchObject      (NotFound)  the named object is not there              remote-no-such-object
│   ├── ObjectExists      (Conflict)  an object of this name is there            remote-object-exists
│   ├── WrongState        (Conflict)  not while the object is in this state      remote-wrong-state
│   ├── ArgumentRefused   (InvalidInput) the host does not take this value       remote-argument-refused
│   ├── AccessRefused     (Denied)    the account may not do this                remote-access-refused
│   ├── NotInRole         (Denied)    the role shows no such cmdlet or parameter remote-not-in-role
│   ├── HostVolumeFull    (NoRoom)    the host's volume is full                  remote-volume-full
│   ├── HostMemoryFull    (NoRoom)    the host has no memory left for it         remote-memory-full
│   ├── HostBusy          (Unreachable) busy or out of resources; ask again      remote-busy
│   └── CommandRejected   (Rejected)  anything else                              remote-command-rejected
├── InvalidInput
│   ├── BadCall           a call that no cmdlet takes, found before sending      remote-bad-call
│   └── BadEndpoint       an endpoint that cannot be                             remote-bad-endpoint
├── Denied
│   ├── SignInRefused     the host does not accept the credential                remote-sign-in-refused
│   └── CertificateRefused  we do not accept the host's certificate, or it ours  remote-certificate-refused
├── Rejected
│   ├── NoSuchSession     the host has no session configuration of this name     remote-no-session-configuration
│   └── UnexpectedAnswer  an object without the property, or of the wrong type   remote-unexpected-answer
└── Unreachable
    ├── HostSilent        nothing listens there                                  remote-host-silent
    ├── DomainSilent      no domain controller gives us a ticket                 remote-domain-silent
    ├── SessionLost       the session was gone before it took the call           remote-session-lost
    ├── QuotaReached      the host or we have no session free                    remote-quota-reached
    └── OutcomeUnknown
        ├── RemoteAnswerLost  sent, and the answer was lost                      remote-answer-lost
        ├── AnswerUnreadable  sent, and the answer was garbage                   remote-answer-unreadable
        └── DeadlinePassed    not done in time; the host was told to stop        remote-deadline-passed

`retry` and `isinstance(error, OutcomeUnknown)` say how to go on, as everywhere in the house.
"""

from dataclasses import dataclass

from mailstead.ground.errors import (
    Conflict,
    Denied,
    InvalidInput,
    MailsteadError,
    NoRoom,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Unreachable,
)


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """One error record of PowerShell.

    `category` is a member of System.Management.Automation.ErrorCategory, `error_id` the FullyQualifiedErrorId,
    `command` the cmdlet that wrote it, `exception` the .NET type, `target` the object as text.
    """

    message: str
    category: str = "NotSpecified"
    error_id: str = ""
    command: str = ""
    target: str = ""
    exception: str = ""

    @property
    def short_id(self) -> str:
        """The part of the error id that does not depend on how the endpoint shows the cmdlet."""
        return self.error_id.split(",", 1)[0]


class CommandFailed(MailsteadError):
    """PowerShell reported an error. In a batch, other statements may have been carried out: look again."""

    code = "remote-command-failed"
    record: ErrorRecord = ErrorRecord("")

    @classmethod
    def of(cls, record: ErrorRecord, host: str, remedy: str = "") -> "CommandFailed":
        """Return the error that tells a person what *host* said."""
        message = f"{host}: {record.command or 'PowerShell'}: {record.message} [{record.category}, {record.error_id}]"
        error = cls(message, field=record.command, value=record.target, remedy=remedy)
        error.record = record
        return error


class NoSuchObject(CommandFailed, NotFound):
    """The named object is not on the host."""

    code = "remote-no-such-object"


class ObjectExists(CommandFailed, Conflict):
    """An object of this name is on the host already."""

    code = "remote-object-exists"


class WrongState(CommandFailed, Conflict):
    """The object cannot do this in the state it is in."""

    code = "remote-wrong-state"


class ArgumentRefused(CommandFailed, InvalidInput):
    """The host does not take a value: wrong in itself, or outside what the role allows."""

    code = "remote-argument-refused"


class AccessRefused(CommandFailed, Denied):
    """The account on the host may not do this."""

    code = "remote-access-refused"


class NotInRole(CommandFailed, Denied):
    """The session's role does not show this cmdlet or parameter."""

    code = "remote-not-in-role"


class HostVolumeFull(CommandFailed, NoRoom):
    """The volume on the host has no room left."""

    code = "remote-volume-full"


class HostMemoryFull(CommandFailed, NoRoom):
    """The host has not enough memory left."""

    code = "remote-memory-full"


class HostBusy(CommandFailed, Unreachable):
    """The host or the object is busy; the same call may succeed later."""

    code = "remote-busy"


class CommandRejected(CommandFailed, Rejected):
    """The host refused for a reason that a person must look at."""

    code = "remote-command-rejected"


class BadCall(InvalidInput):
    """No cmdlet takes this call; it was not sent."""

    code = "remote-bad-call"


class BadEndpoint(InvalidInput):
    """The endpoint or its credential cannot be used."""

    code = "remote-bad-endpoint"


class SignInRefused(Denied):
    """The host does not accept the credential."""

    code = "remote-sign-in-refused"


class CertificateRefused(Denied):
    """One side does not accept the other's certificate."""

    code = "remote-certificate-refused"


class NoSuchSession(Rejected):
    """The host has no session configuration of this name."""

    code = "remote-no-session-configuration"


class UnexpectedAnswer(Rejected):
    """An object came back that lacks a property, or has it in another type."""

    code = "remote-unexpected-answer"


class HostSilent(Unreachable):
    """Nothing answers at the host's address; nothing was sent."""

    code = "remote-host-silent"


class DomainSilent(Unreachable):
    """No domain controller answers, so that we have no ticket; the host was sent nothing."""

    code = "remote-domain-silent"


class SessionLost(Unreachable):
    """The session was gone before it took the call; a new one will take it."""

    code = "remote-session-lost"


class QuotaReached(Unreachable):
    """No session is free, on the host or in our own pool."""

    code = "remote-quota-reached"


class RemoteAnswerLost(OutcomeUnknown):
    """The call was sent and its answer lost."""

    code = "remote-answer-lost"


class AnswerUnreadable(OutcomeUnknown):
    """The call was sent, and what came back follows no protocol."""

    code = "remote-answer-unreadable"


class DeadlinePassed(OutcomeUnknown):
    """The call was not done in time; the host was told to stop."""

    code = "remote-deadline-passed"
