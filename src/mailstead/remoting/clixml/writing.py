"""Calls into the CREATE_PIPELINE message (MS-PSRP 2.2.2.10, 2.2.3.11 to 2.2.3.13)."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mailstead.remoting.calls import Batch, Cmdlet, Pipeline
from mailstead.remoting.values import Credential, PsObject, Value
from mailstead.security.model import Secret

from .text import escaped, moment_text, span_text

Encrypt = Callable[[str], str]

_RUNSPACES = "System.Management.Automation.Runspaces"
_OBJECTS = (
    "System.Collections.Generic.List`1[[System.Management.Automation.PSObject, System.Management.Automation, "
    "Version=1.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]"
)
_MERGED = ("MyResult", "ToResult", "PreviousResults", "Error", "Warning", "Verbose", "Debug", "Information")
_MERGES = tuple(f"Merge{of}" for of in _MERGED)
_SILENT = (
    "<MS>"
    + "".join(
        f'<B N="{flag}">true</B>' for flag in ("_isHostNull", "_isHostUINull", "_isHostRawUINull", "_useRunspaceHost")
    )
    + "</MS>"
)
_ARRAY = ("System.Object[]", "System.Array", "System.Object")
_I32, _I64 = range(-(2**31), 2**31), range(-(2**63), 2**63)


def no_key(_: str) -> str:
    """Stand for encryption where no secret is to be expected."""
    raise ValueError("a secret travels only in a session")


def create_pipeline(work: Batch, encrypt: Encrypt = no_key) -> bytes:
    """Return the message that runs *work*; every cmdlet stops at its first error."""
    return _Writer(encrypt).pipeline(work.statements).encode()


def write_value(value: Value, encrypt: Encrypt = no_key) -> str:
    """Return one value as an element; raise ValueError for a secret without a key."""
    return _Writer(encrypt).value(value)


class _Writer:
    """Writes one message; numbers its objects and remembers which lists of type names stand in it already."""

    def __init__(self, encrypt: Encrypt) -> None:
        self._encrypt = encrypt
        self._objects = 0
        self._types: dict[str, int] = {}

    def pipeline(self, statements: Sequence[Pipeline]) -> str:
        whole = self._object()
        apartment = self._enum("ApartmentState", f"{_RUNSPACES}.ApartmentState", "UNKNOWN", 2)
        streams = self._enum(
            "RemoteStreamOptions", f"{_RUNSPACES}.RemoteStreamOptions", "AddInvocationInfoToErrorRecord", 1
        )
        host, shell = self._object("HostInfo"), self._object("PowerShell")
        more = (
            '<Nil N="ExtraCmds" />' if len(statements) == 1 else self._list("ExtraCmds", map(self._extra, statements))
        )
        return (
            f'{whole}<MS><B N="NoInput">true</B>{apartment}{streams}<B N="AddToHistory">false</B>{host}{_SILENT}</Obj>'
            f'{shell}<MS><B N="IsNested">false</B>{more}{self._commands(statements[0])}<Nil N="History" />'
            '<B N="RedirectShellErrorOutputPipe">false</B></MS></Obj><B N="IsNested">false</B></MS></Obj>'
        )

    def value(self, value: Value, name: str = "") -> str:
        named = f' N="{escaped(name)}"' if name else ""
        for kind, tag, text in _SCALARS:
            if isinstance(value, kind):
                return f"<{tag}{named}>{text(value)}</{tag}>"
        if isinstance(value, int):
            tag = _integer_tag(value)
            return f"<{tag}{named}>{value:d}</{tag}>"
        return self._made(value, name, named)

    def _made(self, value: Value, name: str, named: str) -> str:
        match value:
            case None:
                return f"<Nil{named} />"
            case Secret():
                return f"<SS{named}>{self._encrypt(value.reveal_text())}</SS>"
            case tuple():
                return self._list(name, map(self.value, value), _ARRAY)
            case Credential():
                return self._credential(value, name)
            case Mapping() if not isinstance(value, PsObject):
                return self._table(value, name)
        raise ValueError(f"{type(value).__name__} is no argument; an object on the host is named by its id")

    def _credential(self, value: Credential, name: str) -> str:
        opened = self._object(name) + self._named(("System.Management.Automation.PSCredential", "System.Object"))
        parts = f'<S N="UserName">{escaped(value.user)}</S>{self.value(value.password, "Password")}'
        return f"{opened}<ToString>System.Management.Automation.PSCredential</ToString><Props>{parts}</Props></Obj>"

    def _table(self, table: Mapping[str, Value], name: str) -> str:
        opened = self._object(name) + self._named(("System.Collections.Hashtable", "System.Object"))
        entries = (f"<En>{self.value(k, 'Key')}{self.value(v, 'Value')}</En>" for k, v in table.items())
        return f"{opened}<DCT>{''.join(entries)}</DCT></Obj>"

    def _extra(self, statement: Pipeline) -> str:
        return f"{self._object()}<MS>{self._commands(statement)}</MS></Obj>"

    def _commands(self, statement: Pipeline) -> str:
        return self._list("Cmds", map(self._command, statement.cmdlets))

    def _command(self, cmdlet: Cmdlet) -> str:
        opened = self._object()
        merges = "".join(self._enum(merge, f"{_RUNSPACES}.PipelineResultTypes", "None", 0) for merge in _MERGES)
        arguments = self._list("Args", (self._argument(k, v) for k, v in (*cmdlet.arguments(), *_common(cmdlet))))
        return (
            f'{opened}<MS><S N="Cmd">{cmdlet.name}</S><B N="IsScript">false</B><Nil N="UseLocalScope" />'
            f"{merges}{arguments}</MS></Obj>"
        )

    def _argument(self, name: str, value: Value) -> str:
        return f'{self._object()}<MS><S N="N">{name}</S>{self.value(value, "V")}</MS></Obj>'

    def _list(self, name: str, items: Iterator[str], types: tuple[str, ...] = (_OBJECTS, "System.Object")) -> str:
        opened = self._object(name) + self._named(types)
        return f"{opened}<LST>{''.join(items)}</LST></Obj>"

    def _enum(self, name: str, kind: str, text: str, number: int) -> str:
        opened = self._object(name) + self._named((kind, "System.Enum", "System.ValueType", "System.Object"))
        return f"{opened}<ToString>{text}</ToString><I32>{number}</I32></Obj>"

    def _object(self, name: str = "") -> str:
        self._objects += 1
        named = f' N="{escaped(name)}"' if name else ""
        return f'<Obj{named} RefId="{self._objects}">'

    def _named(self, types: tuple[str, ...]) -> str:
        if (known := self._types.get(types[0])) is not None:
            return f'<TNRef RefId="{known}" />'
        self._types[types[0]] = number = len(self._types)
        return f'<TN RefId="{number}">{"".join(f"<T>{name}</T>" for name in types)}</TN>'


def _common(cmdlet: Cmdlet) -> tuple[tuple[str, Value], ...]:
    """Every cmdlet stops at its first error, and none asks."""
    stop: tuple[tuple[str, Value], ...] = (("ErrorAction", "Stop"),)
    return (*stop, ("Confirm", False)) if cmdlet.asks else stop


def _integer_tag(value: int) -> str:
    if not -(2**63) <= value < 2**64:
        raise ValueError("a number of more than 64 bits cannot be sent")
    return "I32" if value in _I32 else "I64" if value in _I64 else "U64"


def _double(value: float) -> str:
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(value), repr(value))


# In the order in which they are asked for: the common first, and bool before int, which it is too.
_SCALARS: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (str, "S", escaped),
    (bool, "B", lambda value: "true" if value else "false"),
    (UUID, "G", str),
    (float, "Db", _double),
    (bytes, "BA", lambda value: b64encode(value).decode()),
    (timedelta, "TS", span_text),
    (datetime, "DT", moment_text),
)
