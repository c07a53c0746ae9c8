"""Module Microsoft.PowerShell.Management, the part about files: disk files are listed, renamed and removed by it.

Roles show it for the folders of tenants only, and for names of disk files; nothing is removed with what lies in it.
"""

from typing import Annotated, Literal

from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import Net, Switch, Text, Texts

DiskFiles = Annotated[Literal["*.vhdx", "*.avhdx"], Net("String")]
Directory = Annotated[Literal["Directory"], Net("String")]


class _Files(Cmdlet, module="Microsoft.PowerShell.Management"):
    """Takes nothing from the pipe."""


class GetChildNames(_Files, name="Get-ChildItem"):
    """Names of the disk files below folders, as texts that begin below the folder asked for."""

    Path: Texts
    Filter: DiskFiles = "*.vhdx"
    Recurse: Switch = False
    Name: Switch = True


class NewFolder(_Files, name="New-Item", asks=True):
    """A folder; with `Force` one that is there is no error."""

    Path: Texts
    ItemType: Directory = "Directory"
    Force: Switch = True


class RenameItem(_Files, name="Rename-Item", asks=True):
    """Give a file another name in its folder; an error where that is taken."""

    LiteralPath: Text
    NewName: Text


class RemoveItem(_Files, name="Remove-Item", asks=True):
    """Delete files."""

    LiteralPath: Texts
