"""Open vSwitch's database: rows of bridge and ports read, `ovs-vsctl` arguments written. Pure.

What we want to know again is written into `external_ids` of the gateway port and of the bridge, each value
under a key of its own that begins with `mailstead-` (see docs/formats/network.md).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_network,
)
from typing import Any

from mailstead.networks.model import Allow, HostNetwork, Segment

from .commands import understood

LIST = (
    "ovs-vsctl", "--timeout=20", "--format=json",
    "--", "--columns=name,ports,external_ids", "list", "Bridge",
    "--", "--columns=_uuid,name,tag,external_ids", "list", "Port",
    "--", "--columns=name,mac,ofport", "list", "Interface",
)  # fmt: skip
SERVICE_PORT = "ms-svc"
SERVICE_VLAN = 1  # no tenant's: ranges begin at 2


@dataclass(frozen=True, slots=True)
class Port:
    """One port of the bridge; `mac` is what we asked for, empty if nothing.

    Without a device it is not `plugged`: such records outlive a host that crashed.
    """

    name: str
    tag: int | None
    mac: str
    notes: Mapping[str, str]
    plugged: bool = True


@dataclass(frozen=True, slots=True)
class Bridge:
    """Our bridge as its database has it."""

    notes: Mapping[str, str]
    ports: Mapping[str, Port] = field(default_factory=dict)

    def segments(self) -> Iterator[Segment]:
        """Yield what the gateway ports say; ports whose notes cannot be read are passed over."""
        for port in self.ports.values():
            if "mailstead-tenant" in port.notes:
                try:
                    yield _segment(port)
                except (KeyError, ValueError):
                    continue

    def segment(self, tenant: str) -> Segment | None:
        return next((segment for segment in self.segments() if segment.tenant == tenant), None)

    def has_machine(self, segment: Segment) -> bool:
        """Say whether the machine's port is there, with its device."""
        port = self.ports.get(segment.port)
        return port is not None and port.plugged

    def base(self) -> HostNetwork | None:
        """Return what `prepare` wrote down, None where it did not come so far."""
        try:
            return _base(self.notes)
        except (KeyError, ValueError):
            return None


def parse(listing: str, bridge: str) -> Bridge | None:
    """Read the output of LIST; None where the bridge is not there."""
    bridges, ports, interfaces = (_rows(line) for line in listing.splitlines() if line)
    ours = next((row for row in bridges if row["name"] == bridge), None)
    if ours is None:
        return None
    devices = {row["name"]: row for row in interfaces}
    members = _members(ours["ports"])
    found = [_port(row, devices.get(row["name"], {})) for row in ports if row["_uuid"] in members]
    return Bridge(ours["external_ids"], {port.name: port for port in found})


def _port(row: Mapping[str, Any], device: Mapping[str, Any]) -> Port:
    plugged = (device.get("ofport") or -1) > 0
    return Port(row["name"], row["tag"], device.get("mac") or "", row["external_ids"], plugged)


def gateway_mac(segment: Segment) -> str:
    """Stays the same when a segment is made again, so that machines need not learn it anew."""
    return ":".join(f"{byte:02x}" for byte in (0x02, 0x67, *segment.gateway_ipv4.packed))


def make_bridge(bridge: str, datapath: str) -> list[str]:
    """Secure: without flows nothing passes. The bridge's own port lies in a VLAN where nobody is."""
    return [
        *_do("--may-exist", "add-br", bridge),
        *_do("set", "Bridge", bridge, f"datapath_type={datapath}", "fail_mode=secure"),
        *_do("set", "Port", bridge, f"tag={SERVICE_VLAN}"),
        *_do("--may-exist", "add-port", bridge, SERVICE_PORT),
        *_do("set", "Port", SERVICE_PORT, f"tag={SERVICE_VLAN}"),
        *_do("set", "Interface", SERVICE_PORT, "type=internal"),
    ]


def note_base(bridge: str, base: HostNetwork, before: Mapping[str, str]) -> list[str]:
    values = {
        "resolver-ipv4": base.resolver_ipv4,
        "resolver-ipv6": base.resolver_ipv6,
        "public-ipv4": base.public_ipv4,
        "public-ipv6": base.public_ipv6,
        "uplink": base.uplink or "",
        "before": " ".join(f"{key}={value}" for key, value in sorted(before.items())),
    }
    return _do("set", "Bridge", bridge, *_notes(values))


