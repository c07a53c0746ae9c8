"""Module Hyper-V: machines, their parts, switches, disks. Source: Microsoft's reference for Windows Server 2025.

Changes take a machine from the pipe (`GetVM(Id=…) | …`), never a name: names of machines are not unique.
"""

from typing import Annotated, Literal
from uuid import UUID

from mailstead.remoting.calls import LONG_S, Cmdlet, Piped
from mailstead.remoting.dotnet import Guid, Int16, Int32, Int64, Net, Switch, Text, Texts, Truth, UInt32, UInt64

OnOff = Annotated[Literal["On", "Off"], Net("OnOffState")]
StartAction = Annotated[Literal["Nothing", "StartIfRunning", "Start"], Net("StartAction")]
StopAction = Annotated[Literal["TurnOff", "Save", "ShutDown"], Net("StopAction")]
Checkpoints = Annotated[Literal["Disabled", "Production", "ProductionOnly", "Standard"], Net("CheckpointType")]
Controller = Annotated[Literal["IDE", "SCSI"], Net("ControllerType")]
AclAction = Annotated[Literal["Allow", "Deny"], Net("VMNetworkAdapterExtendedAclAction")]
AclDirection = Annotated[Literal["Inbound", "Outbound"], Net("VMNetworkAdapterExtendedAclDirection")]


class _HyperV(Cmdlet, module="Hyper-V"):
    """Takes nothing from the pipe."""


class _OnMachine(Cmdlet, module="Hyper-V", takes=Piped("VM", "VirtualMachine")):
    """Acts on the machine before it in the pipe."""


class _OnAdapter(Cmdlet, module="Hyper-V", takes=Piped("VMNetworkAdapter", "VMNetworkAdapter")):
    """Acts on the network adapter before it in the pipe."""


class GetVMHost(_HyperV, name="Get-VMHost", gives="VMHost"):
    """The host itself: processors, memory, default paths."""


class GetVMHostSupportedVersion(_HyperV, name="Get-VMHostSupportedVersion", gives="VMHostSupportedVersion"):
    """The versions of machines that the host can run; the one it gives to new ones is its default."""


# Machines


class GetVMs(_HyperV, name="Get-VM", gives="VirtualMachine"):
    """All machines, or those of a name."""

    Name: Texts | None = None


class GetVM(_HyperV, name="Get-VM", gives="VirtualMachine"):
    """The machine with this id; an error when there is none."""

    Id: Guid


class NewVM(_HyperV, name="New-VM", gives="VirtualMachine", asks=True):
    """A new machine with a disk that is there already."""

    Name: Text
    MemoryStartupBytes: Int64
    Generation: Int16 = 2
    VHDPath: Text
    Path: Text | None = None
    SwitchName: Text | None = None


class NewVMWithoutDisk(_HyperV, name="New-VM", gives="VirtualMachine", asks=True):
    """A new machine without a disk."""

    Name: Text
    MemoryStartupBytes: Int64
    Generation: Int16 = 2
    NoVHD: Switch = True
    Path: Text | None = None
    SwitchName: Text | None = None


class SetVM(_OnMachine, name="Set-VM", asks=True):
    """Name, notes, what happens when the host starts or stops, and kind of checkpoints."""

    NewVMName: Text | None = None
    Notes: Text | None = None
    AutomaticStartAction: StartAction | None = None
    AutomaticStartDelay: Int32 | None = None
    AutomaticStopAction: StopAction | None = None
    AutomaticCheckpointsEnabled: Truth | None = None
    CheckpointType: Checkpoints | None = None


class StartVM(_OnMachine, name="Start-VM", asks=True):
    """Start; a machine that runs gives a warning."""


class StopVM(_OnMachine, name="Stop-VM", asks=True):
    """Shut down by the guest's own means; `TurnOff` pulls the plug, `Force` does not heed open programs."""

    TurnOff: Switch = False
    Force: Switch = False


