"""Changes and plans: what would be done, before anything is done."""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from .errors import UnsafePlan

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Kind(StrEnum):
    """What a change does; declared in the order in which changes are shown and applied."""

    REMOVE = "remove"
    UPDATE = "update"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """One difference between what is wanted and what is there.

    `subject` names the thing for people ("machine acme", "record acme.example MX"); `loses` says what data
    goes with it, and is empty where nothing is lost that cannot be made again.
    """

    subject: str
    before: T | None
    after: T | None
    loses: str = ""

    @property
    def kind(self) -> Kind:
        if self.after is None:
            return Kind.REMOVE
        return Kind.CREATE if self.before is None else Kind.UPDATE


@dataclass(frozen=True, slots=True)
class ChangePlan(Generic[T]):
    """An ordered list of changes that can be shown, refused and applied; false when nothing is to do."""

    changes: tuple[Change[T], ...] = ()

    def __iter__(self) -> Iterator[Change[T]]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __add__(self, other: "ChangePlan[T]") -> "ChangePlan[T]":
        return ChangePlan(self.changes + other.changes)

    def refuse_if_unsafe(self, allow_loss: Collection[str] = ()) -> None:
        """Raise UnsafePlan if a change loses data and its subject is not in *allow_loss*."""
        for change in self:
            if change.loses and change.subject not in allow_loss:
                raise UnsafePlan(
                    f"{change.subject}: {change.kind} would lose {change.loses}",
                    field="plan",
                    value=change.subject,
                    remedy=f"say --allow-loss {change.subject!r} if that is what you want",
                )


def compare(
    wanted: Mapping[K, T],
    found: Mapping[K, T],
    *,
    subject: Callable[[K], str] = str,
    loses: Callable[[T, T | None], str] | None = None,
) -> ChangePlan[T]:
    """Plan the way from *found* to *wanted*: removals first, then updates, then new things.

    *loses* says what a change from one value to another (None: removed) would lose.

    >>> [(c.kind.value, c.subject) for c in compare({"a": 1, "b": 2}, {"b": 3, "c": 4})]
    [('remove', 'c'), ('update', 'b'), ('create', 'a')]
    """

    def lost(before: T, after: T | None) -> str:
        return loses(before, after) if loses else ""

    gone = [Change(subject(k), v, None, lost(v, None)) for k, v in found.items() if k not in wanted]
    both = [(k, found[k], v) for k, v in wanted.items() if k in found]
    other = [Change(subject(k), was, v, lost(was, v)) for k, was, v in both if was != v]
    new = [Change(subject(k), None, v) for k, v in wanted.items() if k not in found]
    return ChangePlan(tuple(change for part in (gone, other, new) for change in _ordered(part)))


def _ordered(changes: list[Change[T]]) -> list[Change[T]]:
    return sorted(changes, key=lambda change: change.subject)
