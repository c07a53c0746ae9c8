"""Zones of a BIND of ours, added and removed at run time with rndc."""

from pathlib import Path

from mailstead.dns.drivers.daemon import run
from mailstead.dns.drivers.folders import write_private
from mailstead.dns.drivers.rfc2136 import Rfc2136NameServer
from mailstead.dns.drivers.soa import empty_zone
from mailstead.dns.drivers.wire import Wire
from mailstead.ground.clock import Clock, Deadline
from mailstead.ground.errors import Rejected, Unreachable

from .config import BindSettings, zone_statement


def bind_name_server(settings: BindSettings, clock: Clock) -> Rfc2136NameServer:
    """Return the NameServer behind one BIND of ours."""
    wire = Wire(settings.address, settings.port, settings.tsig)
    return Rfc2136NameServer(wire, BindZones(settings, wire, clock))


class BindZones:
    """A ZoneKeeper: every zone file in our folder is a zone of ours."""

    def __init__(self, settings: BindSettings, wire: Wire, clock: Clock) -> None:
        self._settings = settings
        self._wire = wire
        self._clock = clock

    def zones(self) -> frozenset[str]:
        names = (file.stem for file in self._settings.zones.glob("*.zone"))
        return frozenset(name for name in names if self._known(name))

    def create(self, zone: str) -> None:
        if not self._known(zone):
            self._write_file(zone)
            self._rndc("addzone", zone, zone_statement(self._settings, zone))
        self._await_signed(zone)

    def remove(self, zone: str) -> None:
        if self._known(zone):
            self._rndc("delzone", "-clean", zone)
        for leftover in (*self._settings.zones.glob(f"{zone}.zone*"), *self._keys(zone)):
            leftover.unlink(missing_ok=True)

    def _keys(self, zone: str) -> list[Path]:
        return list((self._settings.folder / "keys").glob(f"K{zone}.+*"))

    def _known(self, zone: str) -> bool:
        try:
            self._rndc("zonestatus", zone)
        except Rejected as error:
            if "no matching zone" in error.message or "not found" in error.message:
                return False
            raise
        return True

    def _write_file(self, zone: str) -> None:
        settings = self._settings
        serial = int(self._clock.now().timestamp()) & 0xFFFFFFFF
        text = empty_zone(zone, settings.name_servers, settings.hostmaster, serial)
        write_private(self._file(zone), text, settings.user)

    def _file(self, zone: str) -> Path:
        return self._settings.zones / f"{zone}.zone"

    def _await_signed(self, zone: str) -> None:
        deadline = Deadline(self._clock, 20.0, interval_s=0.02)
        while not self._wire.ask(zone, "DNSKEY").answer:
            if not deadline.wait():
                raise Unreachable(f"BIND does not serve {zone}", field="zone", value=zone, remedy="look at its log")

    def _rndc(self, *words: str) -> str:
        return run(("rndc", "-c", str(self._settings.control_file), *words))
