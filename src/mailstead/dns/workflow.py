"""Publishing: plan, claim, send, release, in the order that survives being killed anywhere."""

from collections.abc import Collection, Mapping
from typing import Protocol

from mailstead.ground.errors import NotFound
from mailstead.ground.plans import ChangePlan

from .model import Record, text_value
from .ownership import all_ours, compare_zone
from .plan import zone_of
from .port import NameServer, ZoneSerials
from .store import PLATFORM, RecordLedger, Sighting

CHALLENGE_TTL_S = 60


class Server(NameServer, ZoneSerials, Protocol):
    """Both ports of a name server in one, as every driver of ours offers them."""


class Publisher:
    """What the lifecycle uses: the records of one owner in one zone, asked, planned, applied."""

    def __init__(self, server: Server, ledger: RecordLedger) -> None:
        self._server = server
        self._ledger = ledger

    def open(self, zone: str, tenant: str) -> None:
        """See that the zone is there; write down first that we made it, if it was not."""
        if zone not in self._server.zones():
            self._ledger.note_zone(zone, tenant)
        self._server.create(zone)

    def plan(
        self,
        zone: str,
        tenant: str,
        wanted: Collection[Record],
        *,
        take_over: bool = False,
        fingerprint: str = "",
    ) -> ChangePlan[Record]:
        """Say what publishing *wanted* would change; raises ForeignRecord (see `compare_zone`).

        With the *fingerprint* of what *wanted* was made from, a zone that is as wanted is remembered as such.
        """
        serial = self._server.serials([zone]).get(zone)
        if serial is None:
            return compare_zone(wanted, (), ())
        found, ours = self._server.records(zone), self._ledger.of(zone, tenant)
        plan = compare_zone(wanted, found, ours, take_over=take_over)
        if fingerprint and not plan:
            # The serial was read before the records: a change in between shows as another serial next time.
            self._ledger.saw(zone, Sighting(serial, fingerprint))
        return plan

    def apply(self, zone: str, tenant: str, plan: ChangePlan[Record]) -> None:
        """Bring *plan* about; may be repeated."""
        before = {change.before.key: change.before for change in plan if change.before}
        after = {change.after.key: change.after for change in plan if change.after}
        self._ledger.claim(zone, tenant, after.values())
        self._server.apply(zone, plan)
        self._ledger.release(zone, tenant, (record for key, record in before.items() if key not in after))

    def withdraw(self, zone: str, tenant: str) -> None:
        """Remove what was published for *tenant*, and the zone if it was made for it and nothing else is in it."""
        if zone in self._server.zones():
            self.apply(zone, tenant, self.plan(zone, tenant, ()))
            # Those too that an earlier try removed before it was killed: no plan names them any more.
            self._ledger.release(zone, tenant, self._ledger.of(zone, tenant))
            proofs = self._ledger.of(zone, PLATFORM)
            if self._ledger.zones().get(zone) == tenant and all_ours(self._server.records(zone), proofs):
                self._server.remove(zone)
        if zone not in self._server.zones():
            self._ledger.drop_zone(zone)

    def changed(self, wanted: Mapping[str, str]) -> list[str]:
        """Return those zones that must be planned, given the fingerprint of what each should hold.

        Costs one question for a serial per zone, and one to the ledger; all other zones are known to be as wanted.
        """
        sightings = self._ledger.sightings()
        serials = self._server.serials(wanted)
        return [zone for zone, seal in wanted.items() if not _seen(sightings.get(zone), serials.get(zone), seal)]


class DnsChallenges:
    """Publishes proofs for ACME (RFC 8555 section 8.4) in whichever of our zones holds the name.

    They belong to the platform, so that no tenant's plan removes them halfway.
    """

    def __init__(self, publisher: Publisher, server: Server) -> None:
        self._publisher = publisher
        self._server = server

    def publish(self, name: str, value: str) -> None:
        record, zone = self._place(name, value)
        self._publisher.apply(zone, PLATFORM, compare_zone({record}, self._server.records(zone), ()))

    def withdraw(self, name: str, value: str) -> None:
        record, zone = self._place(name, value)
        self._publisher.apply(zone, PLATFORM, compare_zone((), {record}, {record}))

    def _place(self, name: str, value: str) -> tuple[Record, str]:
        zone = zone_of(name, self._server.zones())
        if zone is None:
            remedy = "serve its domain here, or use the built-in authority"
            raise NotFound(f"none of our zones holds {name}", field="name", value=name, remedy=remedy)
        return Record(name, "TXT", CHALLENGE_TTL_S, text_value(value)), zone


def _seen(sighting: Sighting | None, serial: int | None, fingerprint: str) -> bool:
    return sighting is not None and sighting == Sighting(serial or 0, fingerprint)
