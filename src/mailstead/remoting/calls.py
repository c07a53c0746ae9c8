"""Cmdlets as declared values, pipelines of them, and batches of pipelines. There is no place for script text."""

import re
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias, dataclass_transform, get_origin, get_type_hints

from mailstead.security.model import Secret

from .dotnet import Argument, Parameter, parameters_of
from .errors import BadCall
from .values import Credential

_NAME = re.compile(r"[A-Z][A-Za-z]+-[A-Z][A-Za-z0-9]+")
_PARAMETER = re.compile(r"[A-Z][A-Za-z0-9]*")
_READING = ("Get-", "Measure-", "Test-")
READ_S, CHANGE_S, LONG_S = 30.0, 120.0, 3600.0
DECLARED: dict[str, list[type["Cmdlet"]]] = {}


@dataclass(frozen=True, slots=True)
class Piped:
    """What a cmdlet takes from the pipe: the parameter that it binds, and the type of object."""

    parameter: str
    kind: str


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Cmdlet:
    """One call of one parameter set of a cmdlet; its fields are the parameters, None is not sent.

    A declaration is a subclass with a `name`:

        class GetVM(Cmdlet, name="Get-VM", module="Hyper-V", gives="VirtualMachine"):
            Id: Guid

    `takes` is what must stand before it in the pipeline, `gives` the type of object that comes out of it; cmdlets that
    `asks` (all with -Confirm) are told not to; `deadline_s` follows from the verb. Making a call checks every value:
    BadCall. A declaration that contradicts itself is a TypeError when it is read.
    """

    name: ClassVar[str] = ""
    module: ClassVar[str] = ""
    takes: ClassVar[Piped | None] = None
    gives: ClassVar[str] = ""
    asks: ClassVar[bool] = False
    deadline_s: ClassVar[float] = CHANGE_S
    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def __init_subclass__(
        cls,
        *,
        name: str = "",
        module: str = "",
        takes: Piped | None = None,
        gives: str = "",
        asks: bool = False,
        deadline_s: float | None = None,
    ) -> None:
        super().__init_subclass__()
        cls.module, cls.takes = module or cls.module, takes or cls.takes
        if not name:
            return
        if not _NAME.fullmatch(name):
            raise TypeError(f"{name!r} is no name of a cmdlet")
        cls.name, cls.gives, cls.asks = name, gives, asks
        cls.deadline_s = deadline_s or (READ_S if name.startswith(_READING) else CHANGE_S)
        cls.parameters = _declared_parameters(cls)
        dataclass(frozen=True, kw_only=True, repr=False)(cls)
        DECLARED.setdefault(name, []).append(cls)

    def __post_init__(self) -> None:
        for parameter in self.parameters:
            value = getattr(self, parameter.name)
            if (value is not None or parameter.mandatory) and not parameter.fits(value):
                raise _unfit(self.name, parameter, value)

    def __or__(self, after: "Cmdlet") -> "Pipeline":
        return Pipeline((self, after))

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """Show the call as an administrator would type it; secrets as ***."""
        return " ".join([self.name, *(_shown(each, value) for each, value in self._given())])

    def arguments(self) -> list[tuple[str, Argument]]:
        """Return the parameters that are given, in the order of the declaration."""
        return [(parameter.name, value) for parameter, value in self._given()]

    def _given(self) -> list[tuple[Parameter, Argument]]:
        all_of_them = [(parameter, getattr(self, parameter.name)) for parameter in self.parameters]
        return [(each, value) for each, value in all_of_them if value is not None and not each.is_off(value)]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One statement: cmdlets of which each takes what the one before gives."""

    cmdlets: tuple[Cmdlet, ...]

    def __post_init__(self) -> None:
        given = ""
        for cmdlet in self.cmdlets:
            wanted = cmdlet.takes.kind if cmdlet.takes else ""
            if wanted != given or not cmdlet.name:
                raise BadCall(
                    f"{cmdlet.name} takes {wanted or 'nothing'} from the pipe, not {given or 'nothing'}",
                    field=cmdlet.name,
                    remedy="put the cmdlet behind one that gives what it takes",
                )
            given = cmdlet.gives

    def __or__(self, after: Cmdlet) -> "Pipeline":
        return Pipeline((*self.cmdlets, after))

    def __str__(self) -> str:
        return " | ".join(map(str, self.cmdlets))

    @property
    def deadline_s(self) -> float:
        return max(cmdlet.deadline_s for cmdlet in self.cmdlets)


@dataclass(frozen=True, slots=True)
class Batch:
    """Statements that travel together and run one after another: one round trip instead of many.

    After an error the host may run the statements behind it all the same, unseen. So each should be bound to one
    object by its id, and do no harm when repeated; what makes something new stands last, or alone.
    """

    statements: tuple[Pipeline, ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.statements:
            raise BadCall("a batch without statements", field="statements", remedy="give at least one")

    def __str__(self) -> str:
        return "\n".join(map(str, self.statements))

    @property
    def deadline_s(self) -> float:
        return sum(statement.deadline_s for statement in self.statements)

    @property
    def cmdlets(self) -> tuple[Cmdlet, ...]:
        return tuple(cmdlet for statement in self.statements for cmdlet in statement.cmdlets)


Statement: TypeAlias = Cmdlet | Pipeline
Work: TypeAlias = Statement | Batch


def batch(*statements: Statement) -> Batch:
    """Return the statements as one batch."""
    return Batch(tuple(map(_pipeline, statements)))


def as_batch(work: Work) -> Batch:
    return work if isinstance(work, Batch) else batch(work)


def _pipeline(statement: Statement) -> Pipeline:
    return Pipeline((statement,)) if isinstance(statement, Cmdlet) else statement


def _declared_parameters(cls: type[Cmdlet]) -> tuple[Parameter, ...]:
    hints = {k: v for k, v in get_type_hints(cls, include_extras=True).items() if get_origin(v) is not ClassVar}
    if bad := [name for name in hints if not _PARAMETER.fullmatch(name)]:
        raise TypeError(f"{cls.name}: {bad} are no names of parameters")
    return parameters_of(hints, [name for name in hints if hasattr(cls, name)])


def _unfit(cmdlet: str, parameter: Parameter, value: object) -> BadCall:
    secret = isinstance(value, Secret | Credential) or parameter.net.python in {Secret, Credential}
    shown = "***" if secret else repr(value)
    takes = " or ".join(parameter.choices) or parameter.net.name
    return BadCall(
        f"{cmdlet} -{parameter.name} cannot be {shown}",
        field=f"{cmdlet} -{parameter.name}",
        value=shown,
        remedy=f"give {takes}",
    )


def _shown(parameter: Parameter, value: Argument) -> str:
    return f"-{parameter.name}" if parameter.is_switch else f"-{parameter.name} {_literal(value)}"


def _literal(value: object) -> str:
    match value:
        case bool():
            return f"${str(value).lower()}"
        case int() | float():
            return str(value)
        case tuple():
            return ",".join(map(_literal, value))
        case Secret():
            return "***"
        case Credential():
            return f"({_literal(value.user)}, ***)"
    return "'" + str(value).replace("'", "''") + "'"
