"""What is kept in notes, since no port and no switch shows it: JSON to values and back. Pure.

The section `segment` of a machine's mark, and a line in the notes of the switch; see docs/formats/hyperv.md.
"""

import json
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network, ip_network
from typing import Any

from mailstead.networks.model import Allow, HostNetwork, Segment
from mailstead.sites.marks import Mark, Section

SECTION = "segment"
_HEAD = "mailstead-network-1 "


def section_of(segment: Segment) -> Section:
    """Return what the mark of the machine keeps of the segment; its tenant stands there already."""
    return {
        "vlan": segment.vlan,
        "mac": segment.mac,
        "ipv4": str(segment.ipv4),
        "ipv6": str(segment.ipv6),
        "public_ipv4": str(segment.public_ipv4),
        "public_ipv6": str(segment.public_ipv6),
        "bandwidth_mbit": segment.bandwidth_mbit,
        "rules": [[rule.service, list(rule.ports), list(map(str, rule.sources))] for rule in segment.rules],
    }


def segment_in(mark: Mark) -> Segment | None:
    """Return the segment that the mark keeps; None where there is none, or none that can be read."""
    kept = mark.sections.get(SECTION)
    if kept is None:
        return None
    try:
        return Segment(
            tenant=mark.tenant,
            vlan=int(kept["vlan"]),
            mac=str(kept["mac"]),
            ipv4=IPv4Interface(kept["ipv4"]),
            ipv6=IPv6Interface(kept["ipv6"]),
            public_ipv4=IPv4Address(kept["public_ipv4"]),
            public_ipv6=IPv6Address(kept["public_ipv6"]),
            rules=tuple(map(_allow, kept["rules"])),
            bandwidth_mbit=int(kept.get("bandwidth_mbit", 0)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def base_in(notes: str) -> HostNetwork | None:
    """Return what stands in a switch's notes; None where nothing of ours does, or nothing that can be read."""
    line = next((line for line in notes.splitlines() if line.startswith(_HEAD)), "")
    try:
        kept = json.loads(line.removeprefix(_HEAD))
        return HostNetwork(
            IPv4Address(kept["resolver_ipv4"]),
            IPv6Address(kept["resolver_ipv6"]),
            IPv4Network(kept["public_ipv4"]),
            IPv6Network(kept["public_ipv6"]),
            kept["uplink"],
        )
    except (KeyError, TypeError, ValueError):
        return None


def with_base(notes: str, base: HostNetwork | None) -> str:
    """Return the notes with our line put or (None) taken away; lines of others stay as they are."""
    others = [line for line in notes.splitlines() if not line.startswith(_HEAD)]
    return "\n".join(others if base is None else [*others, _HEAD + _told(replace(base, flaws=()))])


def _told(base: HostNetwork) -> str:
    kept: dict[str, Any] = {
        "resolver_ipv4": str(base.resolver_ipv4),
        "resolver_ipv6": str(base.resolver_ipv6),
        "public_ipv4": str(base.public_ipv4),
        "public_ipv6": str(base.public_ipv6),
        "uplink": base.uplink,
    }
    return json.dumps(kept, sort_keys=True, separators=(",", ":"))


def _allow(kept: Any) -> Allow:
    service, ports, sources = kept
    return Allow(str(service), tuple(map(int, ports)), tuple(map(ip_network, sources)))
