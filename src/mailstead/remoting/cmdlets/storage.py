"""Module Storage: the volumes and disks of a host."""

from typing import Annotated

from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import Net, Text, UInt32


class _Storage(Cmdlet, module="Storage"):
    """Takes nothing from the pipe."""


class GetVolumeOf(_Storage, name="Get-Volume", gives="MSFT_Volume"):
    """The volume on which a path lies, with its size and what is free."""

    FilePath: Text


class GetDisk(_Storage, name="Get-Disk", gives="MSFT_Disk"):
    """Disks of the host: which are offline, and so free to be passed through."""

    Number: Annotated[tuple[UInt32, ...], Net("UInt32[]", int, 0, 2**32 - 1)] | None = None
