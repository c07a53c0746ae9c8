"""Every tenant has numbers of its own."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from mailstead.doctor.facts import Facts
from mailstead.doctor.model import Finding, ReleaseNumbers

from .remedies import apply, heal

FIELDS = {
    "vlan": "VLAN",
    "ipv4": "subnet",
    "ipv6": "subnet",
    "public_ipv4": "public address",
    "public_ipv6": "public address",
}


def missing(facts: Facts) -> Iterator[Finding]:
    for name, _ in facts.serving():
        if name not in facts.kept.numbers:
            told = f"{name} is to serve and has no VLAN and addresses"
            fix = heal(facts, name)
            yield Finding("numbers-missing", f"numbers of {name}", told, apply(name), tenant=name, fix=fix)


def of_nobody(facts: Facts) -> Iterator[Finding]:
    for name in facts.strangers(facts.kept.numbers):
        told = f"VLAN and addresses are kept for {name}, who is no tenant"
        fix = ReleaseNumbers(name) if facts.nowhere(name) else None
        remedy = "mailstead doctor --fix" if fix else f"first see what {name} still has on hosts"
        yield Finding("numbers-orphan", f"numbers of {name}", told, remedy, tenant=name, fix=fix)


def twice(facts: Facts) -> Iterator[Finding]:
    for field, what in FIELDS.items():
        holders: dict[object, list[str]] = defaultdict(list)
        for name, numbers in facts.kept.numbers.items():
            holders[getattr(numbers, field)].append(name)
        for value, names in holders.items():
            if len(names) > 1:
                yield _shared(f"{what} {value}", sorted(names))


def overlapping(facts: Facts) -> Iterator[Finding]:
    taken = sorted((numbers.ipv4, name) for name, numbers in facts.kept.numbers.items())
    for (one, first), (other, second) in pairwise(taken):
        if one != other and one.overlaps(other):
            yield _shared(f"subnets {one} and {other}", [first, second])


def _shared(what: str, names: list[str]) -> Finding:
    told = f"{what} belongs to {' and '.join(names)}"
    remedy = "remove and purge one of them, and add it anew"
    return Finding("numbers-double", what, told, remedy, tenant=names[0])
