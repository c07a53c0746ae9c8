"""What a machine's adapter shows of itself, and how that deviates from what its segment is to be. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from mailstead.networks.model import Segment
from mailstead.remoting.cmdlets.hyperv import AclAction, AclDirection
from mailstead.remoting.values import PsObject

from .rules import ANY, ICMP, ICMPV6, TCP, UDP, PortRule

_PROTOCOLS = {"6": TCP, "17": UDP, "ICMP": ICMP, "ICMPV4": ICMP, "ICMPV6": ICMPV6, "*": ANY, "": ANY}
GUARDS = {"MacAddressSpoofing": "Off", "DhcpGuard": "On", "RouterGuard": "On"}


@dataclass(frozen=True, slots=True)
class Port:
    """An adapter as it was found: `mac` as twelve hexadecimal digits, `vlan` as text (`Access 101`, `Untagged`)."""

    name: str
    mac: str
    switch: str
    guards: tuple[tuple[str, str], ...]
    vlan: str
    rules: frozenset[PortRule]


BLANK_VLAN = "Untagged"


def port_of(adapter: PsObject, vlan: PsObject | None = None, acls: Iterable[PsObject] = ()) -> Port:
    """Read an adapter; without *vlan* and *acls* as one that was just made."""
    return Port(
        name=adapter.text_of("Name"),
        mac=adapter.text_of("MacAddress").replace(":", "").replace("-", "").upper(),
        switch=str(adapter.get("SwitchName") or ""),
        guards=tuple((name, adapter.text_of(name)) for name in GUARDS),
        vlan=_vlan(vlan) if vlan else BLANK_VLAN,
        rules=frozenset(map(_rule, acls)),
    )


def mac_of(segment: Segment) -> str:
    """Return the segment's MAC as Hyper-V writes it."""
    return segment.mac.replace(":", "").upper()


def vlan_of(segment: Segment) -> str:
    return f"Access {segment.vlan}"


def flaws(port: Port, segment: Segment, rules: frozenset[PortRule], switch: str) -> tuple[str, ...]:
    """Return each attribute that deviates, in words; none where the port is as *segment* and *rules* say."""
    return tuple(_deviations(port, segment, rules, switch))


def _deviations(port: Port, segment: Segment, rules: frozenset[PortRule], switch: str) -> Iterator[str]:
    if port.switch != switch:
        yield f"{port.name}: switch is {port.switch or 'none'}, not {switch}"
    if port.vlan != vlan_of(segment):
        yield f"{port.name}: VLAN is {port.vlan}, not {vlan_of(segment)}"
    if port.mac != mac_of(segment):
        yield f"{port.name}: MAC is {port.mac}, not {mac_of(segment)}"
    for name, state in port.guards:
        if state != GUARDS[name]:
            yield f"{port.name}: {name} is {state}, not {GUARDS[name]}"
    yield from (f"missing: {rule}" for rule in sorted(rules - port.rules))
    yield from (f"unexpected: {rule}" for rule in sorted(port.rules - rules))


def _vlan(setting: PsObject) -> str:
    mode = setting.text_of("OperationMode")
    return f"{mode} {setting.number('AccessVlanId')}" if mode == "Access" else mode


def _rule(acl: PsObject) -> PortRule:
    direction: AclDirection = "Inbound" if acl.text_of("Direction") == "Inbound" else "Outbound"
    action: AclAction = "Allow" if acl.text_of("Action") == "Allow" else "Deny"
    return PortRule(
        direction,
        acl.number("Weight"),
        action,
        _protocol(_said(acl, "Protocol")),
        _address(_said(acl, "LocalIPAddress")),
        _address(_said(acl, "RemoteIPAddress")),
        _port(_said(acl, "LocalPort")),
        _port(_said(acl, "RemotePort")),
        acl.truth("Stateful"),
    )


def _said(acl: PsObject, name: str) -> str:
    return str(acl.get(name) or "").strip().upper()


def _protocol(said: str) -> str:
    return _PROTOCOLS.get(said, said)


def _port(said: str) -> str:
    return ANY if said in {"", "*"} else said


def _address(said: str) -> str:
    """Return an address or network in the spelling of rules.py; what is neither, as it is."""
    if said in {"", "*", ANY}:
        return ANY
    try:
        network = ip_network(said, strict=False)
    except ValueError:
        return said
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if single else str(network)
