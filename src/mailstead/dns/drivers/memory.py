"""A name server and a resolver in memory: they run the trial and pass the contract suites first."""

from collections.abc import Collection, Mapping
from hashlib import sha256

from mailstead.dns.errors import NoSuchZone
from mailstead.dns.model import Record
from mailstead.ground.plans import ChangePlan


class MemoryNameServer:
    """Zones as dictionaries; zones it makes count as signed, with an anchor derived from their name."""

    def __init__(self) -> None:
        self._zones: dict[str, dict[tuple[str, str, str], Record]] = {}
        self._serials: dict[str, int] = {}
        self._keys: dict[str, int] = {}  # how often somebody gave the zone other keys

    def rekey(self, zone: str) -> None:
        """Somebody gives the zone another key by hand: it is signed anew."""
        self._keys[zone] = self._keys.get(zone, 0) + 1
        self._serials[zone] += 1

    def zones(self) -> frozenset[str]:
        return frozenset(self._zones)

    def records(self, zone: str) -> frozenset[Record]:
        return frozenset(self._zone(zone).values())

    def create(self, zone: str) -> None:
        self._zones.setdefault(zone, {})
        self._serials.setdefault(zone, 1)

    def remove(self, zone: str) -> None:
        self._zones.pop(zone, None)

    def apply(self, zone: str, plan: ChangePlan[Record]) -> None:
        held = dict(self._zone(zone))
        for change in plan:
            if change.before:
                held.pop(change.before.key, None)
            if change.after:
                held[change.after.key] = change.after
        if held != self._zones[zone]:
            self._zones[zone] = held
            self._serials[zone] += 1

    def anchors(self, zone: str) -> tuple[str, ...]:
        self._zone(zone)
        digest = sha256(f"{zone}{self._keys.get(zone, '')}".encode()).hexdigest()
        return (f"{int(digest[:4], 16)} 13 2 {digest}",)

    def serials(self, zones: Collection[str]) -> dict[str, int]:
        return {zone: self._serials[zone] for zone in zones if zone in self._zones}

    def _zone(self, zone: str) -> dict[tuple[str, str, str], Record]:
        try:
            return self._zones[zone]
        except KeyError:
            raise NoSuchZone(f"there is no zone {zone}", field="zone", value=zone, remedy="create it first") from None


class MemoryResolver:
    """Remembers what it was told to trust."""

    def __init__(self) -> None:
        self._anchors: dict[str, tuple[str, ...]] = {}

    def anchors(self) -> dict[str, tuple[str, ...]]:
        return dict(self._anchors)

    def trust(self, zones: Mapping[str, tuple[str, ...]]) -> None:
        self._anchors |= zones

    def forget(self, zones: Collection[str]) -> None:
        for zone in zones:
            self._anchors.pop(zone, None)
