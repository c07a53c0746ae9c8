"""The ways into Windows machines on Hyper-V, and the medium that they wake with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailstead.certificates.drivers.ca import ISSUING_LIFE, BuiltInAuthority
from mailstead.ground.clock import Clock
from mailstead.ground.files import write_whole
from mailstead.lifecycle.waking import ACCOUNT, Waking, wake
from mailstead.lifecycle.world import World
from mailstead.remoting.endpoint import Endpoint, Ntlm
from mailstead.remoting.port import Remote
from mailstead.security.model import Secret
from mailstead.security.store import Vault
from mailstead.sites.management import management_place
from mailstead.sites.model import Host, Platform
from mailstead.windows.errors import NoWindowsHost
from mailstead.windows.unattend.model import ACCOUNT as USER

from .hyperv_ways import Ways
from .running import Running
from .secrets import authority

CONFIGURATION, EXCHANGE = "Mailstead.Guest", "Mailstead.Exchange"
TRUST = "authority.pem"


@dataclass(frozen=True, slots=True)
class WindowsWays:
    """What leads into the Windows machines of one host: `RemoteWindows(WindowsWays(…).to)`, by their *configuration*.

    `trust` gives a file with the root of our own authority, which signed their certificates.
    """

    host: Host
    ways: Ways
    trust: Callable[[], Path]
    port: int = 5986
    configuration: str = CONFIGURATION

    def to(self, machine: str) -> Remote:
        """Return the way into a tenant's machine; raise NoWindowsHost, or NoSecret before its medium was made."""
        numbers = self.ways.numbers.of(machine)
        if self.host.hyperv is None or numbers is None:
            raise NoWindowsHost(
                f"{machine} has no management address",
                field="tenant",
                value=machine,
                remedy="see mailstead tenant show",
            )
        place = management_place(self.host.hyperv, numbers.vlan)
        account = Ntlm(USER, self.ways.vault.get(machine, ACCOUNT))
        endpoint = Endpoint(str(place.address.ip), self.configuration, account, port=self.port, trust=self.trust())
        return self.ways.told(self.ways.fleet.at(endpoint))


def trust_file(home: Path, platform: Platform, vault: Vault, clock: Clock) -> Path:
    """Return the file with the root of our own authority, written if it is not there or another's."""
    path, root = home / TRUST, authority(vault, platform.name, clock).root.encode()
    if not path.exists() or path.read_bytes() != root:
        write_whole(path, root)
    return path


def windows_medium(running: Running, name: str, join: Secret | None = None) -> Waking:
    """Return what the tenant's Windows machine wakes with. Raises what `lifecycle.waking.wake` does."""
    world: World = running.world
    own = authority(world.vault, running.platform.name, world.clock)
    # Its role shows no certificates: what it wakes with lasts as long as the authority that signed it.
    issuer = BuiltInAuthority(own.issuing, lambda: own.issuing_key, world.clock, life=ISSUING_LIFE)
    return wake(world, name, issuer.issue_for_address, join)