class SuspendVM(_OnMachine, name="Suspend-VM", asks=True):
    """Hold the machine's processors."""


class ResumeVM(_OnMachine, name="Resume-VM", asks=True):
    """Let a held machine go on."""


class RemoveVMSavedState(_OnMachine, name="Remove-VMSavedState", asks=True):
    """Give up what was saved of the memory; the machine is off then."""


class RemoveVM(_OnMachine, name="Remove-VM", asks=True):
    """Forget the machine; its disks stay."""

    Force: Switch = True


# Processor, memory, firmware, integration services


class SetVMProcessor(_OnMachine, name="Set-VMProcessor", asks=True):
    """Count only while the machine is off; the limits (percent of a processor, weight) also while it runs."""

    Count: Int64 | None = None
    Maximum: Int64 | None = None
    Reserve: Int64 | None = None
    RelativeWeight: Int32 | None = None
    ExposeVirtualizationExtensions: Truth | None = None


class GetVMProcessor(_OnMachine, name="Get-VMProcessor", gives="VMProcessor"):
    """Processors of the machine."""


class SetVMMemory(_OnMachine, name="Set-VMMemory", asks=True):
    """A running machine takes another startup size if its memory is static, and other bounds if it is dynamic."""

    DynamicMemoryEnabled: Truth | None = None
    StartupBytes: Int64 | None = None
    MinimumBytes: Int64 | None = None
    MaximumBytes: Int64 | None = None
    Buffer: Int32 | None = None


class GetVMMemory(_OnMachine, name="Get-VMMemory", gives="VMMemory"):
    """Memory of the machine."""


class SetVMFirmware(_OnMachine, name="Set-VMFirmware", asks=True):
    """Secure boot of a generation 2 machine; the template for Linux is MicrosoftUEFICertificateAuthority."""

    EnableSecureBoot: OnOff | None = None
    SecureBootTemplate: Text | None = None


class GetVMFirmware(_OnMachine, name="Get-VMFirmware", gives="VMFirmware"):
    """Firmware of the machine."""


class GetVMIntegrationService(_OnMachine, name="Get-VMIntegrationService", gives="VMIntegrationComponent"):
    """Heartbeat, shutdown, time, key-value pairs: what the guest answers to."""


class EnableVMIntegrationService(_OnMachine, name="Enable-VMIntegrationService", asks=True):
    """Switch services on, by name."""

    Name: Texts


# Network


class GetVMSwitch(_HyperV, name="Get-VMSwitch", gives="VMSwitch"):
    """Switches of the host."""

    Name: Text | None = None


class SetVMSwitch(Cmdlet, name="Set-VMSwitch", module="Hyper-V", takes=Piped("VMSwitch", "VMSwitch"), asks=True):
    """Notes of the switch; nothing else of it is ours to change."""

    Notes: Text


class GetVMNetworkAdapter(_OnMachine, name="Get-VMNetworkAdapter", gives="VMNetworkAdapter"):
    """Network adapters of the machine."""

    Name: Text | None = None


class AddVMNetworkAdapter(_OnMachine, name="Add-VMNetworkAdapter", asks=True):
    """One more adapter; the machine must be off."""

    Name: Text
    SwitchName: Text
    StaticMacAddress: Text


class ConnectVMNetworkAdapter(_OnAdapter, name="Connect-VMNetworkAdapter", asks=True):
    """Plug the adapter into a switch."""

    SwitchName: Text


class DisconnectVMNetworkAdapter(_OnAdapter, name="Disconnect-VMNetworkAdapter", asks=True):
    """Unplug the adapter; its rules stay."""


class SetVMNetworkAdapter(_OnAdapter, name="Set-VMNetworkAdapter", asks=True):
    """MAC address, guards against false DHCP servers, routers and MACs, bandwidth (bits a second)."""

    StaticMacAddress: Text | None = None
    MacAddressSpoofing: OnOff | None = None
    DhcpGuard: OnOff | None = None
    RouterGuard: OnOff | None = None
    MaximumBandwidth: Int64 | None = None


