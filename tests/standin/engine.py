"""A very small PowerShell: finds cmdlets, binds parameters, runs pipelines. No script text is ever evaluated.

What may be called are the declarations of `mailstead.remoting.cmdlets`; what a call does is a function registered
with `simulates`. So the parameters that a simulation sees have the types that the client's declarations promise.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

from psrpcore.types import ErrorCategory, ErrorRecord, PSCredential, PSEnumBase, PSSecureString

from mailstead.remoting.calls import DECLARED, Cmdlet
from mailstead.remoting.dotnet import Parameter
from mailstead.remoting.values import Credential
from mailstead.security.model import Secret

from .faults import Fault, Faults, Kind
from .objects import Live
from .records import BINDING, PSError, Stopped, Terminated, record_of
from .role import COMMON, Role

W = TypeVar("W")
C = TypeVar("C", bound=Cmdlet)
Simulation = Callable[..., Iterable[Live] | None]

SIMULATED: dict[type[Cmdlet], Simulation] = {}


def simulates(declaration: type[C]) -> Callable[[Simulation], Simulation]:
    """Register what a call does: a function of the run, the call, and (for those that take one) the piped object."""

    def register(simulation: Simulation) -> Simulation:
        SIMULATED[declaration] = simulation
        return simulation

    return register


class Sink(Protocol):
    """Where a pipeline writes to, beside its output."""

    def error(self, record: ErrorRecord) -> None: ...

    def warning(self, text: str) -> None: ...


@dataclass
class Run:
    """What a simulated cmdlet works on: the world, and ways to report."""

    world: Any
    cmdlet: str
    sink: Sink
    stops: bool
    role: Role

    def error(self, error: PSError) -> None:
        """Report an error that need not end the pipeline."""
        record = record_of(error, self.cmdlet)
        if self.stops:
            raise Stopped(record)
        self.sink.error(record)

    def warn(self, text: str) -> None:
        self.sink.warning(text)


@dataclass(frozen=True)
class Sent:
    """One command as the client sent it."""

    name: str
    arguments: tuple[tuple[str | None, object], ...]
    is_script: bool = False


@dataclass(frozen=True)
class Logged:
    """One call that was carried out, for tests to look at."""

    user: str
    call: Cmdlet


@dataclass
class Engine:
    """Runs the statements of one session under its role."""

    user: str
    role: Role
    world: Any
    faults: Faults
    log: list[Logged] = field(default_factory=list)
    delay_s: float = 0.0

    async def run(self, statement: Sequence[Sent], sink: Sink) -> list[Live]:
        """Run one pipeline and return its output; raise Stopped or Terminated."""
        for sent in statement:  # all names are looked up before anything runs
            self._find(sent)
        items: list[Live | None] = [None]
        for sent in statement:
            given = self._given(sent)
            call = self._bind(sent, given)
            run = Run(self.world, sent.name, sink, stops=_stops(sent), role=self.role)
            items = [out for item in items for out in await self._call(run, call, item)]
        return [item for item in items if item is not None]

    async def _call(self, run: Run, call: Cmdlet, item: Live | None) -> list[Live]:
        _check_piped(call, item)
        await asyncio.sleep(self.delay_s)
        try:
            await self._suffer(self.faults.at_cmdlet(call.name))
            simulation = SIMULATED[type(call)]
            self.log.append(Logged(self.user, call))
            return list((simulation(run, call) if item is None else simulation(run, call, item)) or ())
        except PSError as error:
            raise Terminated(record_of(error, call.name)) from error

    async def _suffer(self, fault: Fault | None) -> None:
        match fault and fault.kind:
            case Kind.DELAY if fault:
                await asyncio.sleep(fault.seconds)
            case Kind.REFUSAL:
                text = "You do not have the required permission to complete this task. (0x80070005)"
                raise PSError(text, ErrorCategory.PermissionDenied, "AccessDenied")
            case Kind.BUSY:
                text = "The operation cannot be performed while the object is in use."
                raise PSError(text, ErrorCategory.ResourceBusy, "ObjectInUse")
            case Kind.TERMINATING:
                raise PSError("The operation failed.", ErrorCategory.NotSpecified, "OperationFailed")

    def _find(self, sent: Sent) -> None:
        if sent.is_script:
            text = "The syntax is not supported by this runspace: it is in no-language mode."
            raise _terminated(text, ErrorCategory.ParserError, "ScriptsNotAllowed", sent.name)
        if not self.role.shows(sent.name) or sent.name not in DECLARED:
            text = (
                f"The term '{sent.name}' is not recognized as the name of a cmdlet, function, script file, or program."
            )
            raise _terminated(text, ErrorCategory.ObjectNotFound, "CommandNotFoundException", sent.name)

    def _given(self, sent: Sent) -> dict[str, object]:
        given: dict[str, object] = {}
        for name, raw in sent.arguments:
            rule = self.role.rule(sent.name, name) if name else None
            if name is None or rule is None or (name == "Confirm" and not DECLARED[sent.name][0].asks):
                text = f"A parameter cannot be found that matches parameter name '{name}'."
                raise _unbound(text, "NamedParameterNotFound", sent.name)
            if name in given:
                raise _unbound(f"Parameter '{name}' is given twice.", "ParameterAlreadyBound", sent.name)
            given[name] = value = plain(raw)
            if refusal := rule.refusal(value):
                text = f"Cannot validate argument on parameter '{name}'. {refusal}"
                raise _unbound(text, "ParameterArgumentValidationError", sent.name, ErrorCategory.InvalidData)
        return {name: value for name, value in given.items() if name not in COMMON}

    def _bind(self, sent: Sent, given: dict[str, object]) -> Cmdlet:
        """Return the call of the parameter set that these parameters fit."""
        known = {each.name for shape in DECLARED[sent.name] for each in shape.parameters}
        if unknown := sorted(given.keys() - known):
            text = f"A parameter cannot be found that matches parameter name '{unknown[0]}'."
            raise _unbound(text, "NamedParameterNotFound", sent.name)
        for shape in DECLARED[sent.name]:
            names = {each.name for each in shape.parameters}
            needed = {each.name for each in shape.parameters if each.mandatory or _marks(shape, each)}
            if given.keys() <= names and needed <= given.keys():
                return shape(**{each.name: _bound(sent.name, each, given.get(each.name)) for each in shape.parameters})
        text = f"Parameter set cannot be resolved using the specified named parameters: {sorted(given)}."
        raise _unbound(text, "AmbiguousParameterSet", sent.name)


def plain(value: object) -> object:
    """Return what psrpcore read as a plain value."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    return next((make(value) for kind, make in _PLAIN if isinstance(value, kind)), value)


