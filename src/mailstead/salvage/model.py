"""Which mails of which backup are meant, and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from mailstead.backup.model import Snapshot
from mailstead.items.model import Damage, Headers, Message
from mailstead.items.plan import Outcome, Verdict
from mailstead.orders.model import Inputs, Json

TOLD_MOST = 100  # failures and damages that a report names; the rest is counted


@dataclass(frozen=True, slots=True)
class Choice:
    """Mails of one mailbox in one snapshot: those named by their *guids*, or all of *folder*, or all there are.

    *into* is the folder that they come back to; empty: each to its own. *to* is the mailbox; empty: that they were in.
    """

    snapshot: int
    mailbox: str
    folder: str = ""
    guids: tuple[str, ...] = ()
    into: str = ""
    to: str = ""

    @property
    def receiver(self) -> str:
        """The mailbox that mails come back to."""
        return self.to or self.mailbox

    def admits(self, message: Message) -> bool:
        return self.folder in {"", message.folder} and (not self.guids or message.guid in self.guids)

    def as_inputs(self) -> dict[str, Json]:
        """Return what an order is given."""
        return {
            "snapshot": self.snapshot,
            "mailbox": self.mailbox,
            "folder": self.folder,
            "mails": list(self.guids),
            "into": self.into,
            "to": self.to,
        }

    @classmethod
    def of(cls, inputs: Inputs) -> Self:
        mails, to = tuple(inputs["mails"]), inputs.get("to", "")  # of an order from before, there is none
        return cls(inputs["snapshot"], inputs["mailbox"], inputs["folder"], mails, inputs["into"], to)


@dataclass(frozen=True, slots=True)
class Hit:
    """A mail that was found. `first` and `last` are the snapshots that hold it; `gone`: not in the one after those."""

    message: Message
    headers: Headers | None
    first: Snapshot
    last: Snapshot
    gone: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """What a look into backups found, and what could not be read."""

    hits: tuple[Hit, ...]
    damage: tuple[Damage, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """A folder of a mailbox, and how many mails it holds."""

    mailbox: str
    folder: str
    mails: int


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the mails of an order so far, out of how many; the first of what failed, by path and reason."""

    of: int = 0
    created: int = 0
    merged: int = 0
    skipped: int = 0
    failed: int = 0
    failures: tuple[Damage, ...] = ()
    damage: tuple[Damage, ...] = ()

    @property
    def done(self) -> int:
        return self.created + self.merged + self.skipped + self.failed

    def after(self, outcome: Outcome) -> Self:
        """Return the report with one more mail in it."""
        name = outcome.verdict.value
        counted = replace(self, **{name: getattr(self, name) + 1})
        if outcome.verdict is not Verdict.FAILED or len(self.failures) >= TOLD_MOST:
            return counted
        return replace(counted, failures=(*self.failures, Damage(outcome.message.path, outcome.why)))

    def as_json(self) -> dict[str, Json]:
        counts = {name: getattr(self, name) for name in ("of", *Verdict)}
        return counts | {"failures": _as_json(self.failures), "damage": _as_json(self.damage)}

    @classmethod
    def from_json(cls, told: Json) -> Self:
        counts = {name: told[name] for name in ("of", *Verdict)}
        return cls(**counts, failures=_damages(told["failures"]), damage=_damages(told["damage"]))


def _as_json(damage: Iterable[Damage]) -> list[dict[str, str]]:
    return [{"where": one.where, "why": one.why} for one in damage]


def _damages(told: Iterable[Json]) -> tuple[Damage, ...]:
    return tuple(Damage(one["where"], one["why"]) for one in told)
