"""The example in the package's docstring runs as it stands."""

import inspect
import textwrap
from typing import Any
from uuid import UUID

import mailstead.remoting
from mailstead.ground.clock import SystemClock
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.endpoint import Endpoint
from mailstead.remoting.pool import Fleet
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject

from .conftest import made


def test_it_runs(endpoint: Endpoint, capsys: Any) -> None:
    fleet = Fleet(SystemClock())
    number = made(fleet.at(endpoint)).one("VirtualMachine").guid("Id")
    names: dict[str, Any] = {"Remote": Remote, "UUID": UUID, "PsObject": PsObject, "SystemClock": SystemClock}
    names |= {"Fleet": lambda _: fleet, "Endpoint": lambda *_, **__: endpoint, "machine": number}
    names |= {"Kerberos": lambda *_: None, "keytab": None, "ca": None}
    exec(_example(), names)  # noqa: S102  # that is the point
    assert capsys.readouterr().out == f"{8 << 30}\n"
    vm = fleet.at(endpoint).run(hyperv.GetVM(Id=number)).one("VirtualMachine")
    assert vm.number("ProcessorCount") == 4
    fleet.close()


def _example() -> str:
    lines = inspect.getdoc(mailstead.remoting).splitlines()  # type: ignore[union-attr]  # it has one
    return textwrap.dedent("\n".join(line for line in lines if not line or line.startswith("    ")))
