"""The ports of one KVM host: libvirt, a folder of disks, Open vSwitch, guest agents, appliances."""

from pathlib import Path

from mailstead.backup.drivers.folder_places import FolderPlaces
from mailstead.backup.drivers.libvirt.holding import LibvirtChangedBlocks
from mailstead.ground.clock import Clock
from mailstead.guests.drivers.qemu_agent import LibvirtTransport, QemuAgent
from mailstead.hypervisors.drivers.libvirt.accelerator import choose_accelerator
from mailstead.hypervisors.drivers.libvirt.connection import LibvirtConnection
from mailstead.hypervisors.drivers.libvirt.domain_xml import domain_name
from mailstead.hypervisors.drivers.libvirt.machines import LibvirtHypervisor
from mailstead.lifecycle.world import HostPorts
from mailstead.mailservers.drivers.appliance import Appliance, ApplianceTrial
from mailstead.networks.drivers.openvswitch import OpenVSwitch
from mailstead.sites.model import Host, Platform
from mailstead.storage.drivers.folder import FolderVolumes
from mailstead.tenants.model import DRILL

from .images import Images


def libvirt_host(host: Host, platform: Platform, home: Path, clock: Clock) -> HostPorts:
    """Return the ports of *host*; nothing is connected to before it is asked something."""
    connection = LibvirtConnection(host.uri)
    guests = QemuAgent(LibvirtTransport(connection.current, domain_name), clock)
    machines = LibvirtHypervisor(
        connection,
        platform=platform.name,
        folder=host.local_folder,
        accelerator=choose_accelerator(home / "accelerator.json"),
        clock=clock,
    )
    return HostPorts(
        host,
        machines,
        FolderVolumes(host.local_folder),
        OpenVSwitch(host.bridge),
        guests,
        Appliance(guests, clock),
        Images(platform.image.cache).image,
        trial=ApplianceTrial(guests, only=DRILL),
        places=FolderPlaces(host.local_folder, machines.machines),
        changes=LibvirtChangedBlocks(
            connection.doing, domain_name, platform=platform.name, folder=host.local_folder, clock=clock
        ),
    )
