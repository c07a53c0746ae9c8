"""A simulated Hyper-V host with the two switches of the platform."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import PureWindowsPath

from mailstead.networks.drivers.hyperv import HyperVSwitch
from mailstead.networks.model import Segment
from mailstead.remoting.port import Remote
from tests.standin.hyperv.kinds import VMState
from tests.standin.hyperv.world import Adapter, Machine
from tests.standin.rig import Rig

FOLDER = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead")
INNER = (IPv4Network("10.64.0.0/14"), IPv6Network("fd64:6d73::/40"))


def switch_on(remote: Remote) -> HyperVSwitch:
    return HyperVSwitch(remote, platform="home", folder=FOLDER, inner=INNER)


@dataclass
class HyperVLab:
    rig: Rig

    @property
    def switch(self) -> HyperVSwitch:
        return switch_on(self.rig)

    def start(self, segment: Segment) -> None:
        self.machine(segment.tenant).state = VMState.Running

    def stop(self, segment: Segment) -> None:
        self.machine(segment.tenant).state = VMState.Off

    def machine(self, tenant: str) -> Machine:
        (machine,) = self.rig.world.named(f"ms-{tenant}")
        return machine

    def adapter(self, tenant: str) -> Adapter:
        return self.machine(tenant).adapters[0]
