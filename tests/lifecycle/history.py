"""What many operators did at once, and whether it fits some order in which they might have come one by one.

The method is that of Wing and Gong (1993): of all deeds that none of the others precedes in time, some one must have
been the next; try each. Things that do not depend on each other are looked at each by itself (Herlihy and Wing 1990).
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb that succeeded: on what, and within which span of time; it needs one of the values *needs* (empty:
    any) and leaves *leaves*. A look at the end needs and leaves what was seen."""

    thing: str
    verb: str
    needs: frozenset[Hashable]
    leaves: Hashable
    begun: float
    ended: float


def misfits(deeds: Iterable[Deed], before: Hashable = None) -> list[str]:
    """Return the things whose deeds fit no serial order from the value *before*, each with its deeds in time."""
    by_thing: dict[str, list[Deed]] = {}
    for deed in sorted(deeds, key=lambda deed: deed.begun):
        by_thing.setdefault(deed.thing, []).append(deed)
    return [f"{thing}: {_told(done)}" for thing, done in by_thing.items() if not fits(done, before)]


def fits(deeds: list[Deed], before: Hashable) -> bool:
    """Say whether *deeds*, all on one thing, fit some serial order that begins with the value *before*."""
    dead: set[tuple[frozenset[int], Hashable]] = set()

    def fit(left: frozenset[int], value: Hashable) -> bool:
        if not left:
            return True
        if (left, value) in dead:
            return False
        first_end = min(deeds[index].ended for index in left)
        for index in left:
            deed = deeds[index]
            may_be_next = deed.begun <= first_end and (not deed.needs or value in deed.needs)
            if may_be_next and fit(left - {index}, deed.leaves):
                return True
        dead.add((left, value))
        return False

    return fit(frozenset(range(len(deeds))), before)


def _told(deeds: list[Deed]) -> str:
    return ", ".join(f"{deed.verb} [{deed.begun:.3f} to {deed.ended:.3f}]" for deed in deeds)
