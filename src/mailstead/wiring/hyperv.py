"""The ports of one Hyper-V host: machines, disks and switch by cmdlets, guests through SSH, appliances."""

from functools import partial
from pathlib import Path, PureWindowsPath

from mailstead.backup.drivers.hyperv.holding import HyperVChangedBlocks
from mailstead.backup.drivers.hyperv.places import HyperVPlaces
from mailstead.exchange.drivers.remote import RemoteExchange
from mailstead.ground.clock import Clock
from mailstead.guests.drivers.qemu_agent import QemuAgent, SshTransport
from mailstead.hosting.endpoints import hyperv_of
from mailstead.hypervisors.drivers.hyperv.checkpoints import HyperVCheckpoints
from mailstead.hypervisors.drivers.hyperv.cluster import HyperVCluster, HyperVMigration
from mailstead.hypervisors.drivers.hyperv.events import HyperVConditions, HyperVEvents
from mailstead.hypervisors.drivers.hyperv.export import HyperVExports
from mailstead.hypervisors.drivers.hyperv.loans import HyperVLoans
from mailstead.hypervisors.drivers.hyperv.media import HyperVMedia
from mailstead.hypervisors.drivers.hyperv.operated import Operated
from mailstead.hypervisors.drivers.hyperv.refusals import doing
from mailstead.lifecycle.world import HostPorts
from mailstead.mailservers.drivers.appliance import Appliance
from mailstead.networks.drivers.hyperv import HyperVSwitch
from mailstead.sites.model import Host, Platform
from mailstead.storage.drivers.hyperv import HyperVVolumes
from mailstead.windows.drivers.remote import RemoteWindows

from .hyperv_doors import HyperVMachines, doors_of
from .hyperv_files import disk_shares
from .hyperv_guests import Callees
from .hyperv_images import HostImages
from .hyperv_ways import Ways
from .images import Images
from .windows import EXCHANGE, WindowsWays, trust_file


def hyperv_host(ways: Ways, host: Host, platform: Platform, home: Path, clock: Clock) -> HostPorts:
    """Return the ports of *host*; nothing is connected to before it is asked something."""
    settings, way, folder = hyperv_of(host), ways.to(host), PureWindowsPath(host.folder)
    guests = QemuAgent(SshTransport(Callees(ways.vault, ways.numbers, settings).of), clock)
    operated, shares = Operated(way, platform.name), partial(disk_shares, ways, host)
    trust = partial(trust_file, home, platform, ways.vault, clock)
    windows, exchange = WindowsWays(host, ways, trust), WindowsWays(host, ways, trust, configuration=EXCHANGE)
    places = HyperVPlaces(operated, doing, folder=folder, shares=shares, scratch=home / "scratch")
    return HostPorts(
        host,
        HyperVMachines(
            way,
            platform=platform.name,
            folder=folder,
            dynamic=settings.memory == "dynamic",
            clock=clock,
            doors=doors_of(ways, host, platform.name),
        ),
        HyperVVolumes(way, folder, copies=settings.copies),
        HyperVSwitch(
            way,
            platform=platform.name,
            folder=folder,
            switch=settings.switch,
            management=settings.management_switch,
            inner=(platform.network.ipv4_pool, platform.network.ipv6_pool),
            clock=clock,
        ),
        guests,
        Appliance(guests, clock),
        HostImages(Images(platform.image.cache), settings.images).image,
        conditions=HyperVConditions(operated),
        checkpoints=HyperVCheckpoints(operated),
        exports=HyperVExports(operated, folder),
        cluster=HyperVCluster(operated) if settings.cluster else None,
        migration=HyperVMigration(operated),
        events=HyperVEvents(operated),
        windows=RemoteWindows(windows.to),
        media=HyperVMedia(operated),
        changes=HyperVChangedBlocks(operated, doing, folder=folder, shares=shares, clock=clock),
        places=places,
        prepared=places,
        loans=HyperVLoans(operated),
        exchange=RemoteExchange(exchange.to),
    )
