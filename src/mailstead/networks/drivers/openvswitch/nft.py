"""nftables' ruleset as values: read from what nft lists, written as commands that change it at once. Pure."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from .commands import understood
from .expressions import Expression

Command = dict[str, Any]


class Rule(NamedTuple):
    """One rule; `body` is its expressions as canonical JSON, `comment` says in words what it is for."""

    chain: str
    body: str
    comment: str

    def __str__(self) -> str:
        return f"rule {self.chain}: {self.comment or self.body}"


class Element(NamedTuple):
    """One element of a set or map, `data` being what a map's key leads to; the comment names the tenant."""

    holder: str
    key: tuple[str, ...]
    data: str
    comment: str

    def __str__(self) -> str:
        leads = f" → {self.data}" if self.data else ""
        return f"element {self.holder}: {' '.join(self.key)}{leads}"


class Chain(NamedTuple):
    """A chain; without a hook only others jump to it."""

    name: str
    kind: str = ""
    hook: str = ""
    priority: int = 0

    def __str__(self) -> str:
        return f"chain {self.name}"


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A table, or a part of it."""

    chains: frozenset[Chain] = frozenset()
    rules: tuple[Rule, ...] = ()
    elements: frozenset[Element] = frozenset()


def rule(chain: str, comment: str, *expressions: Expression) -> Rule:
    return Rule(chain, _canonical(expressions), comment)


def ruleset(chains: Iterable[Chain] = (), rules: Iterable[Rule] = (), elements: Iterable[Element] = ()) -> Ruleset:
    """Return a comparable value: rules chain by chain, in the order they have there."""
    ordered = sorted(rules, key=lambda entry: entry.chain)
    return Ruleset(frozenset(chains), tuple(ordered), frozenset(elements))


def parse(listing: str) -> Ruleset:
    """Read the output of `nft -j list table`."""
    items = understood(listing, "nft")["nftables"]
    holders = [value for item in items for kind, value in item.items() if kind in ("set", "map")]
    return ruleset(
        (_chain(item["chain"]) for item in items if "chain" in item),
        (_rule(item["rule"]) for item in items if "rule" in item),
        (element for holder in holders for element in _elements(holder)),
    )


class Table:
    """Writes commands for one table."""

    def __init__(self, family: str, name: str) -> None:
        self._place = {"family": family, "table": name}
        self._table = {"family": family, "name": name}

    def make(self) -> Command:
        return {"add": {"table": self._table}}

    def remove(self) -> list[Command]:
        # Adding first makes removing one already gone no error.
        return [self.make(), {"delete": {"table": self._table}}]

    def add_holder(self, name: str, kind: list[str], data: str) -> Command:
        value = {**self._place, "name": name, "type": kind[0] if len(kind) == 1 else kind}
        return {"add": {"map": {**value, "map": data}}} if data else {"add": {"set": value}}

    def add_chain(self, chain: Chain) -> Command:
        hook = {"type": chain.kind, "hook": chain.hook, "prio": chain.priority, "policy": "accept"}
        return {"add": {"chain": {**self._place, "name": chain.name, **(hook if chain.hook else {})}}}

    def empty_chain(self, name: str) -> Command:
        return {"flush": {"chain": {**self._place, "name": name}}}

    def delete_chain(self, name: str) -> Command:
        return {"delete": {"chain": {**self._place, "name": name}}}

    def add_rule(self, rule: Rule) -> Command:
        value = {**self._place, "chain": rule.chain, "expr": json.loads(rule.body)}
        return {"add": {"rule": {**value, "comment": rule.comment}}}

    def element(self, verb: str, element: Element) -> Command:
        key: Any = element.key[0] if len(element.key) == 1 else {"concat": list(element.key)}
        if element.comment and verb == "add":
            key = {"elem": {"val": key, "comment": element.comment}}
        value = [key, _verdict(element.data)] if element.data else key
        return {verb: {"element": {**self._place, "name": element.holder, "elem": [value]}}}


def written(commands: Iterable[Command]) -> str:
    """Return the commands as one transaction for `nft -j -f -`."""
    return json.dumps({"nftables": list(commands)})


def _verdict(data: str) -> object:
    verb, _, chain = data.partition(" ")
    return {verb: {"target": chain}} if chain else data


def _chain(item: dict[str, Any]) -> Chain:
    return Chain(item["name"], item.get("type", ""), item.get("hook", ""), item.get("prio", 0))


def _rule(item: dict[str, Any]) -> Rule:
    return Rule(item["chain"], _canonical(item["expr"]), item.get("comment", ""))


def _elements(holder: dict[str, Any]) -> Iterator[Element]:
    for entry in holder.get("elem", ()):
        key, data = entry if isinstance(entry, list) else (entry, "")
        comment = ""
        if isinstance(key, dict) and "elem" in key:
            key, comment = key["elem"]["val"], key["elem"].get("comment", "")
        parts = key["concat"] if isinstance(key, dict) else [key]
        if isinstance(data, dict):
            ((verb, value),) = data.items()
            data = f"{verb} {value['target']}" if value else verb
        yield Element(holder["name"], tuple(map(str, parts)), str(data), comment)


def _canonical(expressions: Iterable[Expression]) -> str:
    """Forget what counters count and in which order sets stand."""
    return json.dumps([_settled(expression) for expression in expressions], sort_keys=True)


def _settled(value: Any) -> Any:
    if isinstance(value, list):
        return [_settled(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if "counter" in value:
        return {"counter": None}
    if "set" in value and isinstance(value["set"], list):
        return {"set": sorted(value["set"], key=json.dumps)}
    return {name: _settled(entry) for name, entry in value.items()}
