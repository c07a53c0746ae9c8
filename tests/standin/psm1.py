"""What jea/Mailstead.psm1 declares and calls, read without running it: its functions, and the WMI methods they call."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FUNCTION = re.compile(r"^function ([A-Z][a-zA-Z]+-Mailstead[a-zA-Z]+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_PARAMETER = re.compile(r"\[Parameter\((?P<how>[A-Za-z, ]+)\)\] \[(?P<type>[A-Za-z0-9.]+)\] \$(?P<name>[A-Za-z]+)")
_CALL = re.compile(r"\$service = Get-ServiceOf (\w+)\n.*?-InputObject \$service -MethodName (\w+) ", re.DOTALL)
_ARGUMENTS = re.compile(r"\$arguments = @\{ (.*?) \}")
_KINDS = {"guid": "Guid", "string": "String", "byte": "Byte", "uint64": "UInt64"}


@dataclass(frozen=True)
class Called:
    """A WMI method as a function calls it."""

    function: str
    service: str
    method: str
    arguments: frozenset[str]


def facts_of(module: Path) -> dict[str, dict[str, object]]:
    """Return the functions in the form of Microsoft's reference (MAILSTEAD_CONTRACTS)."""
    return {name: _facts(body) for name, body in _functions(module)}


def calls_in(module: Path) -> list[Called]:
    return [
        Called(name, service, method, frozenset(_keys(body)))
        for name, body in _functions(module)
        for service, method in _CALL.findall(body)
    ]


def _functions(module: Path) -> list[tuple[str, str]]:
    return _FUNCTION.findall(module.read_text("utf-8"))


def _facts(body: str) -> dict[str, object]:
    found = {each["name"]: each for each in _PARAMETER.finditer(body)}
    parameters = {
        name: {"type": _KINDS.get(each["type"], each["type"].rsplit(".", 1)[-1])}
        | ({"pipeline": ["ByValue"]} if "ValueFromPipeline" in each["how"] else {})
        for name, each in found.items()
    }
    mandatory = [name for name, each in found.items() if "Mandatory" in each["how"]]
    return {"module": "Mailstead", "sets": {"all": {"mandatory": mandatory}}, "parameters": parameters}


def _keys(body: str) -> Iterator[str]:
    for table in _ARGUMENTS.findall(body):
        yield from (pair.split("=")[0].strip() for pair in table.split(";"))
