"""The few words of nftables' JSON that we use (libnftables-json(5)), spelled as nft prints them."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

Expression = dict[str, Any]

ACCEPT: Expression = {"accept": None}
DROP: Expression = {"drop": None}
COUNTER: Expression = {"counter": None}
REFUSE: Expression = {"reject": {"type": "icmpx", "expr": "admin-prohibited"}}

IIF: Expression = {"meta": {"key": "iifname"}}
OIF: Expression = {"meta": {"key": "oifname"}}
IPV4_SOURCE: Expression = {"payload": {"protocol": "ip", "field": "saddr"}}
IPV4_TARGET: Expression = {"payload": {"protocol": "ip", "field": "daddr"}}
IPV6_SOURCE: Expression = {"payload": {"protocol": "ip6", "field": "saddr"}}
IPV6_TARGET: Expression = {"payload": {"protocol": "ip6", "field": "daddr"}}


def match(left: Expression, right: object, operator: str = "==") -> Expression:
    return {"match": {"op": operator, "left": left, "right": right}}


def one_of(values: Sequence[object]) -> object:
    """Return the right side of a match: a set, or the only value itself."""
    return values[0] if len(values) == 1 else {"set": list(values)}


def family(name: str) -> Expression:
    return match({"meta": {"key": "nfproto"}}, name)


def tcp_to(ports: Sequence[int]) -> Expression:
    return match({"payload": {"protocol": "tcp", "field": "dport"}}, one_of(ports))


def icmp(protocol: str, types: Sequence[str]) -> Expression:
    return match({"payload": {"protocol": protocol, "field": "type"}}, one_of(types))


def known_connection() -> Expression:
    return match({"ct": {"key": "state"}}, ["established", "related"], "in")


def translated() -> Expression:
    """The connection was addressed to a public address (and not to the machine's own)."""
    return match({"ct": {"key": "status"}}, "dnat", "in")


def pair(one: Expression, other: Expression) -> Expression:
    return {"concat": [one, other]}


def jump(chain: str) -> Expression:
    return {"jump": {"target": chain}}


def look_up(key: Expression, mapping: str) -> Expression:
    return {"map": {"key": key, "data": f"@{mapping}"}}


def network(source: IPv4Network | IPv6Network) -> object:
    """Return a network as nft prints it: a single address without a prefix."""
    if source.prefixlen == source.max_prefixlen:
        return str(source.network_address)
    return {"prefix": {"addr": str(source.network_address), "len": source.prefixlen}}