_PLAIN: tuple[tuple[type, Callable[[Any], object]], ...] = (
    (PSSecureString, lambda value: Secret.of(value.decrypt())),
    (PSCredential, lambda value: Credential(value.UserName, Secret.of(value.Password.decrypt()))),
    (PSEnumBase, lambda value: value.name),
    (int, int),
    (str, str),
    (UUID, lambda value: UUID(int=value.int)),
)


def _bound(cmdlet: str, parameter: Parameter, value: object) -> object:
    """Convert as .NET would: text to a Guid, one thing to a list of one."""
    if parameter.net.is_list and value is not None and not isinstance(value, tuple):
        value = (value,)
    if parameter.net.python is UUID and isinstance(value, str):
        value = _guid(value)
    if (value is not None or parameter.mandatory) and not parameter.fits(value):
        text = f'Cannot bind parameter \'{parameter.name}\'. Cannot convert "{value}" to type "{parameter.net.name}".'
        raise _unbound(text, "CannotConvertArgumentNoMessage", cmdlet)
    return value if value is not None or not parameter.is_switch else False


def _guid(text: str) -> object:
    try:
        return UUID(text)
    except ValueError:
        return text


def _marks(shape: type[Cmdlet], parameter: Parameter) -> bool:
    """Say whether this switch is what makes the parameter set: one that is on by default, as -Fixed of New-VHD."""
    return parameter.is_switch and getattr(shape, parameter.name, False) is True


def _check_piped(call: Cmdlet, item: Live | None) -> None:
    wanted = call.takes.kind if call.takes else None
    if wanted is None and item is None:
        return
    if item is None or wanted not in {name.rsplit(".", 1)[-1] for name in item.TYPES}:
        text = "The input object cannot be bound to any parameters for the command."
        raise _unbound(text, "InputObjectNotBound", call.name)


def _stops(sent: Sent) -> bool:
    return any(name == "ErrorAction" and str(value).lower() in {"stop", "1"} for name, value in sent.arguments)


def _unbound(
    text: str, error_id: str, cmdlet: str, category: ErrorCategory = ErrorCategory.InvalidArgument
) -> Terminated:
    return Terminated(record_of(PSError(text, category, error_id, exception=BINDING), cmdlet))


def _terminated(text: str, category: ErrorCategory, error_id: str, target: str) -> Terminated:
    exception = "System.Management.Automation.CommandNotFoundException"
    return Terminated(record_of(PSError(text, category, error_id, target, exception), ""))
