"""One look at the world: each host and zone is asked once, when first needed, for all tenants together."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from mailstead.certificates.model import Rollover
from mailstead.certificates.plan import digests
from mailstead.dns.model import Record
from mailstead.dns.store import Sighting
from mailstead.hypervisors.model import Machine
from mailstead.networks.model import Numbers, Segment
from mailstead.storage.model import Volume, VolumeKey
from mailstead.tenants.store import Entry

from .store import Published
from .world import World


class Look:
    """What was found; older than a step it must not become: each step and each plan takes a new one.

    With *tenant*, what is remembered of all others is left unread: a step must not cost more the more tenants there are.
    """

    def __init__(self, world: World, tenant: str | None = None) -> None:
        self.world = world
        self._tenant = tenant
        self._machines: dict[str, dict[str, Machine]] = {}
        self._volumes: dict[str, dict[VolumeKey, Volume]] = {}
        self._segments: dict[str, dict[str, Segment]] = {}
        self._serials: dict[str, int | None] = {}
        self._names: dict[str, dict[str, set[Record]]] = {}

    def machines(self, host: str) -> dict[str, Machine]:
        if host not in self._machines:
            self._machines[host] = self.world.ports(host).machines.machines()
        return self._machines[host]

    def volumes(self, host: str) -> dict[VolumeKey, Volume]:
        if host not in self._volumes:
            self._volumes[host] = self.world.ports(host).volumes.volumes()
        return self._volumes[host]

    def segments(self, host: str) -> dict[str, Segment]:
        if host not in self._segments:
            self._segments[host] = self.world.ports(host).switch.segments()
        return self._segments[host]

    def holds(self, zone: str, records: Iterable[Record]) -> bool:
        """Say whether the names of *records* hold them and nothing else."""
        if self.serial(zone) is None:
            return False
        if zone not in self._names:
            self._names[zone] = defaultdict(set)
            for record in self.world.names.records(zone):
                self._names[zone][record.name].add(record)
        return all(self._names[zone].get(record.name) == {record} for record in records)

    def stands(self, zone: str, fingerprint: str) -> bool:
        """Say cheaply whether the zone is known to hold just what *fingerprint* stands for; when in doubt, no."""
        seen = self.sightings.get(zone)
        return seen is not None and seen.fingerprint == fingerprint and self.serial(zone) == seen.serial

    def serial(self, zone: str) -> int | None:
        """Return the zone's SOA serial, None where it is not served."""
        if zone not in self._serials:
            self._serials[zone] = self.world.names.serials([zone]).get(zone)
        return self._serials[zone]

    @cached_property
    def entries(self) -> dict[str, Entry]:
        return self.world.tenants.all()

    @cached_property
    def numbers(self) -> dict[str, Numbers]:
        return self.world.numbers.all()

    @cached_property
    def dkim(self) -> dict[str, Published]:
        return {self._tenant: self.world.dkim.of(self._tenant)} if self._tenant else self.world.dkim.all()

    @cached_property
    def rollovers(self) -> dict[str, Rollover]:
        return self.world.certificates.all(self._tenant)

    @cached_property
    def tlsa(self) -> dict[str, tuple[str, ...]]:
        """The digests of the keys whose TLSA records must stand, by tenant."""
        return {tenant: digests(state) for tenant, state in self.rollovers.items()}

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
