"""The state of a simulated Hyper-V host."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path, PureWindowsPath
from uuid import NAMESPACE_DNS, UUID, uuid4, uuid5

from psrpcore.types import ErrorCategory

from tests.standin.objects import Live, Wide
from tests.standin.records import PSError

from .kinds import VhdType, VlanMode, VMHeartbeat, VMState

GIB = 1 << 30
HV = "Microsoft.HyperV.PowerShell."
SERVICES = (
    "Guest Service Interface",
    "Heartbeat",
    "Key-Value Pair Exchange",
    "Shutdown",
    "Time Synchronization",
    "VSS",
)


@dataclass
class Volume:
    """A volume on which disk files lie."""

    root: str
    size: int
    used: int = 0

    @property
    def free(self) -> int:
        return self.size - self.used

    def take(self, room: int, path: str) -> None:
        if room > self.free:
            text = f"Failed to create or grow '{path}'. There is not enough space on the disk. (0x80070070)"
            raise PSError(text, error_id="OperationFailed")
        self.used += room


@dataclass(eq=False)
class Switch(Live):
    TYPES = (HV + "VMSwitch", HV + "VirtualizationObject", "System.Object")
    name: str
    notes: str = ""

    def shown(self) -> dict[str, object]:
        number = uuid5(NAMESPACE_DNS, self.name)
        facts = {"Name": self.name, "Id": number, "SwitchType": "External", "Notes": self.notes}
        return facts | {"AllowManagementOS": True}


@dataclass(eq=False)
class SupportedVersion(Live):
    TYPES = (HV + "VMHostSupportedVersion", "System.Object")
    name: str
    version: str
    default: bool = False

    def shown(self) -> dict[str, object]:
        return {"Name": self.name, "Version": self.version, "IsDefault": self.default}


@dataclass(eq=False)
class Vhd(Live):
    TYPES = ("Microsoft.Vhd.PowerShell.VirtualHardDisk", "System.Object")
    path: str
    size: int
    kind: VhdType
    file_size: int = 4 << 20
    parent: str = ""
    holder: UUID | None = None
    broken: bool = False  # no disk at all, whatever its name says
    disk_id: str = field(default_factory=lambda: str(uuid4()).upper())

    def shown(self) -> dict[str, object]:
        return {
            "Path": self.path,
            "VhdFormat": "VHDX",
            "VhdType": self.kind,
            "FileSize": Wide(self.file_size, unsigned=True),
            "Size": Wide(self.size, unsigned=True),
            "BlockSize": Wide(32 << 20, unsigned=True),
            "ParentPath": self.parent,
            "DiskIdentifier": self.disk_id,
            "Attached": self.holder is not None,
        }


@dataclass(eq=False)
class Acl(Live):
    TYPES = (HV + "VMNetworkAdapterExtendedAclSetting", "System.Object")
    adapter: "Adapter"
    direction: str
    weight: int
    action: str
    local_ip: str = "ANY"
    remote_ip: str = "ANY"
    local_port: str = "ANY"
    remote_port: str = "ANY"
    protocol: str = "ANY"
    stateful: bool = False
    idle_s: int = 0

    def shown(self) -> dict[str, object]:
        return {
            "ParentAdapter": self.adapter,
            "Direction": self.direction,
            "Action": self.action,
            "LocalIPAddress": self.local_ip,
            "RemoteIPAddress": self.remote_ip,
            "LocalPort": self.local_port,
            "RemotePort": self.remote_port,
            "Protocol": self.protocol,
            "Weight": self.weight,
            "Stateful": self.stateful,
            "IdleSessionTimeout": self.idle_s,
            "VMName": self.adapter.machine.name,
        }


@dataclass(eq=False)
class Adapter(Live):
    TYPES = (HV + "VMNetworkAdapter", HV + "VMNetworkAdapterBase", HV + "VMDevice", "System.Object")
    machine: "Machine"
    name: str
    switch: str = ""
    mac: str = "000000000000"
    vlan_mode: VlanMode = VlanMode.Untagged
    vlan: int = 0
    spoofing: str = "Off"
    dhcp_guard: str = "Off"
    router_guard: str = "Off"
    bandwidth: int = 0
    acls: list[Acl] = field(default_factory=list)

    def shown(self) -> dict[str, object]:
        return {
            "Name": self.name,
            "Id": f"Microsoft:{self.machine.id}\\{self.name}",
            "VMName": self.machine.name,
            "VMId": self.machine.id,
            "SwitchName": self.switch or None,
            "Connected": bool(self.switch),
            "MacAddress": self.mac,
            "MacAddressSpoofing": self.spoofing,
            "DhcpGuard": self.dhcp_guard,
            "RouterGuard": self.router_guard,
            "IPAddresses": [],
            "ExtendedAclList": list(self.acls),
        }

    def __str__(self) -> str:
        return "VMNetworkAdapter"


@dataclass(eq=False)
class VlanSetting(Live):
    TYPES = (HV + "VMNetworkAdapterVlanSetting", HV + "VMNetworkAdapterFeatureBase", "System.Object")
    adapter: Adapter

    def shown(self) -> dict[str, object]:
        of = self.adapter
        return {
            "OperationMode": of.vlan_mode,
            "AccessVlanId": of.vlan,
            "ParentAdapter": of,
            "VMName": of.machine.name,
        }


@dataclass(eq=False)
class Drive(Live):
    TYPES = (HV + "HardDiskDrive", HV + "Drive", HV + "VMDevice", "System.Object")
    machine: "Machine"
    location: int
    path: str = ""
    disk_number: int | None = None
    most_iops: int = 0
    least_iops: int = 0
    controller: int = 0

    def shown(self) -> dict[str, object]:
        return {
            "Path": self.path,
            "DiskNumber": self.disk_number,
            "ControllerType": "SCSI",
            "ControllerNumber": self.controller,
            "ControllerLocation": self.location,
            "MaximumIOPS": Wide(self.most_iops, unsigned=True),
            "MinimumIOPS": Wide(self.least_iops, unsigned=True),
            "VMName": self.machine.name,
            "VMId": self.machine.id,
        }

    def __str__(self) -> str:
        return "Hard Drive"


@dataclass(eq=False)
class Snapshot(Live):
    TYPES = (HV + "VMSnapshot", HV + "VirtualMachineBase", HV + "VirtualizationObject", "System.Object")
    machine: "Machine"
    name: str
    kept: dict[str, object]
    id: UUID = field(default_factory=uuid4)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def shown(self) -> dict[str, object]:
        return {
            "Name": self.name,
            "Id": self.id,
            "VMId": self.machine.id,
            "VMName": self.machine.name,
            "SnapshotType": "Standard",
            "CreationTime": self.created,
        }


@dataclass(eq=False)
class Machine(Live):
    TYPES = (HV + "VirtualMachine", HV + "VirtualMachineBase", HV + "VirtualizationObject", "System.Object")
    name: str
    startup: int
    generation: int = 2
    id: UUID = field(default_factory=uuid4)
    state: VMState = VMState.Off
    started: datetime | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    least: int = 512 << 20
    most: int = 1 << 40
    buffer: int = 20
    dynamic: bool = False
    count: int = 1
    limit: int = 100
    reserve: int = 0
    weight: int = 100
    nested: bool = False
    notes: str = ""
    path: str = ""
    start_action: str = "StartIfRunning"
    start_delay_s: int = 0
    stop_action: str = "Save"
    automatic_checkpoints: bool = False
    checkpoint_type: str = "Production"
    secure_boot: str = "On"
    template: str = "MicrosoftWindows"
    metering_since: datetime | None = None
    adapters: list[Adapter] = field(default_factory=list)
    drives: list[Drive] = field(default_factory=list)
    dvds: list[Live] = field(default_factory=list)  # .media.DvdDrive
    snapshots: list[Snapshot] = field(default_factory=list)
    deaf: bool = False  # the guest does not heed that it is to shut down
    services: dict[str, bool] = field(default_factory=lambda: {n: n != SERVICES[0] for n in SERVICES})

    @property
    def running(self) -> bool:
        return self.state is VMState.Running

    def shown(self) -> dict[str, object]:
        healthy = self.running and self.services["Heartbeat"]
        return {
            "Name": self.name,
            "VMName": self.name,
            "Id": self.id,
            "VMId": self.id,
            "State": self.state,
            "Status": "Operating normally",
            "Heartbeat": VMHeartbeat.OkApplicationsHealthy if healthy else VMHeartbeat.Disabled,
            "CPUUsage": 0,
            "Uptime": datetime.now(UTC) - self.started if self.started else timedelta(),
            "MemoryAssigned": Wide(self.startup if self.running else 0),
            "MemoryDemand": Wide(self.startup // 2 if self.running else 0),
            "MemoryStartup": Wide(self.startup),
            "MemoryMinimum": Wide(self.least),
            "MemoryMaximum": Wide(self.most),
            "DynamicMemoryEnabled": self.dynamic,
            "ProcessorCount": Wide(self.count),
            "Generation": self.generation,
            "Version": "11.0",
            "Notes": self.notes,
            "Path": self.path,
            "CreationTime": self.created,
            "IsClustered": False,
            "AutomaticStartAction": self.start_action,
            "AutomaticStartDelay": self.start_delay_s,
            "AutomaticStopAction": self.stop_action,
            "AutomaticCheckpointsEnabled": self.automatic_checkpoints,
            "CheckpointType": self.checkpoint_type,
            "ResourceMeteringEnabled": self.metering_since is not None,
            "NetworkAdapters": list(self.adapters),
            "HardDrives": list(self.drives),
        }

    def __str__(self) -> str:
        return f"VirtualMachine (Name = '{self.name}') [Id = '{self.id}']"


class Host(Live):
    """A host: what it has, and what lies and runs on it."""

    TYPES = (HV + "VMHost", HV + "VirtualizationObject", "System.Object")

    def __init__(self, name: str = "HV01", *, processors: int = 32, memory: int = 256 * GIB) -> None:
        self.name, self.processors, self.memory = name, processors, memory
        self.clear()

    def clear(self) -> None:
        """Be as a host that was just set up."""
        self.machines: dict[UUID, Machine] = {}
        self.vhds: dict[str, Vhd] = {}
        self.folders: set[str] | None = None  # None: every folder is there
        self.media: set[str] = set()  # CD images, in small letters
        self.volumes = [Volume(r"C:\ClusterStorage\Volume1", 4096 * GIB)]
        self.switches = {name: Switch(name) for name in ("Tenants", "Management")}
        self.disks: list[Live] = []  # tests.standin.storage.Disk
        self.cluster: Live | None = None  # tests.standin.cluster.Cluster
        self.exports: dict[str, Machine] = {}  # by the path of the .vmcx, in small letters
        self.events: list[Live] = []  # tests.standin.diagnostics.Event
        self.neighbours: dict[str, Host] = {}
        self.files: Path | None = None  # a folder of this machine that stands for the first volume, with real disks
        self.tracks: dict[str, Live] = {}  # .tracking.Track, by the id of the disk
        self.jobs: dict[UUID, Live] = {}  # .tracking.Job
        self.recoveries: dict[UUID, Live] = {}  # .tracking.Recovery, by the machine
        self.points: dict[str, Live] = {}  # .tracking.ReferencePoint
        self._macs = itertools.count(1)

    def shown(self) -> dict[str, object]:
        return {
            "Name": self.name,
            "LogicalProcessorCount": self.processors,
            "MemoryCapacity": Wide(self.memory),
            "VirtualMachinePath": r"C:\ProgramData\Microsoft\Windows\Hyper-V",
            "VirtualHardDiskPath": self.volumes[0].root,
        }

    def populate(self, machines: int) -> None:
        """Make machines t0, t1, … with an adapter and a disk each."""
        for number in range(machines):
            machine = Machine(f"t{number}", GIB)
            machine.adapters.append(Adapter(machine, "Network Adapter", "Tenants", self.next_mac()))
            path = rf"{self.volumes[0].root}\mailstead\t{number}\system.vhdx"
            self.vhds[path.lower()] = Vhd(path, 64 * GIB, VhdType.Dynamic)
            machine.drives.append(Drive(machine, 0, path))
            self.machines[machine.id] = machine

    def named(self, name: str) -> Iterator[Machine]:
        """Yield the machines of this name, or those that a pattern with * fits."""
        pattern, named = name.lower(), list(self.machines.values())
        return (machine for machine in named if fnmatchcase(machine.name.lower(), pattern))

    def vhd(self, path: str) -> Vhd:
        """Return the disk file; raise PSError."""
        if found := self.vhds.get(path.lower()) or self._come_by_share(path):
            return found
        text = f"Getting the mounted storage instance for the path '{path}' failed. The operation cannot find the file."
        raise PSError(f"{text} (0x80070002)", ErrorCategory.ObjectNotFound, "ObjectNotFound", path)

    def _come_by_share(self, path: str) -> Vhd | None:
        """Return a disk file that lies there although no cmdlet has made it."""
        root = self.volumes[0].root
        if not self.files or not PureWindowsPath(path).is_relative_to(root):
            return None
        file = self.files.joinpath(*PureWindowsPath(path).relative_to(root).parts)
        if not file.is_file():
            return None
        self.vhds[path.lower()] = Vhd(path, max(4 << 20, file.stat().st_size), VhdType.Dynamic)
        return self.vhds[path.lower()]

    def has_folder(self, path: str) -> bool:
        return self.folders is None or path.lower() in self.folders

    def volume(self, path: str) -> Volume:
        """Return the volume on which a path lies; raise PSError."""
        inside = PureWindowsPath(path)
        for volume in self.volumes:
            if inside.is_relative_to(volume.root):
                return volume
        text = f"The system cannot find the path specified: '{path}'. (0x80070003)"
        raise PSError(text, ErrorCategory.ObjectNotFound, "ObjectNotFound", path)

    def switch(self, name: str) -> Switch:
        if found := self.switches.get(name):
            return found
        text = f'Hyper-V was unable to find a virtual switch with name "{name}".'
        raise PSError(text, ErrorCategory.InvalidArgument, "InvalidParameter", name)

    def fill(self, volume: Volume) -> None:
        """Let a volume become full: machines that have a disk there are held."""
        volume.used = volume.size
        for machine in self.machines.values():
            there = any(drive.path and self.volume(drive.path) is volume for drive in machine.drives)
            if machine.running and there:
                machine.state = VMState.PausedCritical

    def free_memory(self) -> int:
        return self.memory - sum(machine.startup for machine in self.machines.values() if machine.running)

    def next_mac(self) -> str:
        return f"00155D{next(self._macs):06X}"
