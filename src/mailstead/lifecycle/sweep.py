"""One look at everything that bears a tenant's name, whether the state knows the tenant or not."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from mailstead.dns.model import DkimKey, Record
from mailstead.dns.naming import namings_of
from mailstead.dns.ownership import shape
from mailstead.dns.plan import records_for, zone_of
from mailstead.dns.reverse import pointers, reverse_zones
from mailstead.ground.errors import MailsteadError
from mailstead.networks.model import Numbers, Segment
from mailstead.storage.model import Role
from mailstead.tenants.model import Tenant

from .keys import SELECTORS
from .recovery import Seen, Traces
from .world import World

ANY_KEY, ANY_DIGEST = b64encode(bytes(32)).decode(), "0" * 64


class Sweep:
    """One look at every host and zone."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._entries = world.tenants.all()
        self._silent: list[str] = []
        self._machines: dict[str, list[str]] = defaultdict(list)
        self._segments: dict[str, dict[str, Segment]] = defaultdict(dict)
        self._disks: dict[str, list[tuple[str, Role]]] = defaultdict(list)
        self._zones: dict[str, list[str]] = defaultdict(list)
        self._nobodys: list[str] = []
        self._strange: dict[str, int] = {}

    def seen(self) -> Seen:
        """Ask every host three things, and the name server for its zones; what is silent hides nothing else."""
        for host, ports in self._world.hosts.items():
            with self._heard(f"hypervisor of {host}"):
                for name in ports.machines.machines():
                    self._machines[name].append(host)
            with self._heard(f"switch of {host}"):
                for name, segment in ports.switch.segments().items():
                    self._segments[name][host] = segment
            with self._heard(f"disks of {host}"):
                for key in ports.volumes.volumes():
                    self._disks[key.tenant].append((host, key.role))
        with self._heard("name server"):
            self._look_at_zones()
        names = sorted({*self._machines, *self._segments, *self._disks, *self._zones})
        traces = {name: self._traces(name) for name in names}
        return Seen(traces, tuple(self._nobodys), self._strange, tuple(self._silent))

    @contextmanager
    def _heard(self, what: str) -> Iterator[None]:
        try:
            yield
        except MailsteadError as error:
            self._silent.append(f"{what} ({error.message})")

    def _traces(self, name: str) -> Traces:
        machines, disks = tuple(self._machines[name]), tuple(sorted(self._disks[name]))
        return Traces(machines, self._segments[name], disks, tuple(self._zones[name]))

    def _look_at_zones(self) -> None:
        """Note whose the zones are, those of mail hosts first. A reverse zone belongs to all."""
        server, owners = self._world.names, self._owners()
        found = {zone: server.records(zone) for zone in sorted(server.zones() - set(_shared(self._world)))}
        for zone, records in found.items():
            owners.setdefault(zone, self._owner_by_address(records))
        for zone, records in found.items():
            owners[zone] = owners[zone] or _owner_by_mail(records, owners)
        for zone in sorted(found, key=lambda zone: not self._owner_by_address(found[zone])):
            owner = owners[zone]
            if owner is None:
                self._nobodys.append(zone)
            else:
                self._zones[owner].append(zone)
            if owner in self._entries:
                self._note_strange(zone, owner, found[zone])

    def _owners(self) -> dict[str, str | None]:
        return {domain.name: name for name, entry in self._entries.items() for domain in entry.tenant.domains}

    def _owner_by_address(self, records: Iterable[Record]) -> str | None:
        """Return the tenant whose public address stands in the zone."""
        values = {record.value for record in records if record.kind in {"A", "AAAA"}}
        for name, segments in self._segments.items():
            if any({str(found.public_ipv4), str(found.public_ipv6)} & values for found in segments.values()):
                return name
        return None

    def _note_strange(self, zone: str, owner: str, records: frozenset[Record]) -> None:
        shapes = shapes_of(self._world, self._entries[owner].tenant, self._world.numbers.of(owner))
        left = [record for record in records - self._world.records.of(zone) if shape(record) not in shapes]
        if left:
            self._strange[zone] = len(left)


def _owner_by_mail(records: Iterable[Record], owners: Mapping[str, str | None]) -> str | None:
    """Return the tenant in whose zone the host lies to which the zone's mail goes."""
    hosts = [record.value.split()[-1].rstrip(".") for record in records if record.kind == "MX"]
    zones = [zone_of(host, owners) for host in hosts]
    return next((owners[zone] for zone in zones if zone and owners[zone]), None)


def shapes_of(world: World, tenant: Tenant, numbers: Numbers | None) -> set[tuple[str, ...]]:
    """Return the shapes of all records that we would ever write for the tenant, whatever its keys."""
    dkim = {domain.name: _any_keys() for domain in tenant.domains}
    ipv4, ipv6 = (numbers.public_ipv4, numbers.public_ipv6) if numbers else (None, None)
    namings = namings_of(tenant, ipv4=ipv4, ipv6=ipv6, dkim=dkim, tlsa=(ANY_DIGEST,), issuers=world.issuers)
    records = [record for naming in namings for record in records_for(naming)]
    hosts = {address: tenant.mail_host for address in (ipv4, ipv6) if address}
    records += [record for published in pointers(hosts, _shared(world)).values() for record in published]
    return {shape(record) for record in records}


def zones_of(world: World, tenant: Tenant) -> set[str]:
    """Return the zones in which the tenant may have records."""
    return {*_shared(world), *(domain.name for domain in tenant.domains)}


def _shared(world: World) -> tuple[str, ...]:
    pools = world.platform.network
    return reverse_zones([pools.public_ipv4, pools.public_ipv6])


def _any_keys() -> tuple[DkimKey, ...]:
    return tuple(DkimKey(selector, algorithm, ANY_KEY) for algorithm, selector in SELECTORS.items())
