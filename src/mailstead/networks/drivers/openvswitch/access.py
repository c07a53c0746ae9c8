"""A segment's own part of the table `inet mailstead`, and the way there from what was found. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from mailstead.networks.model import Allow, Segment

from .expressions import (
    ACCEPT,
    COUNTER,
    DROP,
    IPV4_SOURCE,
    IPV6_SOURCE,
    Expression,
    family,
    match,
    network,
    one_of,
    tcp_to,
)
from .nft import Chain, Command, Element, Rule, Ruleset, Table, rule, ruleset


def entry_chain(vlan: int) -> str:
    return f"enter-{vlan}"


def segment_ruleset(segment: Segment) -> Ruleset:
    """Return the segment's chain, rules and elements."""
    chain = entry_chain(segment.vlan)
    rules = [rule for allow in segment.rules for rule in _allowed(chain, allow)]
    closing = rule(chain, f"{segment.tenant}: nothing else", COUNTER, DROP)
    return ruleset((Chain(chain),), (*rules, closing), _elements(segment, chain))


def part_of(table: Ruleset, vlan: int, tenant: str) -> Ruleset:
    """Return what *table* holds of one tenant."""
    chain = entry_chain(vlan)
    return ruleset(
        (found for found in table.chains if found.name == chain),
        (found for found in table.rules if found.chain == chain),
        (found for found in table.elements if found.comment == tenant),
    )


def change(table: Table, found: Ruleset, wanted: Ruleset) -> list[Command]:
    """Return the commands that lead from *found* to *wanted*; none where they are the same."""
    if found == wanted:
        return []
    kept = sorted(wanted.chains)
    gone = sorted({chain.name for chain in found.chains} - {chain.name for chain in kept})
    rules = [] if found.rules == wanted.rules else list(wanted.rules)
    return [
        *(table.element("delete", element) for element in sorted(found.elements - wanted.elements)),
        *(table.add_chain(chain) for chain in kept),
        *(table.empty_chain(chain.name) for chain in kept if rules),
        *(table.empty_chain(name) for name in gone),
        *(table.delete_chain(name) for name in gone),
        *(table.add_rule(entry) for entry in rules),
        *(table.element("add", element) for element in sorted(wanted.elements - found.elements)),
    ]


def _allowed(chain: str, allow: Allow) -> list[Rule]:
    ports = tcp_to(allow.ports)
    if not allow.sources:
        return [rule(chain, f"{allow.service} from anywhere", ports, ACCEPT)]
    versions = (
        [source for source in allow.sources if isinstance(source, IPv4Network)],
        [source for source in allow.sources if isinstance(source, IPv6Network)],
    )
    return [
        rule(
            chain,
            f"{allow.service} from {len(some)} IPv{some[0].version} source(s)",
            _from(some),
            ports,
            ACCEPT,
        )
        for some in versions
        if some
    ]


def _from(sources: list[IPv4Network] | list[IPv6Network]) -> Expression:
    if any(source.prefixlen == 0 for source in sources):
        return family(f"ipv{sources[0].version}")
    side = IPV4_SOURCE if sources[0].version == 4 else IPV6_SOURCE
    return match(side, one_of([network(source) for source in sources]))


def _elements(segment: Segment, chain: str) -> Iterable[Element]:
    gateway, tenant = segment.gateway_port, segment.tenant
    machine, public = str(segment.ipv4.ip), str(segment.public_ipv4)
    return (
        Element("inside4", (gateway, machine), "", tenant),
        Element("inside6", (gateway, str(segment.ipv6.ip)), "", tenant),
        Element("public6", (gateway, str(segment.public_ipv6)), "", tenant),
        Element("public_to_machine", (public,), machine, tenant),
        Element("machine_to_public", (machine,), public, tenant),
        Element("enter", (gateway,), f"jump {chain}", tenant),
    )
