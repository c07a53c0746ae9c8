"""Module Storage: the volumes and disks of a host, and of a guest that is lent one."""

from typing import Annotated

from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import Net, Text, Truth, UInt32

_Numbers = Annotated[tuple[UInt32, ...], Net("UInt32[]", int, 0, 2**32 - 1)]


class _Storage(Cmdlet, module="Storage"):
    """Takes nothing from the pipe."""


class GetVolumeOf(_Storage, name="Get-Volume", gives="MSFT_Volume"):
    """The volume on which a path lies, with its size and what is free."""

    FilePath: Text


class GetDisk(_Storage, name="Get-Disk", gives="MSFT_Disk"):
    """Disks of the host: which are offline, and so free to be passed through."""

    Number: _Numbers | None = None


# Disks and partitions of a guest, lent to it for a while: the role of an Exchange server shows them


class UpdateHostStorageCache(_Storage, name="Update-HostStorageCache"):
    """Look anew for disks: one that was just attached may not be listed yet."""


class SetDiskOnline(_Storage, name="Set-Disk"):
    """Take a disk online or offline. One that has the identity of another comes offline, and is given a new one."""

    Number: UInt32
    IsOffline: Truth


class SetDiskWritable(_Storage, name="Set-Disk"):
    """Let a disk be written on, or not."""

    Number: UInt32
    IsReadOnly: Truth


class GetPartition(_Storage, name="Get-Partition", gives="MSFT_Partition"):
    """Partitions of a disk, or of all of them, with the paths at which they are seen."""

    DiskNumber: _Numbers | None = None


class AddPartitionAccessPath(_Storage, name="Add-PartitionAccessPath", asks=True):
    """Show a partition in an empty folder."""

    DiskNumber: _Numbers
    PartitionNumber: _Numbers
    AccessPath: Text


class RemovePartitionAccessPath(_Storage, name="Remove-PartitionAccessPath", asks=True):
    """Show it there no more; the folder stays."""

    DiskNumber: _Numbers
    PartitionNumber: _Numbers
    AccessPath: Text
