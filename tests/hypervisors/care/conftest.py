"""Two simulated Hyper-V hosts, HV01 and HV02, neighbours and empty for each test; started once for all."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import UUID

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.hypervisors.drivers.hyperv.operated import Operated
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work, as_batch
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.errors import RemoteAnswerLost
from mailstead.remoting.pool import Fleet
from mailstead.remoting.port import Remote
from mailstead.security.model import Secret
from mailstead.sites.marks import Mark
from tests.standin.certificates import Authority
from tests.standin.cluster import Cluster, form_cluster
from tests.standin.hyperv.kinds import VhdType
from tests.standin.hyperv.world import GIB, Drive, Host, Machine, Vhd
from tests.standin.server import StandIn
from tests.standin.shipped import HOST, shipped_roles

PLATFORM, TENANT = "hvt", "hvt-acme"
FOLDER = r"C:\ClusterStorage\Volume1\mailstead"


@dataclass
class Losing:
    """A way on which the answer to one call of a cmdlet is lost; *done*: after the work, or before it."""

    inner: Remote
    cmdlet: str
    done: bool = True
    lost: int = 0

    @property
    def name(self) -> str:
        return self.inner.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        loses = not self.lost and self.cmdlet in {call.name for call in as_batch(work).cmdlets}
        self.lost += loses
        if not loses or self.done:
            answer = self.inner.run(work, deadline_s=deadline_s)
        if loses:
            raise RemoteAnswerLost(f"the answer to {self.cmdlet} was lost")
        return answer


@dataclass
class HyperVHost:
    """One simulated host, and the way to it."""

    standin: StandIn
    way: Remote

    @property
    def world(self) -> Host:
        world: Host = self.standin.world
        return world

    @property
    def operated(self) -> Operated:
        return Operated(self.way, PLATFORM)

    def losing(self, cmdlet: str, *, done: bool = True) -> Operated:
        """Return the host, seen over a way that loses the answer to this cmdlet once."""
        return Operated(Losing(self.way, cmdlet, done), PLATFORM)

    def put(self, tenant: str = TENANT, platform: str = PLATFORM) -> Machine:
        """Put a machine of ours with a system disk there, as the hypervisor's driver makes it."""
        mark = Mark(platform, tenant, {"machine": {}})
        machine = Machine(f"ms-{tenant}", 2 * GIB, notes=str(mark), path=rf"{FOLDER}\{tenant}")
        path = rf"{FOLDER}\{tenant}\system.vhdx"
        self.world.vhds[path.lower()] = Vhd(path, 8 * GIB, VhdType.Dynamic)
        machine.drives.append(Drive(machine, 0, path))
        self.world.machines[machine.id] = machine
        return machine

    def ours(self, tenant: str = TENANT) -> list[UUID]:
        """Return the ids of the machines that are named as the tenant's."""
        return [machine.id for machine in self.world.named(f"ms-{tenant}")]

    def remove(self, machine: Machine) -> None:
        """Take a machine and its disk files away."""
        del self.world.machines[machine.id]
        for drive in machine.drives:
            self.world.vhds.pop(drive.path.lower(), None)


@pytest.fixture(scope="session")
def _hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HyperVHost, HyperVHost]]:
    folder = tmp_path_factory.mktemp("standin")
    authority, roles = Authority(folder), shipped_roles()
    with ExitStack() as stack:
        fleet = Fleet(SystemClock(), sessions_each=1)
        stack.callback(fleet.close)
        made = []
        for name in ("HV01", "HV02"):
            standin = stack.enter_context(StandIn(Host(name), roles, folder, authority=authority))
            account = Basic("svc", Secret.of("pw"))
            way = fleet.at(Endpoint("localhost", HOST, account, port=standin.port, trust=authority.trust))
            made.append(HyperVHost(standin, way))
        yield made[0], made[1]


@pytest.fixture
def hosts(_hosts: tuple[HyperVHost, HyperVHost]) -> tuple[HyperVHost, HyperVHost]:
    for host, name in zip(_hosts, ("HV01", "HV02"), strict=True):
        Host.__init__(host.world, name)  # sessions keep the world that they were opened on
        host.standin.faults.clear()
    one, other = (host.world for host in _hosts)
    one.neighbours, other.neighbours = {"hv02.example": other}, {"hv01.example": one}
    return _hosts


@pytest.fixture
def hv(hosts: tuple[HyperVHost, HyperVHost]) -> HyperVHost:
    return hosts[0]


@pytest.fixture
def other(hosts: tuple[HyperVHost, HyperVHost]) -> HyperVHost:
    return hosts[1]


@pytest.fixture
def clustered(hosts: tuple[HyperVHost, HyperVHost]) -> Cluster:
    """Both hosts as nodes of one cluster."""
    return form_cluster("C1", [host.world for host in hosts])
