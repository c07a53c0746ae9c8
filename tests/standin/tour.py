"""The normal command line against stand-in hosts: python -m tests.standin.tour --home DIR tenant add ...

Simulated machines have no guest in them, and a tour needs no name server. So guests, mail servers and DNS are the
memory drivers here, kept in a file of the platform's folder from one call to the next; all else is wired as it is.
"""

import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

from mailstead.cli import main
from mailstead.dns.drivers.memory import MemoryNameServer, MemoryResolver
from mailstead.ground.clock import Clock, SystemClock
from mailstead.guests.drivers.memory import GuestState, MemoryGuests
from mailstead.guests.errors import GuestSilent
from mailstead.hypervisors.model import Power
from mailstead.lifecycle.world import HostPorts
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.sites.model import Host, Platform
from mailstead.wiring import opening
from mailstead.wiring.hyperv import hyperv_host
from mailstead.wiring.hyperv_ways import Ways

PORTS: dict[str, HostPorts] = {}


@dataclass(frozen=True)
class Reach:
    """Whether the machine of a tenant runs on a host, and so whether its guest would answer."""

    host: str

    def __call__(self, name: str) -> None:
        if self.state(name) is not GuestState.ANSWERING:
            raise GuestSilent(f"{name} does not answer", field="machine", value=name, remedy="see whether it runs")

    def state(self, name: str) -> GuestState:
        machine = PORTS[self.host].machines.machines().get(name)
        if machine is None:
            return GuestState.MISSING
        return GuestState.ANSWERING if machine.power is Power.ON else GuestState.SILENT


@dataclass
class Kept:
    """What outlives a call."""

    names: MemoryNameServer = field(default_factory=MemoryNameServer)
    resolver: MemoryResolver = field(default_factory=MemoryResolver)
    mail: dict[str, MemoryMailServers] = field(default_factory=dict)


def ports_with(kept: Kept) -> Callable[[Ways, Host, Platform, Path, Clock], HostPorts]:
    """Return what makes a host's ports, with guests in memory."""

    def make(ways: Ways, host: Host, platform: Platform, home: Path, clock: Clock) -> HostPorts:
        reach = Reach(host.name)
        mail = kept.mail.setdefault(host.name, MemoryMailServers(SystemClock(), reach))
        ports = hyperv_host(ways, host, platform, home, clock)
        PORTS[host.name] = replace(ports, guests=MemoryGuests(state_of=reach.state), mail=mail)
        return PORTS[host.name]

    return make


def run() -> None:
    """Run one command."""
    home = Path(sys.argv[sys.argv.index("--home") + 1])
    file = home / "tour.pickle"
    kept: Kept = pickle.loads(file.read_bytes()) if file.exists() else Kept()  # noqa: S301  # our own file
    guests = patch.object(opening, "hyperv_host", ports_with(kept))
    names = patch.object(opening, "_names", lambda *_: (kept.names, kept.resolver))
    try:
        with guests, names:
            main()
    finally:
        if home.exists():
            file.write_bytes(pickle.dumps(kept))


if __name__ == "__main__":
    run()
