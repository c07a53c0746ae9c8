"""A simulated Hyper-V host under the role files of a site that is not the one they ship for."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.hosting.roles import RoleValues, role_files
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet, Pool
from mailstead.security.model import Secret
from mailstead.sites.model import HyperV
from tests.standin.certificates import Authority
from tests.standin.hyperv.world import GIB, Host, Switch, Volume
from tests.standin.role import Role, read_role
from tests.standin.server import StandIn

FOLDER, IMAGES = r"D:\Mail.1\tenants", r"E:\Images"
SITE = RoleValues(FOLDER, IMAGES, ("Mail $1", "Admin"), ((1200, 1299), (7, 7)), r"CORP\svc-o'mail")
SETTINGS = HyperV(address="localhost", sign_in="basic", account="svc", switch="Mail", management_switch="Admin")


@dataclass
class Place:
    """A host, and how it is reached."""

    standin: StandIn
    way: Pool
    endpoint: Endpoint

    @property
    def world(self) -> Host:
        found = self.standin.world
        assert isinstance(found, Host)
        return found


def roles_of(values: RoleValues, folder: Path) -> dict[str, Role]:
    """Write the rendered files and read them as strictly as those that ship."""
    for name, text in role_files(values).items():
        (folder / name).write_text(text, "utf-8")
    return {path.stem: read_role(path) for path in sorted(folder.glob("*.pssc"))}


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def world() -> Host:
    host = Host()
    host.volumes = [Volume("D:\\", 1000 * GIB), Volume("E:\\", 100 * GIB)]
    host.switches = {name: Switch(name) for name in ("Mail $1", "Admin")}
    return host


@pytest.fixture
def place(world: Host, tmp_path: Path, authority: Authority) -> Iterator[Place]:
    with ExitStack() as stack:
        standin = stack.enter_context(StandIn(world, roles_of(SITE, tmp_path), tmp_path, authority=authority))
        fleet = Fleet(SystemClock(), sessions_each=1)
        stack.callback(fleet.close)
        account = Basic("svc", Secret.of("pw"))
        endpoint = Endpoint("localhost", "Mailstead.Host", account, port=standin.port, trust=authority.trust)
        yield Place(standin, fleet.at(endpoint), endpoint)
