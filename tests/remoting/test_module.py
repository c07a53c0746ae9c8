"""Our own PowerShell module: it calls the methods that Microsoft documents, with their parameters, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.standin.psm1 import Called, calls_in
from tests.standin.shipped import JEA, WMI

MODULE = JEA / "Mailstead.psm1"
CALLS = calls_in(MODULE)
METHODS: dict[str, Any] = json.loads(Path(WMI).read_text("utf-8"))["methods"]


@pytest.mark.parametrize("called", CALLS, ids=lambda called: called.function)
def test_a_method_is_called_as_it_is_documented(called: Called) -> None:
    documented = METHODS[called.method]
    assert called.service == documented["class"]
    assert called.arguments == set(documented["in"])


def test_every_documented_method_is_called_by_one_function() -> None:
    assert sorted(called.method for called in CALLS) == sorted(METHODS)


def test_nothing_in_it_runs_text_or_touches_files() -> None:
    text = MODULE.read_text("utf-8")
    assert not re.findall(r"Invoke-Expression|\biex\b|ScriptBlock|Add-Type|Start-Process|Remove-Item|Set-Content", text)
    assert text.count("Invoke-CimMethod") == len(METHODS)


def test_whoever_takes_a_machine_sees_first_whether_it_is_ours() -> None:
    bodies = re.findall(r"^    process \{\n(.*)$", MODULE.read_text("utf-8"), re.MULTILINE)
    ours = [body for body in bodies if "Instance" not in body]
    assert len(ours) == 6
    assert {body.strip() for body in ours} == {"Assert-Ours $VM"}
