"""Zones of the embedded Knot, through its control socket; the records in them go by RFC 2136 like anywhere."""

from pathlib import Path

from mailstead.dns.drivers.daemon import run
from mailstead.dns.drivers.folders import taking_turns, write_private
from mailstead.dns.drivers.rfc2136 import Rfc2136NameServer
from mailstead.dns.drivers.soa import empty_zone
from mailstead.dns.drivers.wire import Wire
from mailstead.ground.clock import Clock, Deadline
from mailstead.ground.errors import Unreachable

from .config import KnotSettings


def knot_name_server(settings: KnotSettings, clock: Clock) -> Rfc2136NameServer:
    """Return the NameServer behind one embedded Knot."""
    address, port = settings.listen[0]
    wire = Wire(address, port, settings.tsig)
    return Rfc2136NameServer(wire, KnotZones(settings, wire, clock))


class KnotZones:
    """A ZoneKeeper: a zone begins as a file with SOA and NS, and Knot signs it when it is named."""

    def __init__(self, settings: KnotSettings, wire: Wire, clock: Clock) -> None:
        self._settings = settings
        self._wire = wire
        self._clock = clock
        # Knot has one configuration transaction, and orders of many tenants want it.
        self._turns = settings.folder / "configuration.lock"

    def zones(self) -> frozenset[str]:
        return known_zones(self._knotc("conf-read", "zone.domain"))

    def create(self, zone: str) -> None:
        with taking_turns(self._turns):
            if zone not in self.zones():
                self._write_file(zone)
                self._commit("conf-set", f"zone[{zone}]")
        self._await_served(zone)

    def remove(self, zone: str) -> None:
        with taking_turns(self._turns):
            if zone in self.zones():
                self._commit("conf-unset", f"zone[{zone}]")
        self._knotc("-f", "zone-purge", zone, "+orphan")
        self._file(zone).unlink(missing_ok=True)

    def _write_file(self, zone: str) -> None:
        settings = self._settings
        # The time as serial: a zone that is made anew must not fall behind what resolvers remember.
        serial = int(self._clock.now().timestamp()) & 0xFFFFFFFF
        text = empty_zone(zone, settings.name_servers, settings.hostmaster, serial)
        write_private(self._file(zone), text, settings.user)

    def _commit(self, *words: str) -> None:
        # A killed process may have left a transaction open; nobody else can have one, for we hold the lock.
        self._knotc("conf-abort")
        self._knotc("conf-begin")
        self._knotc(*words)
        self._knotc("conf-commit")

    def _await_served(self, zone: str) -> None:
        deadline = Deadline(self._clock, 60.0, interval_s=0.02)
        while not self._wire.ask(zone, "DNSKEY").answer:
            if not deadline.wait():
                raise Unreachable(f"Knot does not serve {zone}", field="zone", value=zone, remedy="look at its log")

    def _file(self, zone: str) -> Path:
        return self._settings.zones / f"{zone}.zone"

    def _knotc(self, *words: str) -> str:
        return run(("knotc", "-s", str(self._settings.socket), *words))


def known_zones(listing: str) -> frozenset[str]:
    """Read the answer to `conf-read zone.domain`.

    >>> sorted(known_zones("zone.domain = b.example.\\nzone.domain = a.example.\\n"))
    ['a.example', 'b.example']
    """
    names = (line.partition("=")[2].strip() for line in listing.splitlines())
    return frozenset(name.rstrip(".").lower() for name in names if name)
