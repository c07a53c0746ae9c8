"""What fails on the way, as our errors. What matters is whether the host can have taken the call."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from pypsrp.exceptions import WinRMError, WinRMTransportError, WSManFaultError

from mailstead.ground.errors import MailsteadError

from .errors import AnswerUnreadable, NoSuchSession, QuotaReached, RemoteAnswerLost, SessionLost, SignInRefused

# Codes of wsmerror.h and winerror.h
_GONE = (
    0x8033805B,  # no such shell or command
    0x803381C4,  # the shell is disconnected
    0x803381DE,  # the shell belongs to another client
    995,  # ERROR_OPERATION_ABORTED
    1236,  # ERROR_CONNECTION_ABORTED
)
_FULL = (*range(0x803381A5, 0x803381A9), 0x803381AB, *range(0x803381E4, 0x803381EB))
_DENIED = (5,)
_NO_CONFIGURATION = (0x80338012,)
_GONE_STATUS = (400, 404, 503)  # a connection or shell that our keys belonged to is no more
_GARBAGE = (ParseError, LookupError, ValueError, TypeError, AttributeError, struct.error, RecursionError, WinRMError)


@contextmanager
def translated(host: str, *, running: bool) -> Iterator[None]:
    """Raise what pypsrp raises as an error of ours; *running* says that the host has taken a call."""
    try:
        yield
    except MailsteadError:
        raise
    except WSManFaultError as fault:
        raise _fault(host, fault, running=running) from fault
    except WinRMTransportError as error:
        raise _status(host, error, running=running) from error
    except _GARBAGE as error:
        raise AnswerUnreadable(
            f"{host} answers what is no PowerShell remoting: {type(error).__name__}: {str(error)[:120]}",
            field="host",
            value=host,
            remedy="see that port and path are those of WinRM",
        ) from error


def _fault(host: str, fault: WSManFaultError, *, running: bool) -> MailsteadError:
    number = fault.code & 0xFFFFFFFF if isinstance(fault.code, int) else 0
    message = f"{host}: {fault.reason or 'a fault without a reason'} [{number:#x}]"
    if number in _FULL or "maximum number of concurrent" in (fault.reason or ""):
        remedy = "raise MaxShellsPerUser on the host, or lower the number of sessions"
        return QuotaReached(message, field="host", value=host, remedy=remedy)
    if number in _DENIED:
        return SignInRefused(message, field="sign_in", remedy="let the account use this session configuration")
    if number in _NO_CONFIGURATION:
        remedy = "register the role on the host: mailstead host prepare"
        return NoSuchSession(message, field="configuration", remedy=remedy)
    if number in _GONE and not running:
        return SessionLost(message, field="host", value=host)
    return RemoteAnswerLost(message, field="host", value=host, remedy="look what is there, then go on")


def _status(host: str, error: WinRMTransportError, *, running: bool) -> MailsteadError:
    message = f"{host}: HTTP status {error.code}"
    if running:
        return RemoteAnswerLost(message, field="host", value=host, remedy="look what is there, then go on")
    if error.code in _GONE_STATUS:
        return SessionLost(message, field="host", value=host)
    return AnswerUnreadable(message, field="host", value=host, remedy="see that port and path are those of WinRM")
