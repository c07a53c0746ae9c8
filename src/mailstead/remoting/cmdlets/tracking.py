"""Our own module Mailstead (jea/Mailstead.psm1): the WMI methods of Hyper-V's change tracking, which has no cmdlets.

Each gives what its method gave; waiting for a job and judging a return value is `backup/drivers/hyperv`'s. Source:
https://learn.microsoft.com/windows/win32/hyperv_v2/, classes Msvm_VirtualSystemSnapshotService,
Msvm_VirtualSystemReferencePointService and Msvm_ImageManagementService. Decision 0222.
"""

from mailstead.remoting.calls import Cmdlet, Piped
from mailstead.remoting.dotnet import Byte, Guid, Text, UInt64


class _Tracking(Cmdlet, module="Mailstead"):
    """Takes nothing from the pipe."""


class _OnMachine(Cmdlet, module="Mailstead", takes=Piped("VM", "VirtualMachine")):
    """Acts on the machine before it in the pipe, which must bear our mark."""


class NewSnapshot(_OnMachine, name="New-MailsteadSnapshot", gives="Outcome"):
    """CreateSnapshot, of type Recovery: application consistent (1) or crash consistent (2)."""

    ConsistencyLevel: Byte


class GetSnapshot(_OnMachine, name="Get-MailsteadSnapshot", gives="Snapshot"):
    """Snapshots of type Recovery, with the paths of their disk files, which nobody writes to any more."""


class RemoveSnapshot(_OnMachine, name="Remove-MailsteadSnapshot", gives="Outcome"):
    """DestroySnapshot; one of type Recovery only."""

    SnapshotId: Text


class ConvertToReferencePoint(_OnMachine, name="ConvertTo-MailsteadReferencePoint", gives="Outcome"):
    """ConvertToReferencePoint: the snapshot goes, the identifiers of its moment stay."""

    SnapshotId: Text


class GetReferencePoint(_OnMachine, name="Get-MailsteadReferencePoint", gives="ReferencePoint"):
    """Reference points, whosever they are; identifiers of disks and of change tracking stand in the same order."""


class RemoveReferencePoint(_OnMachine, name="Remove-MailsteadReferencePoint", gives="Outcome"):
    """DestroyReferencePoint."""

    InstanceId: Text


class GetJob(_Tracking, name="Get-MailsteadJob", gives="Job"):
    """A job that a method has begun."""

    InstanceId: Guid


class GetDiskChange(_Tracking, name="Get-MailsteadDiskChange", gives="Outcome"):
    """GetVirtualDiskChanges: what was written on a disk since the moment of *LimitId*."""

    Path: Text
    LimitId: Text
    ByteOffset: UInt64
    ByteLength: UInt64
