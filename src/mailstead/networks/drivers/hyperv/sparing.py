"""Whose access lists a look at a large host reads whole. Pure; decision 0158.

A list is vouched for when the mark says what was last brought to it, that is what is wanted now, and the adapter has as
many entries. Of lists that are vouched for, each look reads some all the same, by turns.
"""

from collections.abc import Collection, Iterable
from hashlib import sha256

from mailstead.remoting.values import PsObject
from mailstead.sites.marks import Mark

from .notes import SECTION
from .rules import PortRule

WHOLE = 150  # machines whose lists every look reads; on a larger host a look takes about so many, and the next others
_KEPT = "acl"


def digest_of(rules: Iterable[PortRule]) -> str:
    """Return 16 hexadecimal digits that stand for the rules, in whatever order."""
    return sha256("\n".join(map(str, sorted(rules))).encode()).hexdigest()[:16]


def vouched(mark: Mark, digest: str) -> Mark:
    """Return the mark, saying that the port was brought to the rules of this digest."""
    return mark.with_section(SECTION, {**mark.sections[SECTION], _KEPT: digest})


def vouches(mark: Mark, card: PsObject, rules: Collection[PortRule]) -> bool:
    """Say whether the adapter's list is known to be *rules*, as far as that shows without reading it."""
    entries = card.get("ExtendedAclList")
    counted = isinstance(entries, tuple) and len(entries) == len(rules)
    return counted and mark.sections.get(SECTION, {}).get(_KEPT) == digest_of(rules)