class SetVMNetworkAdapterVlan(_OnAdapter, name="Set-VMNetworkAdapterVlan", asks=True):
    """Access mode: untagged in the guest, in this VLAN on the wire."""

    Access: Switch = True
    VlanId: Int32


class GetVMNetworkAdapterVlan(_OnAdapter, name="Get-VMNetworkAdapterVlan", gives="VMNetworkAdapterVlanSetting"):
    """VLAN of the adapter."""


class AddVMNetworkAdapterExtendedAcl(_OnAdapter, name="Add-VMNetworkAdapterExtendedAcl", asks=True):
    """A rule at the switch port; of those that fit, the one with the greatest weight counts."""

    Action: AclAction
    Direction: AclDirection
    Weight: Int32
    LocalIPAddress: Text | None = None
    RemoteIPAddress: Text | None = None
    LocalPort: Text | None = None
    RemotePort: Text | None = None
    Protocol: Text | None = None
    Stateful: Truth | None = None
    IdleSessionTimeout: Int32 | None = None


class GetVMNetworkAdapterExtendedAcl(
    _OnAdapter, name="Get-VMNetworkAdapterExtendedAcl", gives="VMNetworkAdapterExtendedAclSetting"
):
    """Rules at the switch port."""


class RemoveVMNetworkAdapterExtendedAcl(_OnAdapter, name="Remove-VMNetworkAdapterExtendedAcl", asks=True):
    """Take the rule of this direction and weight away."""

    Direction: AclDirection
    Weight: Int32


# Disks


class NewDynamicVHD(_HyperV, name="New-VHD", gives="VirtualHardDisk", asks=True):
    """A disk file that grows as it fills."""

    Path: Texts
    SizeBytes: UInt64
    Dynamic: Switch = True
    BlockSizeBytes: UInt32 | None = None


class NewFixedVHD(_HyperV, name="New-VHD", gives="VirtualHardDisk", asks=True, deadline_s=LONG_S):
    """A disk file that takes all its room at once."""

    Path: Texts
    SizeBytes: UInt64
    Fixed: Switch = True


class NewDifferencingVHD(_HyperV, name="New-VHD", gives="VirtualHardDisk", asks=True):
    """A disk file that holds what differs from its parent; it may be larger than that."""

    Path: Texts
    ParentPath: Text
    SizeBytes: UInt64 | None = None
    Differencing: Switch = True


class GetVHD(_HyperV, name="Get-VHD", gives="VirtualHardDisk"):
    """Disk files, by path."""

    Path: Texts


class GetVHDsOf(_HyperV, name="Get-VHD", gives="VirtualHardDisk"):
    """Disk files of machines, by the ids of these."""

    VMId: Annotated[tuple[Guid, ...], Net("Guid[]", UUID)]


class ResizeVHD(_HyperV, name="Resize-VHD", asks=True):
    """Give a disk file another size; VHDX at a SCSI controller also while it is in use."""

    Path: Texts
    SizeBytes: UInt64


class ConvertVHD(_HyperV, name="Convert-VHD", asks=True, deadline_s=LONG_S):
    """Copy a disk file whole, without its parents, in another kind."""

    Path: Text
    DestinationPath: Text
    VHDType: Annotated[Literal["Fixed", "Dynamic"], Net("VhdType")] | None = None


class GetVMHardDiskDrive(_OnMachine, name="Get-VMHardDiskDrive", gives="HardDiskDrive"):
    """Disks at all of the machine's controllers."""


class GetVMDriveAt(_OnMachine, name="Get-VMHardDiskDrive", gives="HardDiskDrive"):
    """The disk at one place of the machine's first SCSI controller; nothing if there is none."""

    ControllerType: Controller = "SCSI"
    ControllerNumber: Int32 = 0
    ControllerLocation: Int32


