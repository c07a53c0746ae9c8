"""A host with many running machines of one platform, with their ports, as the drivers leave them."""

from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import PureWindowsPath

from mailstead.hypervisors.drivers.hyperv import shape
from mailstead.hypervisors.model import Disk, DiskFormat, DiskRole, FirmwareBoot, Machine, Nic, machine_uuid
from mailstead.networks.drivers.hyperv import notes
from mailstead.networks.drivers.hyperv.ports import mac_of
from mailstead.networks.drivers.hyperv.rules import PortRule, rules_for
from mailstead.networks.drivers.hyperv.sparing import digest_of, vouched
from mailstead.networks.model import HostNetwork, Numbers, Segment
from mailstead.networks.plan import segment_for
from mailstead.sites.marks import PREFIX, Mark
from mailstead.tenants.model import MailDomain, Tenant

from .hyperv import Host
from .hyperv.kinds import VhdType, VlanMode, VMState
from .hyperv.world import Acl, Adapter, Drive, Vhd
from .hyperv.world import Machine as Simulated

PLATFORM = "bench"
FOLDER = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead")
INNER = (IPv4Network("10.64.0.0/14"), IPv6Network("fd64:6d73::/40"))
BASE = HostNetwork(
    IPv4Address("198.51.100.53"),
    IPv6Address("fd64:6d72::53"),
    IPv4Network("198.18.0.0/16"),
    IPv6Network("2001:db8:6d73::/48"),
)
MIB = 1 << 20


def machine(name: str) -> Machine:
    disk = Disk(DiskRole.SYSTEM, FOLDER / name / "system.vhdx", DiskFormat.VHDX)
    nic = Nic("52:54:00:00:00:01", "Tenants", name, 100)
    return Machine(name, machine_uuid(PLATFORM, name), 1, 4, 64, 128, (disk,), nic, FirmwareBoot("MicrosoftWindows"))


def segment(name: str, index: int) -> Segment:
    """Return the segment of the tenant with that index, 0 to 3,000."""
    numbers = Numbers(
        vlan=100 + index,
        ipv4=IPv4Network((int(INNER[0].network_address) + 16 * index, 28)),
        ipv6=IPv6Network((int(INNER[1].network_address) + (index << 64), 64)),
        public_ipv4=BASE.public_ipv4[index + 1],
        public_ipv6=BASE.public_ipv6[index + 1],
    )
    return segment_for(Tenant.parse({"name": name, "domains": [MailDomain(name=f"{name}.example")]}), numbers)


def crowd(world: Host, machines: int) -> None:
    """Put tenants t0, t1, … on the host."""
    world.switches["Tenants"].notes = notes.with_base("", BASE)
    for index in range(machines):
        name = f"t{index}"
        simulated = _simulated(machine(name), segment(name, index))
        world.machines[simulated.id] = simulated
        path = simulated.drives[0].path
        world.vhds[path.lower()] = Vhd(path, 1 << 30, VhdType.Dynamic, holder=simulated.id)


def _simulated(wanted: Machine, port: Segment) -> Simulated:
    rules = rules_for(port, BASE, INNER)
    mark = Mark(PLATFORM, wanted.name).with_section(notes.SECTION, notes.section_of(port))
    mark = vouched(mark.with_section(shape.SECTION, shape.section_of(wanted)), digest_of(rules))
    now = datetime.now(UTC)
    there = Simulated(
        PREFIX + wanted.name,
        wanted.memory_mib * MIB,
        state=VMState.Running,
        started=now,
        metering_since=now,
        count=wanted.vcpus_max,
        limit=25,
        notes=str(mark),
        path=str(FOLDER / wanted.name),
    )
    there.drives.append(Drive(there, 0, str(wanted.disks[0].source)))
    adapter = Adapter(there, "Network Adapter", "Tenants", mac_of(port), VlanMode.Access, port.vlan, "Off", "On", "On")
    adapter.acls = [_acl(adapter, rule) for rule in sorted(rules)]
    there.adapters.append(adapter)
    return there


def _acl(adapter: Adapter, rule: PortRule) -> Acl:
    return Acl(
        adapter,
        rule.direction,
        rule.weight,
        rule.action,
        rule.local,
        rule.remote,
        rule.local_port,
        rule.remote_port,
        rule.protocol,
        stateful=rule.stateful,
    )
