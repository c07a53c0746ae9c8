"""Module Microsoft.PowerShell.Core, simulated: what a restricted session shows of itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailstead.remoting.cmdlets import core as declared
from mailstead.remoting.cmdlets.core import BY_ITSELF
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live


@dataclass(eq=False)
class Function(Live):
    """A cmdlet as a role shows it: a function that stands before it."""

    TYPES = ("System.Management.Automation.FunctionInfo", "System.Management.Automation.CommandInfo", "System.Object")
    name: str

    def shown(self) -> dict[str, object]:
        return {"Name": self.name, "CommandType": "Function"}

    def __str__(self) -> str:
        return self.name


@simulates(declared.GetCommand)
def get_commands(run: Run, _: declared.GetCommand) -> Iterator[Function]:
    return map(Function, sorted({*run.role.cmdlets, *BY_ITSELF}))