class AddVMHardDiskDrive(_OnMachine, name="Add-VMHardDiskDrive", asks=True):
    """Put a disk file on a controller."""

    ControllerType: Controller = "SCSI"
    ControllerNumber: Int32 = 0
    ControllerLocation: Int32 | None = None
    Path: Text


class AddVMPassThroughDisk(_OnMachine, name="Add-VMHardDiskDrive", asks=True):
    """Put a whole disk of the host, which is offline there, on a controller."""

    ControllerType: Controller = "SCSI"
    ControllerNumber: Int32 = 0
    ControllerLocation: Int32 | None = None
    DiskNumber: UInt32


class SetVMHardDiskDrive(
    Cmdlet, name="Set-VMHardDiskDrive", module="Hyper-V", takes=Piped("VMHardDiskDrive", "HardDiskDrive"), asks=True
):
    """Storage QoS, in normalised operations of 8 KiB a second."""

    MaximumIOPS: UInt64 | None = None
    MinimumIOPS: UInt64 | None = None


class RemoveVMHardDiskDrive(
    Cmdlet, name="Remove-VMHardDiskDrive", module="Hyper-V", takes=Piped("VMHardDiskDrive", "HardDiskDrive"), asks=True
):
    """Take a disk off its controller; the file stays."""


class GetVMDvdDrive(_OnMachine, name="Get-VMDvdDrive", gives="DvdDrive"):
    """Drives for CD images."""


class AddVMDvdDrive(_OnMachine, name="Add-VMDvdDrive", asks=True):
    """A drive with a CD image in it."""

    Path: Text


class RemoveVMDvdDrive(
    Cmdlet, name="Remove-VMDvdDrive", module="Hyper-V", takes=Piped("VMDvdDrive", "DvdDrive"), asks=True
):
    """Take a drive off its controller; the image stays."""


# Metering, checkpoints, export


class EnableVMResourceMetering(_OnMachine, name="Enable-VMResourceMetering"):
    """Begin to count, or go on."""


class MeasureVM(_OnMachine, name="Measure-VM", gives="VMMeteringReportForVirtualMachine"):
    """What was counted since metering was enabled or reset."""


class CheckpointVM(_OnMachine, name="Checkpoint-VM", asks=True, deadline_s=LONG_S):
    """Make a checkpoint of the kind that the machine is set to."""

    SnapshotName: Text


class GetVMSnapshot(_OnMachine, name="Get-VMSnapshot", gives="VMSnapshot"):
    """Checkpoints of the machine."""

    Name: Text | None = None


class RestoreVMSnapshot(_OnMachine, name="Restore-VMSnapshot", asks=True, deadline_s=LONG_S):
    """Bring the machine back to a checkpoint."""

    Name: Text


class RemoveVMSnapshot(_OnMachine, name="Remove-VMSnapshot", asks=True, deadline_s=LONG_S):
    """Merge checkpoints away."""

    Name: Texts


class ExportVM(_OnMachine, name="Export-VM", asks=True, deadline_s=LONG_S):
    """Copy the machine with its disks into a folder."""

    Path: Text
    CaptureLiveState: (
        Annotated[
            Literal["CaptureCrashConsistentState", "CaptureSavedState", "CaptureDataConsistentState"],
            Net("CaptureLiveState"),
        ]
        | None
    ) = None


class ImportVM(_HyperV, name="Import-VM", gives="VirtualMachine", asks=True, deadline_s=LONG_S):
    """Take an exported machine in as a copy with an id of its own, or with the old one."""

    Path: Text
    Copy: Switch = True
    GenerateNewId: Switch = False
    VirtualMachinePath: Text | None = None
    VhdDestinationPath: Text | None = None


class MoveVM(_OnMachine, name="Move-VM", asks=True, deadline_s=LONG_S):
    """Live migration to another host."""

    DestinationHost: Text
    IncludeStorage: Switch = False
    DestinationStoragePath: Text | None = None
