"""The shared part of the table `inet mailstead`: which kinds of traffic cross which border. Pure.

Machines come and go as elements of sets and maps (see access.py); these rules stay.
"""

from collections.abc import Collection

from mailstead.networks.model import HostNetwork

from .expressions import (
    ACCEPT,
    COUNTER,
    DROP,
    IIF,
    IPV4_SOURCE,
    IPV4_TARGET,
    IPV6_SOURCE,
    IPV6_TARGET,
    OIF,
    REFUSE,
    Expression,
    family,
    icmp,
    jump,
    known_connection,
    look_up,
    match,
    network,
    one_of,
    pair,
    tcp_to,
    translated,
)
from .nft import Chain, Rule, Ruleset, rule, ruleset

GATEWAYS = "ms-g*"
MACHINES = "ms-t*"

# name → types of the key, type of what it leads to (empty for sets)
HOLDERS: dict[str, tuple[list[str], str]] = {
    "inside4": (["ifname", "ipv4_addr"], ""),
    "inside6": (["ifname", "ipv6_addr"], ""),
    "public6": (["ifname", "ipv6_addr"], ""),
    "public_to_machine": (["ipv4_addr"], "ipv4_addr"),
    "machine_to_public": (["ipv4_addr"], "ipv4_addr"),
    "enter": (["ifname"], "verdict"),
}

CHAINS = frozenset(
    (
        Chain("taps", "filter", "prerouting", -300),
        Chain("arrive", "nat", "prerouting", -100),
        Chain("arrive_from_host", "nat", "output", -100),
        Chain("depart", "nat", "postrouting", 100),
        Chain("to_host", "filter", "input", 0),
        Chain("across", "filter", "forward", 0),
        Chain("into_segment", "filter", "postrouting", 110),  # after translation: sees public sources
        Chain("known_source"),
        Chain("guest_to_host"),
        Chain("guest_leaving"),
        Chain("outside_arriving"),
        Chain("entering"),
    )
)

_NEIGHBOURS = icmp("icmpv6", ("nd-neighbor-solicit", "nd-neighbor-advert"))
_ERRORS4 = icmp("icmp", ("destination-unreachable", "time-exceeded", "parameter-problem"))
_ERRORS6 = icmp("icmpv6", ("destination-unreachable", "packet-too-big", "time-exceeded", "parameter-problem"))
_OWN_GATEWAY = match({"fib": {"result": "type", "flags": ["daddr", "iif"]}}, "local")
_TO_PUBLIC6 = match(pair(OIF, IPV6_TARGET), "@public6")
_TO_SEGMENT = match(OIF, GATEWAYS)
_FROM_SEGMENT = match(IIF, GATEWAYS)


def base_ruleset(base: HostNetwork, guarded: Collection[str] = ()) -> Ruleset:
    """Return chains and rules that hold for all segments.

    *guarded* are families and interfaces (`ipv6`, `ipv4 eth0`) that did not forward before we came, and shall
    not forward what is not ours.
    """
    guests = (*_translation(), *_known_source(), *_to_host(base), *_leaving(base.uplink))
    return ruleset(CHAINS, (*guests, *_arriving(base.uplink), *_entering(), *_hooks(base, sorted(guarded))))


def machine_side_ruleset() -> Ruleset:
    """Return the table `arp mailstead`: the host's kernel is deaf at machines' ports.

    In the userspace datapath it sees each frame too, and would answer ARP with the wrong MAC.
    """
    chain = Chain("taps", "filter", "input", 0)
    return ruleset((chain,), (rule("taps", "the switch alone listens", match(IIF, MACHINES), DROP),))


def _translation() -> list[Rule]:
    to_machine: Expression = {"dnat": {"family": "ip", "addr": look_up(IPV4_TARGET, "public_to_machine")}}
    to_public: Expression = {"snat": {"family": "ip", "addr": look_up(IPV4_SOURCE, "machine_to_public")}}
    return [
        rule("taps", "the switch alone listens", match(IIF, MACHINES), DROP),
        rule("arrive", "public address to machine", to_machine),
        rule("arrive_from_host", "public address to machine", to_machine),
        rule("depart", "machine to public address", to_public),
    ]


