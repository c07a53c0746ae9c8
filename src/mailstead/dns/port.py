"""What we ask of name servers and resolvers. Every verb may be repeated.

All raise Unreachable (ask again), BadKey or UpdateRefused (a right is missing), NoSuchZone where a zone is named
that is not there.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from mailstead.ground.plans import ChangePlan

from .model import Record

# Kept by the server itself: never shown by `records`, never to be planned.
SERVER_KINDS = frozenset(
    [
        "SOA",
        "RRSIG",
        "DNSKEY",
        "NSEC",
        "NSEC3",
        "NSEC3PARAM",
        "CDS",
        "CDNSKEY",
        "ZONEMD",
        "TYPE65534",
    ]  # 65534: BIND signing state
)


class NameServer(Protocol):
    """An authoritative server. Zone names are absolute, in lower case, without the trailing dot."""

    def zones(self) -> frozenset[str]:
        """Return the zones that are ours on this server."""

    def records(self, zone: str) -> frozenset[Record]:
        """Return what the zone holds, but for the SOA, the apex NS and what DNSSEC adds."""

    def create(self, zone: str) -> None:
        """See that the zone is there, served and signed; one that is there already is adopted."""

    def remove(self, zone: str) -> None:
        """Remove the zone with all it holds; one already gone is no error."""

    def apply(self, zone: str, plan: ChangePlan[Record]) -> None:
        """Bring the plan's changes about as a whole; what is there already is left.

        Raises ZoneChanged when somebody changed the same records at the same time, OutcomeUnknown when the
        answer was lost and the changes cannot be seen.
        """

    def anchors(self, zone: str) -> tuple[str, ...]:
        """Return the DS values (RFC 4034 section 5.3, SHA-256) of the zone's key-signing keys; empty if unsigned."""


class ZoneSerials(Protocol):
    """Says cheaply whether a zone changed since it was last read."""

    def serials(self, zones: Collection[str]) -> dict[str, int]:
        """Return the SOA serial of each of *zones* that is served."""


class Resolver(Protocol):
    """A validating resolver that answers the platform's machines."""

    def anchors(self) -> dict[str, tuple[str, ...]]:
        """Return the platform zones it knows with their DS values; an unsigned zone has none."""

    def trust(self, zones: Mapping[str, tuple[str, ...]]) -> None:
        """Ask our name server about *zones* and validate them by these DS values; other zones stay as they are."""

    def forget(self, zones: Collection[str]) -> None:
        """Know nothing of *zones* any more."""
