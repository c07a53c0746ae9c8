"""One look at the world: each host and zone is asked once, when first needed, for all tenants together.

Who did not answer is not asked again in the same look either: thousands of tenants would wait for it one by one.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from pathlib import PurePath
from typing import TypeVar

from mailstead.certificates.model import Rollover
from mailstead.dns.model import Record
from mailstead.dns.store import Sighting
from mailstead.ground.errors import MailsteadError, Unreachable
from mailstead.hypervisors.model import Machine
from mailstead.mailservers.items import MailState
from mailstead.networks.model import HostNetwork, Numbers, Segment
from mailstead.storage.model import Volume, VolumeKey
from mailstead.tenants.store import Entry

from .world import GuestImage, World

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Look:
    """What was found; older than a step it must not become: each step and each plan takes a new one.

    What is remembered of a tenant is read when asked for: a step must not cost more the more tenants there are.
    *closely* asks for each tenant's segment by itself: a switch may look at all of a large host less closely.
    """

    def __init__(self, world: World, *, closely: bool = False) -> None:
        self.world = world
        self.closely = closely
        self._mail: tuple[str, MailState] | None = None
        self._rollover: tuple[str, Rollover] | None = None
        self._images: dict[tuple[str, PurePath | None], GuestImage | MailsteadError] = {}
        self._machines: dict[str, dict[str, Machine] | MailsteadError] = {}
        self._volumes: dict[str, dict[VolumeKey, Volume] | MailsteadError] = {}
        self._segments: dict[str, dict[str, Segment] | MailsteadError] = {}
        self._own_segments: dict[tuple[str, str], dict[str, Segment] | MailsteadError] = {}
        self._host_networks: dict[str, HostNetwork | MailsteadError | None] = {}
        self._serials: dict[str, int | MailsteadError | None] = {}
        self._silent_names: Unreachable | None = None
        self._names: dict[str, dict[str, set[Record]]] = {}
        self._pointers: dict[str, dict[str, list[tuple[str, int, int]]]] = {}

    def machines(self, host: str) -> dict[str, Machine]:
        return _once(self._machines, host, self.world.ports(host).machines.machines)

    def volumes(self, host: str) -> dict[VolumeKey, Volume]:
        return _once(self._volumes, host, self.world.ports(host).volumes.volumes)

    def segments(self, host: str) -> dict[str, Segment]:
        return _once(self._segments, host, self.world.ports(host).switch.segments)

    def segment(self, host: str, tenant: str) -> Segment | None:
        """Return one tenant's segment. An order asks for its own alone; who asks for another's too, is told of all."""
        others = any(at == host and whose != tenant for at, whose in self._own_segments)
        if not self.closely and (host in self._segments or others):
            return self.segments(host).get(tenant)
        switch = self.world.ports(host).switch
        return _once(self._own_segments, (host, tenant), lambda: switch.segments(tenant)).get(tenant)

    def host_network(self, host: str) -> HostNetwork | None:
        """Return what the host has beside segments; None where nothing is."""
        return _once(self._host_networks, host, self.world.ports(host).switch.prepared)

    def holds(self, zone: str, records: Iterable[Record]) -> bool:
        """Say whether the names of *records* hold them and nothing else."""
        return self.serial(zone) is not None and all(
            self._by_name(zone).get(record.name) == {record} for record in records
        )

    def pointing(self, zone: str, host: str) -> list[tuple[str, int, int]]:
        """Return what points to *host* in a reverse zone: name, time to live, how many records the name has."""
        if zone not in self._pointers:
            self._pointers[zone] = defaultdict(list)
            for name, records in self._by_name(zone).items():
                for record in records:
                    self._pointers[zone][record.value].append((name, record.ttl, len(records)))
        return sorted(self._pointers[zone].get(f"{host}.", ()))

    def _by_name(self, zone: str) -> dict[str, set[Record]]:
        if zone not in self._names:
            self._names[zone] = defaultdict(set)
            for record in self.world.names.records(zone):
                self._names[zone][record.name].add(record)
        return self._names[zone]

    def stands(self, zone: str, fingerprint: str) -> bool:
        """Say cheaply whether the zone is known to hold just what *fingerprint* stands for; when in doubt, no."""
        seen = self.sightings.get(zone)
        return seen is not None and seen.fingerprint == fingerprint and self.serial(zone) == seen.serial

    def serial(self, zone: str) -> int | None:
        """Return the zone's SOA serial, None where it is not served."""
        return _once(self._serials, zone, lambda: self._ask_serial(zone))

    def anchors(self, zone: str) -> tuple[str, ...]:
        """Return the DS values that the name server's keys for the zone give."""
        return self.world.names.anchors(zone)

    @cached_property
    def trusted(self) -> dict[str, tuple[str, ...]]:
        """The DS values by which the platform's resolver validates each zone."""
        return self.world.resolver.anchors()

    @cached_property
    def entries(self) -> dict[str, Entry]:
        return self.world.tenants.all()

    @cached_property
    def numbers(self) -> dict[str, Numbers]:
        return self.world.numbers.all()

    @cached_property
    def rollovers(self) -> dict[str, Rollover]:
        return self.world.certificates.all()

    def rollover(self, tenant: str) -> Rollover:
        """Return where one tenant's rollover stands, without parsing the certificates of all others.

        Only the last one asked for is kept.
        """
        known: dict[str, Rollover] | None = self.__dict__.get("rollovers")
        if known is not None:
            return known.get(tenant, Rollover())
        if self._rollover is None or self._rollover[0] != tenant:
            self._rollover = tenant, self.world.certificates.of(tenant)
        return self._rollover[1]

    def mail(self, host: str, tenant: str) -> MailState:
        """Return what the tenant's mail server holds; only the last one asked for is kept."""
        if self._mail is None or self._mail[0] != tenant:
            self._mail = tenant, self.world.ports(host).mail.observe(tenant)
        return self._mail[1]

    def image(self, host: str, base: PurePath | None) -> GuestImage:
        """Return the image below a system disk on *host*, or the one for new machines there."""
        return _once(self._images, (host, base), lambda: self.world.ports(host).image(base))

    @cached_property
    def zones_made(self) -> dict[str, set[str]]:
        """The zones that were made, by the tenant each was made for."""
        made: dict[str, set[str]] = defaultdict(set)
        for zone, tenant in self.world.records.zones().items():
            made[tenant].add(zone)
        return made

    @cached_property
    def sightings(self) -> dict[str, Sighting]:
        return self.world.records.sightings()

    def _ask_serial(self, zone: str) -> int | None:
        if self._silent_names:
            raise self._silent_names
        try:
            return self.world.names.serials([zone]).get(zone)
        except Unreachable as error:
            self._silent_names = error
            raise


def _once(known: dict[K, T | MailsteadError], key: K, ask: Callable[[], T]) -> T:
    """Return what is *known*, or *ask*; an error is known, too."""
    if key not in known:
        try:
            known[key] = ask()
        except MailsteadError as error:
            known[key] = error
    found = known[key]
    if isinstance(found, MailsteadError):
        raise found
    return found
