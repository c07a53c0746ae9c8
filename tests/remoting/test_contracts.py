"""Every declaration against Microsoft's reference: the cmdlet is there, takes these parameters, and some set takes all.

The reference is data beside the repository, not part of it: MAILSTEAD_CONTRACTS names its folder. What it lacks lies in
`reference/` beside this file, in the same form. Functions of our own are compared with the module that has them.
"""

import json
import os
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

from mailstead.remoting import cmdlets
from mailstead.remoting.calls import DECLARED, Cmdlet
from mailstead.remoting.cmdlets import core
from mailstead.remoting.cmdlets.core import BY_ITSELF
from mailstead.remoting.dotnet import Parameter
from tests.standin.psm1 import facts_of
from tests.standin.shipped import JEA

MODULES = tuple(
    import_module(f"{cmdlets.__name__}.{each.name}") for each in iter_modules(cmdlets.__path__) if each.name != "core"
)
SHAPES = [
    shape
    for name, shapes in DECLARED.items()
    for shape in shapes
    if shape.__module__.startswith("mailstead.") and name not in BY_ITSELF  # the reference leaves the core out
]
BESIDE = Path(__file__).parents[3] / "shared" / "contracts"
FOLDER = Path(os.environ.get("MAILSTEAD_CONTRACTS", "") or BESIDE)

absent = not FOLDER.is_dir()
pytestmark = pytest.mark.skipif(absent, reason="Microsoft's reference is not there (shared/contracts)")

# A more special type than the reference names binds as well.
WIDER = {"VMNetworkAdapter": "VMNetworkAdapterBase", "MSFT_NetFirewallRule": "CimInstance"}


def _reference() -> dict[str, Any]:
    files = [] if absent else [*FOLDER.glob("*.json"), *(Path(__file__).parent / "reference").glob("*.json")]
    cmdlets: dict[str, Any] = {}
    for file in files:
        data = json.loads(file.read_text("utf-8"))
        cmdlets |= {name: facts | {"module": data["module"]} for name, facts in data["cmdlets"].items()}
    return cmdlets | facts_of(JEA / "Mailstead.psm1")


REFERENCE = _reference()


def _id(shape: type[Cmdlet]) -> str:
    return f"{shape.name}:{shape.__name__}"


def test_there_are_declarations() -> None:
    assert len(SHAPES) > 60
    modules = {module.__name__ for module in MODULES}
    assert {shape.__module__ for shape in SHAPES} == modules - {core.__name__}


@pytest.mark.parametrize("shape", SHAPES, ids=_id)
def test_the_cmdlet_is_in_its_module_and_asks_if_it_can(shape: type[Cmdlet]) -> None:
    facts = REFERENCE[shape.name]
    assert facts["module"] == shape.module
    assert shape.asks == ("Confirm" in facts.get("supports", ()))


@pytest.mark.parametrize("shape", SHAPES, ids=_id)
def test_every_parameter_is_there_in_this_type_with_these_values(shape: type[Cmdlet]) -> None:
    known = REFERENCE[shape.name]["parameters"]
    for parameter in shape.parameters:
        assert parameter.name in known, f"{shape.name} has no -{parameter.name}"
        facts = known[parameter.name]
        assert parameter.net.name == facts["type"], f"-{parameter.name} is of type {facts['type']}"
        if "values" in facts and parameter.choices:
            assert set(parameter.choices) <= set(facts["values"])
        assert bool(parameter.choices) <= bool(facts.get("values")), f"-{parameter.name}: who says so?"


@pytest.mark.parametrize("shape", SHAPES, ids=_id)
def test_some_parameter_set_takes_whatever_the_call_holds(shape: type[Cmdlet]) -> None:
    facts = REFERENCE[shape.name]
    piped = {shape.takes.parameter} if shape.takes else set()
    possible = piped | {each.name for each in shape.parameters}
    sure = piped | {each.name for each in shape.parameters if _always_there(shape, each)}

    def takes(name: str, rules: dict[str, Any]) -> bool:
        in_set = all(name in facts["parameters"][each].get("sets", [name]) for each in possible)
        return in_set and set(rules["mandatory"]) <= sure

    assert any(takes(name, rules) for name, rules in facts["sets"].items()), f"no set of {shape.name} takes {possible}"


def _always_there(shape: type[Cmdlet], parameter: Parameter) -> bool:
    return parameter.mandatory or getattr(shape, parameter.name, None) not in {None, False}


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.takes], ids=_id)
def test_what_it_takes_from_the_pipe_binds_by_value(shape: type[Cmdlet]) -> None:
    assert shape.takes
    facts = REFERENCE[shape.name]["parameters"][shape.takes.parameter]
    assert facts["type"].removesuffix("[]") in {shape.takes.kind, WIDER.get(shape.takes.kind)}
    assert "ByValue" in facts["pipeline"]
