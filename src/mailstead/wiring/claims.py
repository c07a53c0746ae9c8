"""The platform's hold on its hosts: looked at before each write, so that no two platforms manage one host.

Decision 0113. Worn over the ports of a host; whatever is not a mere look is guarded, so that a new verb is, too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar, cast

from mailstead.ground.errors import MailsteadError, NotFound
from mailstead.lifecycle.world import HostPorts
from mailstead.networks.drivers.openvswitch import Commands
from mailstead.networks.drivers.openvswitch.claim import SwitchClaim
from mailstead.sites.claims import Claim, ClaimPlace
from mailstead.sites.model import Host
from mailstead.state.store import StandingStore
from mailstead.storage.drivers.claim import FolderClaim

from .hyperv_claim import MachineClaim
from .hyperv_ways import Ways

P = TypeVar("P")
_ON_HOSTS = {"machines", "statistics", "room", "volumes", "segments", "prepared", "observe", "wait_ready"}
_IN_CARE = {"condition", "checkpoints", "place_of", "nodes", "owners", "events"}
_IN_WINDOWS = {"answers", "features", "found"}
LOOKS = frozenset(_ON_HOSTS | _IN_CARE | _IN_WINDOWS | {"zones", "records", "anchors", "serials"})
_OPTIONAL = (
    "conditions",
    "checkpoints",
    "exports",
    "cluster",
    "migration",
    "events",
    "windows",
    "media",
    "loans",
    "exchange",
    "changes",
    "places",
)


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a place of a host, for people and programs: `ours`, `nobody`, `another platform`, …"""

    host: str
    place: str
    holder: str
    platform: str = ""
    generation: int | None = None


class HostClaims:
    """Whose the hosts are. Each host has its *places*: one claim stands in each of them."""

    def __init__(self, standing: StandingStore, places: Mapping[str, tuple[ClaimPlace, ...]]) -> None:
        self._standing = standing
        self._places = places

    @property
    def quarantined(self) -> bool:
        """Whether this state may not act."""
        return bool(self._standing.get().quarantine)

    def refuse_quarantined(self) -> None:
        """Raise Quarantined unless this state may act."""
        self._standing.refuse_quarantined()

    def demand(self, host: str) -> None:
        """Return if this platform may write to the host, claiming it where nobody has.

        Raises Quarantined, HostClaimed, Superseded, BadClaim, and what the host says.
        """
        ours = self._ours()
        for place in self._of(host):
            found = place.read() or place.claim(ours)
            ours.refuse_against(found, host)
            if found != ours:
                place.replace(ours)

    def take_over(self, host: str) -> None:
        """Claim the host whoever has it. Raises Quarantined."""
        ours = self._ours()
        for place in self._of(host):
            place.replace(ours)

    def release(self, host: str) -> None:
        """Give the host up; one that is another's is left alone. Raises HostClaimed, Superseded."""
        standing = self._standing.get()
        ours = Claim(standing.platform, standing.generation)
        for place in self._of(host):
            if found := place.read():
                ours.refuse_against(found, host)
                place.release()

    def newest(self) -> int:
        """Return the highest generation under which this platform is known by a host that answers."""
        ours = self._standing.get()
        known = [holding.generation or 0 for holding in self.holdings() if holding.platform == ours.platform]
        return max([ours.generation, *known])

    def raise_known(self) -> None:
        """Write today's generation on every host that knows this platform; a silent one learns it at the next write."""
        for holding in self.holdings():
            if holding.holder == "ours":
                self.demand(holding.host)

    def holdings(self) -> list[Holding]:
        """Return who holds which place of which host; a silent host is told, and hides no other."""
        standing = self._standing.get()
        ours = Claim(standing.platform, standing.generation)
        return [_holding(host, place, ours) for host, places in self._places.items() for place in places]

    def _ours(self) -> Claim:
        standing = self._standing.get()
        standing.refuse_quarantined()
        return Claim(standing.platform, standing.generation)

    def _of(self, host: str) -> tuple[ClaimPlace, ...]:
        if host not in self._places:
            raise NotFound(f"there is no host {host}", field="host", value=host, remedy="see mailstead host list")
        return self._places[host]


class Guarded:
    """The port *inner*, behind *demand*."""

    def __init__(self, inner: Any, demand: Callable[[], None]) -> None:
        self.inner = inner
        self._demand = demand

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self.inner, name)
        if name in LOOKS or not callable(verb):
            return verb

        def guarded(*args: Any, **named: Any) -> Any:
            self._demand()
            return verb(*args, **named)

        return guarded


def guarded(port: P, demand: Callable[[], None]) -> P:
    """Wear *demand* over every verb of *port* that may change something."""
    return cast("P", Guarded(port, demand))


def guarded_hosts(hosts: Mapping[str, HostPorts], claims: HostClaims) -> dict[str, HostPorts]:
    """Wear the claims over the ports of all hosts; the guest channel only looks but for what mail sends."""
    return {name: _guarded_host(ports, partial(claims.demand, name)) for name, ports in hosts.items()}


def claim_places(host: Host, ways: Ways) -> tuple[ClaimPlace, ...]:
    """Return where a host bears claims: Open vSwitch (bridge, tables, hypervisor) and the folder of its disks, or
    (Hyper-V) a machine that is never started."""
    if host.driver == "hyperv":
        return (MachineClaim(ways.to(host)),)
    return (SwitchClaim(Commands()), FolderClaim(host.local_folder)) if host.driver == "libvirt" else ()


def _guarded_host(ports: HostPorts, demand: Callable[[], None]) -> HostPorts:
    return replace(
        ports,
        machines=guarded(ports.machines, demand),
        volumes=guarded(ports.volumes, demand),
        switch=guarded(ports.switch, demand),
        mail=guarded(ports.mail, demand),
        **{name: guarded(part, demand) for name in _OPTIONAL if (part := getattr(ports, name)) is not None},
    )


def _holding(host: str, place: ClaimPlace, ours: Claim) -> Holding:
    try:
        found = place.read()
    except MailsteadError as error:
        return Holding(host, place.where, error.message)
    if found is None:
        return Holding(host, place.where, "nobody")
    who = "ours" if found.platform == ours.platform else "another platform"
    later = "a later copy of this platform" if who == "ours" and found.generation > ours.generation else who
    return Holding(host, place.where, later, found.platform, found.generation)


def told(holdings: list[Holding]) -> Iterator[dict[str, Any]]:
    """Yield rows for a table."""
    for holding in holdings:
        yield {name: getattr(holding, name) for name in ("host", "place", "holder", "platform", "generation")}
