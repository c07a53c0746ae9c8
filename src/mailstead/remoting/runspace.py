"""pypsrp with our transport and our codec. All that is private to pypsrp and used by us stands here.

Used beyond its documented surface, with 0.9.1: `RunspacePool._serializer` and `_fragmenter.serializer`, which read
and write messages; `PowerShell._invoke`, which sends one; `WSMan.transport`, which carries them. tests/remoting fail
when one of them changes its ways; see docs/decisions/0121.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from xml.etree.ElementTree import Element

from pypsrp.complex_objects import ComplexObject, ObjectMeta, PSInvocationState, RunspacePoolState
from pypsrp.exceptions import WinRMTransportError
from pypsrp.messages import ErrorRecordMessage, MessageType, PipelineState
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.serializer import Serializer
from pypsrp.wsman import WSMan, _TransportHTTP

from mailstead.ground.clock import Clock

from .calls import Batch
from .clixml import create_pipeline, read_value
from .clixml.reading import no_secrets
from .connection import Connection
from .endpoint import Endpoint
from .errors import AnswerUnreadable, ErrorRecord, HostSilent, SessionLost
from .values import PsObject, Value
from .verdict import CATEGORIES

POLL_S: Final = 20  # how long the host holds a Receive before it says that there is nothing yet
GRACE_S: Final = 10.0
OPEN_S: Final = 60.0
IDLE_S: Final = 180  # after which the host ends a shell that nobody asks any more; every poll counts as asking
ENVELOPE: Final = 500 << 10  # MaxEnvelopeSizekb of Windows Server 2012 and later
ENDED: Final = (PSInvocationState.COMPLETED, PSInvocationState.FAILED, PSInvocationState.STOPPED)


class Transport(_TransportHTTP):
    """Our connection where pypsrp expects its own."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:  # without the parent's: it reads the environment
        self._clock = clock
        self._opens_until = clock.monotonic() + OPEN_S
        self.opening = True
        self.endpoint = f"https://{endpoint.host}:{endpoint.port}/{endpoint.path}"  # goes into every message
        self._connection = Connection(endpoint)

    def send(self, message: bytes, *, retries_on_read_timeout: int = 0, timeout: Any = None) -> bytes:
        if self.opening and self._clock.monotonic() > self._opens_until:
            raise HostSilent("the host answers and opens no session", field="host", value=self.endpoint)
        response = self._connection.post(message, float(timeout or POLL_S) + GRACE_S)
        if response.status != 200:
            raise WinRMTransportError("http", response.status, response.body.decode("utf-8", "replace"))
        return response.body

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True, slots=True)
class Reported:
    """An error that the pipeline wrote, or ended with."""

    MESSAGE_TYPE: ClassVar[int] = MessageType.ERROR_RECORD
    record: ErrorRecord


@dataclass(frozen=True, slots=True)
class State:
    """The state of a pipeline; the names are those that pypsrp asks for."""

    MESSAGE_TYPE: ClassVar[int] = MessageType.PIPELINE_STATE
    state: int
    error_record: Reported | None


class Codec(Serializer):
    """Reads what comes with every call by our own codec, and leaves the rest to pypsrp."""

    def serialize(self, value: Any, *rest: Any, **options: Any) -> Any:
        return value.xml if isinstance(value, Invocation) else super().serialize(value, *rest, **options)

    def deserialize(self, element: Any, metadata: ObjectMeta | None = None, *rest: Any, **options: Any) -> Any:
        kind = metadata.object if metadata else None
        if isinstance(element, str):
            if metadata is None:
                return self.read(element) if element else None
            if kind is ErrorRecordMessage:
                return Reported(error_record(self.read(element)))
            if kind is PipelineState:
                return _state(self.read(element))
        return super().deserialize(element, metadata, *rest, **options)

    def read(self, xml: str) -> Value:
        return read_value(xml, self.decrypt if self.cipher else no_secrets)

    def decrypt(self, text: str) -> str:
        element = Element("SS")
        element.text = text
        return str(self._deserialize_secure_string(element))

    def encrypt(self, text: str) -> str:
        return str(self._serialize_secure_string(text))


class Invocation(ComplexObject):
    """A CREATE_PIPELINE message that is written already."""

    MESSAGE_TYPE = MessageType.CREATE_PIPELINE

    def __init__(self, xml: bytes) -> None:
        super().__init__()
        self.xml = xml


class Runspace(RunspacePool):
    """A shell on the host with one runspace in it."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        wsman = WSMan(endpoint.host, ENVELOPE, POLL_S, endpoint.port, path=endpoint.path)
        self.transport = wsman.transport = Transport(endpoint, clock)
        super().__init__(wsman, configuration_name=endpoint.configuration, idle_timeout=IDLE_S)
        self.codec = Codec()
        self._serializer = self._fragmenter.serializer = self.codec
        self.wsman = wsman

    def open(self, application_arguments: dict[str, Any] | None = None) -> None:
        """Open the shell; pypsrp alone would ask for ever."""
        super().open(application_arguments)
        if self.state != RunspacePoolState.OPENED:
            raise SessionLost(
                "the host began a session and did not open it", field="host", value=self.transport.endpoint
            )
        self.transport.opening = False

    def start(self, work: Batch) -> "Running":
        """Send the work; it runs when this returns."""
        running = Running(self)
        running.send(create_pipeline(work, self.codec.encrypt))
        return running


class Running(PowerShell):
    """Work that was sent; `output` and `streams` fill while it is polled."""

    def send(self, xml: bytes) -> None:
        self._invoke(Invocation(xml))

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def errors(self) -> Sequence[ErrorRecord]:
        written: Sequence[object] = self.streams.error
        records = [error.record for error in written if isinstance(error, Reported)]
        if not records and self.state != PSInvocationState.COMPLETED:
            return [ErrorRecord("the host ended the work without saying why", "OperationStopped")]
        return records


def error_record(value: Value) -> ErrorRecord:
    """Read an ErrorRecord object (MS-PSRP 2.2.3.15)."""
    if not isinstance(value, PsObject):
        raise AnswerUnreadable("an error record that is no object", field="answer")
    number = value.get("ErrorCategory_Category")
    known = isinstance(number, int) and 0 <= number < len(CATEGORIES)
    exception = value.get("Exception")
    target = value.get("TargetObject")
    return ErrorRecord(
        message=_message(value, exception),
        category=CATEGORIES[number] if known and isinstance(number, int) else "NotSpecified",
        error_id=str(value.get("FullyQualifiedErrorId") or ""),
        command=str(value.get("ErrorCategory_Activity") or ""),
        target="" if target is None else str(target.text if isinstance(target, PsObject) else target),
        exception=exception.types[0] if isinstance(exception, PsObject) and exception.types else "",
    )


def _message(record: PsObject, exception: Value) -> str:
    inner = exception.get("Message") if isinstance(exception, PsObject) else None
    return str(record.get("ErrorDetails_Message") or inner or record.text or "no message")


def _state(value: Value) -> State:
    """Read a pipeline state message (MS-PSRP 2.2.2.21)."""
    if not isinstance(value, PsObject) or not isinstance(number := value.get("PipelineState"), int):
        raise AnswerUnreadable("a pipeline state without a state", field="answer")
    error = value.get("ExceptionAsErrorRecord")
    return State(number, None if error is None else Reported(error_record(error)))
