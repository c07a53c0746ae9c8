"""Everything that a host has of ours, read once, and how it deviates from what it should be. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, TypeVar

from mailstead.networks.model import HostNetwork, Segment

from .access import entry_chain, segment_ruleset
from .flows import Flow, base_flows, gateway_flows, machine_flows
from .forwarding import guarded
from .links import Link, gateway_links, service_links
from .meters import Meter, meters_of
from .nft import Element, Rule, Ruleset
from .ovsdb import SERVICE_PORT, SERVICE_VLAN, Bridge, before, gateway_mac
from .ruleset import base_ruleset, machine_side_ruleset

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Facts = frozenset[object]


class Access(NamedTuple):
    """A port and the VLAN that it gives access to."""

    port: str
    vlan: int | None
    mac: str = ""

    def __str__(self) -> str:
        return f"port {self.port} in VLAN {self.vlan} {self.mac}".strip()


@dataclass(frozen=True)
class World:
    """One look at the host: database, flows, meters, both tables, addresses and routes."""

    bridge: Bridge
    flows: frozenset[Flow]
    meters: frozenset[Meter]
    table: Ruleset
    machine_side: Ruleset
    links: frozenset[Link]

    def segments(self) -> dict[str, Segment]:
        """Return the segments that are written down, each with its flaws."""
        return {
            segment.tenant: replace(segment, flaws=_flaws(self._wanted(segment), self._found(segment)))
            for segment in self._segments
        }

    def base(self) -> HostNetwork | None:
        """Return what was prepared, with its flaws; what belongs to no segment is one too."""
        base = self.bridge.base()
        if base is None:
            return None
        ours = base_ruleset(base, guarded(before(self.bridge.notes)))
        machine_side = machine_side_ruleset()
        wanted: Facts = frozenset().union(
            base_flows(),
            _ordered(ours),
            _ordered(machine_side, "arp "),
            service_links(base),
            (Access(SERVICE_PORT, SERVICE_VLAN),),
        )
        found: Facts = frozenset().union(
            self.stray_flows,
            self.stray_meters,
            _ordered(self.stray_ruleset),
            _ordered(self.machine_side, "arp "),
            self._links.get(SERVICE_PORT, ()),
            self._access(SERVICE_PORT),
        )
        return replace(base, flaws=_flaws(wanted, found))

    @cached_property
    def stray_flows(self) -> frozenset[Flow]:
        """Flows of no segment: those for all ports, and whatever else somebody put there."""
        known = {segment.vlan for segment in self._segments}
        return frozenset(flow for flow in self.flows if flow.cookie not in known)

    @cached_property
    def stray_meters(self) -> frozenset[Meter]:
        """Meters of no segment."""
        known = {segment.vlan for segment in self._segments}
        return frozenset(meter for meter in self.meters if meter.number not in known)

    @cached_property
    def stray_ruleset(self) -> Ruleset:
        """The part of the table that belongs to no segment."""
        chains = {entry_chain(segment.vlan) for segment in self._segments}
        tenants = {segment.tenant for segment in self._segments}
        return Ruleset(
            frozenset(chain for chain in self.table.chains if chain.name not in chains),
            tuple(rule for rule in self.table.rules if rule.chain not in chains),
            frozenset(element for element in self.table.elements if element.comment not in tenants),
        )

    @cached_property
    def _segments(self) -> tuple[Segment, ...]:
        return tuple(self.bridge.segments())

    @cached_property
    def _links(self) -> dict[str, list[Link]]:
        return _grouped(self.links, lambda link: link.device)

    @cached_property
    def _flows(self) -> dict[int, list[Flow]]:
        return _grouped(self.flows, lambda flow: flow.cookie)

    @cached_property
    def _rules(self) -> dict[str, list[Rule]]:
        return _grouped(self.table.rules, lambda rule: rule.chain)

    @cached_property
    def _elements(self) -> dict[str, list[Element]]:
        return _grouped(self.table.elements, lambda element: element.comment)

    def _wanted(self, segment: Segment) -> Facts:
        ports: list[object] = [Access(segment.gateway_port, segment.vlan, gateway_mac(segment))]
        machine: frozenset[Flow] = frozenset()
        if self.bridge.has_machine(segment):
            ports.append(Access(segment.port, segment.vlan))
            machine = machine_flows(segment)
        access = segment_ruleset(segment)
        flows = gateway_flows(segment) | machine
        return frozenset().union(ports, flows, meters_of(segment), gateway_links(segment), _ordered(access))

    def _found(self, segment: Segment) -> Facts:
        running = self.bridge.has_machine(segment)
        # Flows that outlived the port of a machine now switched off let nobody through.
        flows = [flow for flow in self._flows.get(segment.vlan, ()) if running or flow.port == segment.gateway_port]
        chain = entry_chain(segment.vlan)
        chains = frozenset(found for found in self.table.chains if found.name == chain)
        rules = tuple(self._rules.get(chain, ()))
        access = Ruleset(chains, rules, frozenset(self._elements.get(segment.tenant, ())))
        return frozenset().union(
            self._access(segment.gateway_port),
            self._access(segment.port) if running else (),
            flows,
            (meter for meter in self.meters if meter.number == segment.vlan),
            self._links.get(segment.gateway_port, ()),
            _ordered(access),
        )

    def _access(self, name: str) -> list[Access]:
        port = self.bridge.ports.get(name)
        return [Access(name, port.tag, port.mac)] if port else []


def _ordered(ruleset: Ruleset, mark: str = "") -> frozenset[object]:
    """Chains, elements, and rules each with its place in its chain."""
    places: dict[str, int] = defaultdict(int)
    rules = []
    for rule in ruleset.rules:
        places[rule.chain] += 1
        rules.append((f"{mark}{rule} (rule {places[rule.chain]})", rule.body))
    return frozenset().union(((mark, chain) for chain in ruleset.chains), ruleset.elements, rules)


def _flaws(wanted: Facts, found: Facts) -> tuple[str, ...]:
    missing = sorted(f"missing: {_said(fact)}" for fact in wanted - found)
    return (*missing, *sorted(f"unexpected: {_said(fact)}" for fact in found - wanted))


def _said(fact: object) -> str:
    if type(fact) is tuple:  # a rule with its place, or a chain: the words are enough
        return " ".join(str(part) for part in fact if not str(part).startswith("[")).strip()
    return str(fact)


def _grouped(values: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = defaultdict(list)
    for value in values:
        groups[key(value)].append(value)
    return groups
