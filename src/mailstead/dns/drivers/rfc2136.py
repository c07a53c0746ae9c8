"""Any authoritative server by the standards: AXFR to read, RFC 2136 to write, TSIG on both, DNSKEY for anchors.

How zones come and go is not standardised; a `ZoneKeeper` does that for each kind of server.
"""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.SOA
import dns.zone

from mailstead.dns.errors import NoSuchZone, ZoneChanged
from mailstead.dns.model import Record
from mailstead.dns.port import SERVER_KINDS
from mailstead.ground.errors import OutcomeUnknown, Unreachable
from mailstead.ground.plans import ChangePlan

from .update import CHANGED, messages, outstanding
from .wire import Wire

_SEP = 0x0001


class ZoneKeeper(Protocol):
    """Makes and removes zones on one server; both verbs may be repeated."""

    def zones(self) -> frozenset[str]: ...

    def create(self, zone: str) -> None: ...

    def remove(self, zone: str) -> None: ...


class GivenZones:
    """Zones that somebody else made and lets us fill: they are never created or removed by us."""

    def __init__(self, zones: Collection[str]) -> None:
        self._zones = frozenset(zones)

    def zones(self) -> frozenset[str]:
        return self._zones

    def create(self, zone: str) -> None:
        if zone not in self._zones:
            remedy = "create it on the name server, let our key update and transfer it, and name it here"
            raise NoSuchZone(f"{zone} is none of the zones we were given", field="zone", value=zone, remedy=remedy)

    def remove(self, zone: str) -> None:
        """Leave the zone to its owner; our records are removed by a plan."""


class Rfc2136NameServer:
    """A NameServer behind a wire, with a keeper for its zones."""

    def __init__(self, wire: Wire, keeper: ZoneKeeper) -> None:
        self._wire = wire
        self._keeper = keeper

    def zones(self) -> frozenset[str]:
        return self._keeper.zones()

    def create(self, zone: str) -> None:
        self._keeper.create(zone)

    def remove(self, zone: str) -> None:
        self._keeper.remove(zone)

    def records(self, zone: str) -> frozenset[Record]:
        return _planned(zone, self._wire.transfer(zone))

    def apply(self, zone: str, plan: ChangePlan[Record]) -> None:
        held = self.records(zone)
        for update in messages(zone, outstanding(plan, held), held):
            try:
                rcode = self._wire.update(update)
            except OutcomeUnknown:
                self._settle(zone, plan)
                return
            if rcode in CHANGED:
                raise _changed(zone)
            if rcode != dns.rcode.NOERROR:
                self._wire.refuse(zone, rcode)

    def _settle(self, zone: str, plan: ChangePlan[Record]) -> None:
        """After a lost answer: look, and be content if everything is there."""
        left = outstanding(plan, self.records(zone))
        if left:
            what = f"{len(left)} of {len(plan)} changes to {zone} cannot be seen after a lost answer"
            raise OutcomeUnknown(what, field="zone", value=zone, remedy="plan and apply again")

    def anchors(self, zone: str) -> tuple[str, ...]:
        answer = self._wire.ask(zone, "DNSKEY")
        if not answer.flags & dns.flags.AA:
            # A plain question about a zone that is not served is answered REFUSED: that says nothing about rights.
            failing = answer.rcode() == dns.rcode.SERVFAIL
            self._wire.refuse(zone, dns.rcode.SERVFAIL if failing else dns.rcode.NOTAUTH)
        return tuple(sorted(_delegation(zone, key) for key in _signing_keys(answer)))

    def serials(self, zones: Collection[str]) -> dict[str, int]:
        with ThreadPoolExecutor(8) as pool:
            found = zip(zones, pool.map(self._serial, zones), strict=True)
            return {zone: serial for zone, serial in found if serial is not None}

    def _serial(self, zone: str) -> int | None:
        answer = self._wire.ask(zone, "SOA", tcp=False)
        if answer.rcode() == dns.rcode.SERVFAIL:
            raise Unreachable(f"{zone} is not ready on the name server", field="zone", value=zone)
        rdatas = (rdata for rrset in answer.answer for rdata in rrset)
        return next((rdata.serial for rdata in rdatas if isinstance(rdata, dns.rdtypes.ANY.SOA.SOA)), None)


def _planned(zone: str, content: dns.zone.Zone) -> frozenset[Record]:
    """Return the zone's records but those that the server keeps itself."""
    records = (Record.of(name, ttl, rdata) for name, ttl, rdata in content.iterate_rdatas())
    return frozenset(
        record
        for record in records
        if record.kind not in SERVER_KINDS and not (record.kind == "NS" and record.name == zone)
    )


def _signing_keys(answer: dns.message.Message) -> list[dns.rdtypes.ANY.DNSKEY.DNSKEY]:
    rdatas = (rdata for rrset in answer.answer for rdata in rrset)
    return [key for key in rdatas if isinstance(key, dns.rdtypes.ANY.DNSKEY.DNSKEY) and key.flags & _SEP]


def _delegation(zone: str, key: dns.rdtypes.ANY.DNSKEY.DNSKEY) -> str:
    return dns.dnssec.make_ds(dns.name.from_text(zone), key, "SHA256").to_text()


def _changed(zone: str) -> ZoneChanged:
    what = f"somebody changed {zone} while we were about to"
    return ZoneChanged(what, field="zone", value=zone, remedy="plan and apply again")
