"""What a session may do: the role capability (.psrc) and session configuration (.pssc) files that ship in jea/.

A session of type RestrictedRemoteServer in NoLanguage mode shows what the role shows; a parameter that is listed may be
narrowed by a set or a pattern of values. Source: "JEA role capabilities", "JEA session configurations" (Microsoft).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailstead.remoting.cmdlets.core import BY_ITSELF

from .psd1 import Data, NotData, parse

COMMON = frozenset({"ErrorAction", "Confirm"})
_CAPABILITY_KEYS = frozenset({"GUID", "Author", "CompanyName", "Copyright", "Description", "ModulesToImport",
    "VisibleCmdlets", "VisibleFunctions", "VisibleProviders"})  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """What a parameter takes; everything, if nothing is said."""

    values: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    def refusal(self, value: object) -> str:
        """Return why *value* is refused, or nothing. PowerShell heeds no case, and anchors patterns."""
        for one in value if isinstance(value, tuple) else (value,):
            text = str(one)
            if self.values and text.lower() not in {each.lower() for each in self.values}:
                listed = ",".join(self.values)
                return f'The argument "{text}" does not belong to the set "{listed}" specified by ValidateSet.'
            if self.patterns and not re.search(f"^({'|'.join(self.patterns)})$", text, re.IGNORECASE):
                return f'The argument "{text}" does not match the "{"|".join(self.patterns)}" pattern.'
        return ""


Parameters = Mapping[str, Rule]


@dataclass(frozen=True)
class Role:
    """The visible cmdlets, by name, each with its visible parameters."""

    name: str
    cmdlets: Mapping[str, Parameters]
    modules: Mapping[str, str] = field(default_factory=dict)

    def shows(self, cmdlet: str) -> bool:
        return cmdlet in self.cmdlets or cmdlet in BY_ITSELF

    def rule(self, cmdlet: str, parameter: str) -> Rule | None:
        """Return the rule of a visible parameter, None for one that is not."""
        return Rule() if parameter in COMMON else self.cmdlets.get(cmdlet, {}).get(parameter)


def read_role(configuration: Path) -> Role:
    """Return the role that a session configuration gives; its role capability lies beside it. Raises NotData."""
    session = parse(configuration.read_text("utf-8"))
    if session.get("SessionType") != "RestrictedRemoteServer" or session.get("LanguageMode") != "NoLanguage":
        raise NotData(f"{configuration.name} gives more than a restricted session without language")
    names = {name for given in _tables(session["RoleDefinitions"]) for name in _names(given["RoleCapabilities"])}
    if len(names) != 1:
        raise NotData("exactly one role: where two show a cmdlet, the looser rule counts")
    (name,) = names
    return read_capability(configuration.with_name(f"{name}.psrc"), configuration.stem)


def read_capability(path: Path, name: str) -> Role:
    """Read a .psrc; every cmdlet with its module, every parameter by name, no wildcards. Raises NotData."""
    data = parse(path.read_text("utf-8"))
    if unknown := data.keys() - _CAPABILITY_KEYS:
        raise NotData(f"{path.name}: what is {sorted(unknown)}?")
    cmdlets: dict[str, dict[str, Rule]] = {}
    modules: dict[str, str] = {}
    for entry in [*_items(data["VisibleCmdlets"]), *_items(data.get("VisibleFunctions"))]:
        if not isinstance(entry, dict) or not isinstance(entry["Name"], str):
            raise NotData(f"{path.name}: {entry!r} shows all its parameters")
        module, slash, cmdlet = entry["Name"].partition("\\")
        if not slash or "*" in entry["Name"] or cmdlet in cmdlets:
            raise NotData(f"{path.name}: {entry['Name']} is not one cmdlet of one module")
        cmdlets[cmdlet] = dict(_rules(entry.get("Parameters")))
        modules[cmdlet] = module
    return Role(name, cmdlets, modules)


def _rules(parameters: Data) -> Iterator[tuple[str, Rule]]:
    for given in _items(parameters):
        if not isinstance(given, dict) or given.keys() - {"Name", "ValidateSet", "ValidatePattern"}:
            raise NotData(f"{given!r} is no parameter")
        yield str(given["Name"]), Rule(_names(given.get("ValidateSet")), _names(given.get("ValidatePattern")))


def _names(data: Data) -> tuple[str, ...]:
    return tuple(str(each) for each in _items(data))


def _items(data: Data) -> Iterable[Data]:
    return [] if data is None else data if isinstance(data, list) else [data]


def _tables(data: Data) -> Iterator[Mapping[str, Data]]:
    for each in data.values() if isinstance(data, dict) else ():
        if isinstance(each, dict):
            yield each