def before(notes: Mapping[str, str]) -> dict[str, str]:
    """Return the kernel settings that the host had before us."""
    settings = (entry.partition("=") for entry in notes.get("mailstead-before", "").split())
    return {key: value for key, _, value in settings}


def make_gateway(bridge: str, segment: Segment) -> list[str]:
    port = segment.gateway_port
    # A fixed OpenFlow number, far above those that machines' ports are given.
    asked = ["type=internal", f'mac="{gateway_mac(segment)}"', f"ofport_request={0x8000 + segment.vlan}"]
    return [
        *_do("--may-exist", "add-port", bridge, port),
        *_do("set", "Port", port, f"tag={segment.vlan}", *_notes(_described(segment))),
        *_do("set", "Interface", port, *asked),
    ]


def bind(segment: Segment) -> list[str]:
    owner = {"machine-of": segment.tenant}
    return _do("set", "Port", segment.port, f"tag={segment.vlan}", *_notes(owner))


def drop_ports(bridge: str, *ports: str) -> list[str]:
    return [word for port in ports for word in _do("--if-exists", "del-port", bridge, port)]


def drop_bridge(bridge: str) -> list[str]:
    return _do("--if-exists", "del-br", bridge)


def _do(*words: str) -> list[str]:
    return ["--", *words]


def _notes(values: Mapping[str, object]) -> list[str]:
    return [f"external_ids:mailstead-{name}={json.dumps(str(value))}" for name, value in values.items()]


def _described(segment: Segment) -> dict[str, object]:
    return {
        "tenant": segment.tenant,
        "mac": segment.mac,
        "ipv4": segment.ipv4,
        "ipv6": segment.ipv6,
        "public-ipv4": segment.public_ipv4,
        "public-ipv6": segment.public_ipv6,
        "rules": "; ".join(_rule(allow) for allow in segment.rules),
        "bandwidth-mbit": segment.bandwidth_mbit,
    }


def _segment(port: Port) -> Segment:
    notes = port.notes
    return Segment(
        tenant=notes["mailstead-tenant"],
        vlan=int(port.name.removeprefix("ms-g")),
        mac=notes["mailstead-mac"],
        ipv4=IPv4Interface(notes["mailstead-ipv4"]),
        ipv6=IPv6Interface(notes["mailstead-ipv6"]),
        public_ipv4=IPv4Address(notes["mailstead-public-ipv4"]),
        public_ipv6=IPv6Address(notes["mailstead-public-ipv6"]),
        rules=tuple(_allow(text) for text in notes["mailstead-rules"].split("; ") if text),
        bandwidth_mbit=int(notes.get("mailstead-bandwidth-mbit", "0")),
    )


def _base(notes: Mapping[str, str]) -> HostNetwork:
    return HostNetwork(
        resolver_ipv4=IPv4Address(notes["mailstead-resolver-ipv4"]),
        resolver_ipv6=IPv6Address(notes["mailstead-resolver-ipv6"]),
        public_ipv4=IPv4Network(notes["mailstead-public-ipv4"]),
        public_ipv6=IPv6Network(notes["mailstead-public-ipv6"]),
        uplink=notes["mailstead-uplink"] or None,
    )


def _rule(allow: Allow) -> str:
    """`imap 993 from 192.0.2.0/24,2001:db8::/32`, or without the sources."""
    text = f"{allow.service} {','.join(map(str, allow.ports))}"
    return f"{text} from {','.join(map(str, allow.sources))}" if allow.sources else text


def _allow(text: str) -> Allow:
    head, _, sources = text.partition(" from ")
    service, ports = head.split(" ")
    networks = tuple(ip_network(source) for source in sources.split(",") if source)
    return Allow(service, tuple(map(int, ports.split(","))), networks)


def _rows(line: str) -> list[dict[str, Any]]:
    table = understood(line, "ovs-vsctl")
    names = table["headings"]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in table["data"]]


def _plain(value: Any) -> Any:
    """OVSDB notation (RFC 7047, 5.1) → str, int, None, dict, or tuple for several."""
    match value:
        case ["map", pairs]:
            return dict(pairs)
        case ["set", entries]:
            return tuple(map(_plain, entries)) or None
        case ["uuid", text]:
            return text
    return value


def _members(ports: Any) -> frozenset[str]:
    return frozenset(ports if isinstance(ports, tuple) else [ports])
