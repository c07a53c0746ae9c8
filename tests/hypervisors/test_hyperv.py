"""The Hyper-V driver over a real client and HTTPS, against a simulated host under the role that ships."""

import pytest

from mailstead.hypervisors.drivers.hyperv.machines import HyperVHypervisor
from mailstead.hypervisors.model import Machine
from mailstead.remoting.pool import Pool
from tests.standin.server import StandIn

from .contract import HypervisorContract
from .example import PLATFORM
from .hyperv_host import FOLDER, hyperv_machine, lay_disks


@pytest.fixture
def host(way: Pool) -> HyperVHypervisor:
    return HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER)


@pytest.fixture
def machine(standin: StandIn) -> Machine:
    machine = hyperv_machine()
    lay_disks(standin.world, machine)
    return machine


class TestHyperVHypervisor(HypervisorContract):
    pass