def _known_source() -> list[Rule]:
    sources = ((IPV4_SOURCE, "inside4"), (IPV6_SOURCE, "inside6"), (IPV6_SOURCE, "public6"))
    known = [
        rule("known_source", f"listed in {holder}", match(pair(IIF, source), f"@{holder}"), {"return": None})
        for source, holder in sources
    ]
    return [*known, rule("known_source", "forged", COUNTER, DROP)]


def _to_host(base: HostNetwork) -> list[Rule]:
    chain = "guest_to_host"
    resolvers = ((IPV4_TARGET, base.resolver_ipv4), (IPV6_TARGET, base.resolver_ipv6))
    layers = match({"meta": {"key": "l4proto"}}, one_of(("tcp", "udp")))
    to_53 = match({"payload": {"protocol": "th", "field": "dport"}}, 53)
    return [
        rule(chain, "neighbour discovery", _NEIGHBOURS, ACCEPT),
        rule(chain, "nobody else's address", jump("known_source")),
        rule(chain, "answers", known_connection(), ACCEPT),
        *(rule(chain, "resolver", match(to, str(at)), layers, to_53, ACCEPT) for to, at in resolvers),
        *(rule(chain, "ping", icmp(kind, ("echo-request",)), _OWN_GATEWAY, ACCEPT) for kind in ("icmp", "icmpv6")),
        rule(chain, "nothing else", COUNTER, REFUSE),
    ]


def _leaving(uplink: str | None) -> list[Rule]:
    chain = "guest_leaving"
    inside_only = match(pair(IIF, IPV6_SOURCE), "@public6", "!=")
    outside = [rule(chain, "mail and web", match(OIF, uplink), tcp_to((25, 80, 443)), ACCEPT)] if uplink else []
    return [
        rule(chain, "nobody else's address", jump("known_source")),
        rule(chain, "answers", known_connection(), ACCEPT),
        rule(chain, "inner addresses stay", inside_only, COUNTER, REFUSE),
        rule(chain, "mail to tenants", _TO_SEGMENT, translated(), tcp_to((25,)), ACCEPT),
        rule(chain, "mail to tenants", _TO_PUBLIC6, tcp_to((25,)), ACCEPT),
        *outside,
        rule(chain, "nothing else", COUNTER, REFUSE),
    ]


def _arriving(uplink: str | None) -> list[Rule]:
    chain = "outside_arriving"
    public = (translated(), _TO_PUBLIC6) if uplink else ()
    return [
        rule(chain, "answers", known_connection(), ACCEPT),
        *(rule(chain, "public addresses", match(IIF, uplink), at, ACCEPT) for at in public),
        rule(chain, "nothing else", COUNTER, DROP),
    ]


def _entering() -> list[Rule]:
    chain = "entering"
    return [
        rule(chain, "answers", known_connection(), ACCEPT),
        rule(chain, "neighbour discovery", _NEIGHBOURS, ACCEPT),
        *(rule(chain, "the host says no", errors, ACCEPT) for errors in (_ERRORS4, _ERRORS6)),
        rule(chain, "the tenant's access list", {"vmap": {"key": OIF, "data": "@enter"}}),
        rule(chain, "no such segment", COUNTER, DROP),
    ]


def _hooks(base: HostNetwork, guarded: list[str]) -> list[Rule]:
    pools = ((IPV4_TARGET, base.public_ipv4), (IPV6_TARGET, base.public_ipv6)) if base.uplink else ()
    return [
        rule("to_host", "from a machine", _FROM_SEGMENT, jump("guest_to_host")),
        rule("across", "from a machine", _FROM_SEGMENT, jump("guest_leaving")),
        rule("across", "to a machine", _TO_SEGMENT, jump("outside_arriving")),
        rule("into_segment", "to a machine", _TO_SEGMENT, jump("entering")),
        *(
            rule("across", "nobody has this address", match(IIF, base.uplink), match(to, network(pool)), DROP)
            for to, pool in pools
        ),
        *(_guard(what) for what in guarded),
    ]


def _guard(what: str) -> Rule:
    version, _, interface = what.partition(" ")
    where = (match(IIF, interface),) if interface else ()
    return rule("across", "no router before us", family(version), *where, COUNTER, DROP)
