"""Extended access lists as Hyper-V evaluates them: greatest weight first, answers of stateful entries, else all passes.

Written from Microsoft's reference, apart from the driver: it knows nothing of segments.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias

from mailstead.networks.drivers.hyperv.rules import PortRule

Address: TypeAlias = IPv4Address | IPv6Address
TCP, UDP = "TCP", "UDP"


@dataclass(frozen=True)
class Packet:
    """An IP packet; ports are 0 where the protocol has none."""

    source: Address
    target: Address
    protocol: str = TCP
    source_port: int = 40000
    target_port: int = 0

    def answer(self) -> "Packet":
        return Packet(self.target, self.source, self.protocol, self.target_port, self.source_port)

    def through(self, translated: dict[Address, Address], back: dict[Address, Address]) -> "Packet":
        """Return it behind a router that gives inner sources their public addresses, and public targets their inner."""
        source, target = translated.get(self.source, self.source), back.get(self.target, self.target)
        return replace(self, source=source, target=target)


def packet(source: str, target: str, protocol: str = TCP, *, to: int = 0, by: int = 40000) -> Packet:
    return Packet(ip_address(source), ip_address(target), protocol, by, to)


@dataclass
class PortAcl:
    """A port with its entries, and the connections that it remembers."""

    rules: Iterable[PortRule]
    known: set[Packet] = field(default_factory=set)

    def lets_out(self, packet: Packet) -> bool:
        return self._passes("Outbound", packet, (packet.source, packet.source_port, packet.target, packet.target_port))

    def lets_in(self, packet: Packet) -> bool:
        return self._passes("Inbound", packet, (packet.target, packet.target_port, packet.source, packet.source_port))

    def _passes(self, direction: str, packet: Packet, ends: tuple[Address, int, Address, int]) -> bool:
        if packet.answer() in self.known:
            return True
        fitting = (rule for rule in self.rules if rule.direction == direction and _fits(rule, packet.protocol, ends))
        first = max(fitting, key=lambda rule: rule.weight, default=None)
        passes = first is None or first.action == "Allow"
        if passes and first and first.stateful:
            self.known.add(packet)
        return passes


def _fits(rule: PortRule, protocol: str, ends: tuple[Address, int, Address, int]) -> bool:
    local, local_port, remote, remote_port = ends
    return (
        rule.protocol in {"ANY", protocol}
        and _within(rule.local, local)
        and _within(rule.remote, remote)
        and rule.local_port in {"ANY", str(local_port)}
        and rule.remote_port in {"ANY", str(remote_port)}
    )


def _within(place: str, address: Address) -> bool:
    if place == "ANY":
        return True
    network = ip_network(place)
    return network.version == address.version and address in network
