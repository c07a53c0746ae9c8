"""A simulated Hyper-V host behind the role that ships, and the way to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet, Pool
from mailstead.remoting.port import Remote
from mailstead.security.model import Secret
from tests.standin.certificates import Authority
from tests.standin.server import StandIn
from tests.standin.shipped import HOST, Host, shipped_roles

FOLDER = r"C:\ClusterStorage\Volume1\mailstead\acme"
DISK = FOLDER + r"\system.vhdx"
GIB = 1 << 30


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def standin(tmp_path: Path, authority: Authority) -> Iterator[StandIn]:
    with StandIn(Host(), shipped_roles(), tmp_path, authority=authority) as host:
        yield host


@pytest.fixture
def endpoint(standin: StandIn) -> Endpoint:
    return endpoint_of(standin)


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    fleet = Fleet(SystemClock(), sessions_each=1)
    yield fleet
    fleet.close()


@pytest.fixture
def way(fleet: Fleet, endpoint: Endpoint) -> Pool:
    return fleet.at(endpoint)


@pytest.fixture
def machine(way: Pool) -> hyperv.GetVM:
    """The call that gives the machine `acme`, which is made here: 4 GiB, off, with a disk."""
    return hyperv.GetVM(Id=made(way).one("VirtualMachine").guid("Id"))


def made(way: Remote) -> Answer:
    disk = hyperv.NewDynamicVHD(Path=(DISK,), SizeBytes=64 * GIB)
    vm = hyperv.NewVM(Name="acme", MemoryStartupBytes=4 * GIB, VHDPath=DISK, Path=FOLDER, SwitchName="Tenants")
    return way.run(batch(disk, vm))


def endpoint_of(standin: StandIn) -> Endpoint:
    account = Basic("svc", Secret.of("pw"))
    return Endpoint("localhost", HOST, account, port=standin.port, trust=standin.authority.trust)
