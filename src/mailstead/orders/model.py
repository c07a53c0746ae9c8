"""An order, its steps and its lease as values.

Errors of this chapter:

MailsteadError
├── Conflict
│   ├── StateInUse       another worker process serves this state                state-in-use
│   ├── KeyReused        the idempotency key names a different order             key-reused
│   └── NotRetryable     the order is neither failed nor cancelled               not-retryable
├── InvalidInput
│   ├── UnknownKind      no workflow is registered under this kind               unknown-kind
│   └── NotJson          a value cannot be kept as JSON                          not-json
├── NoRoom
│   └── DiskNearlyFull   the disk of our own databases is nearly full            disk-nearly-full   waits
├── UnknownStep          another release began this order with other steps       unknown-step       waits
└── StepFailed           carries the code of an error that this release does not know
    └── EventTimeout     the awaited event did not come in time                  event-timeout
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from mailstead.ground.errors import Conflict, InvalidInput, MailsteadError, NoRoom
from mailstead.ground.scope import EVERYTHING, Scope

Json: TypeAlias = Any  # None, bool, int, float, str, and lists and string-keyed mappings of these
Inputs: TypeAlias = Mapping[str, Json]


class StateInUse(Conflict):
    """Another worker process serves this state."""

    code = "state-in-use"


class KeyReused(Conflict):
    """The idempotency key names an order of another kind or tenant."""

    code = "key-reused"


class NotRetryable(Conflict):
    """Only an order that failed, was cancelled or waits for room can be retried."""

    code = "not-retryable"


class UnknownKind(InvalidInput):
    """No workflow is registered under this kind."""

    code = "unknown-kind"


class NotJson(InvalidInput):
    """A value that should be kept cannot be written as JSON."""

    code = "not-json"


class DiskNearlyFull(NoRoom):
    """The disk of our own databases has less room than is kept in reserve."""

    code, waits_for = "disk-nearly-full", "room on our own disk"


class UnknownStep(MailsteadError):
    """Another release began this order with other steps than this one has."""

    code, waits_for = "unknown-step", "a release of mailstead that knows its steps"


class StepFailed(MailsteadError):
    """A step failed with an error whose class is not known here; `original` is its code."""

    code = "step-failed"
    original: str = ""


class EventTimeout(StepFailed):
    """The awaited event did not come in time."""

    code = "event-timeout"


class Stopped(BaseException):
    """This execution no longer counts (cancelled, replaced, or the process ends): leave without a trace.

    A BaseException, so that no workflow takes it for an error of its own.
    """


class Status(StrEnum):
    """Where an order stands."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in OPEN


PROGRESS, REPORT = "progress", "report"  # events by which an order tells how far it is, and what came of it
LEASE_S = 20.0  # a dead worker's orders are to be with the living within 30 s
AGAIN_S = 30.0  # how often an order asks for what it waits for
KEEP_ALL = 2**31 - 1  # `resume_at` of an order of which no checkpoint is to be dropped

OPEN = (Status.QUEUED, Status.RUNNING, Status.WAITING)


class Outcome(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepView:
    """One step; `position` counts the engine's checkpoints from 1, `error` is a MailsteadError's as_dict.

    `due` is when its last attempt should have had an answer.
    """

    position: int
    name: str
    started: datetime
    ended: datetime | None = None
    outcome: Outcome = Outcome.RUNNING
    attempts: int = 1
    error: dict[str, str] | None = None
    waits_for: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it stands. The last five fields are the engine's own; see docs/formats/orders.md."""

    id: str
    key: str
    kind: str
    tenant: str
    host: str | None
    inputs: dict[str, Json]
    sequence: int
    created: datetime
    status: Status = Status.QUEUED
    started: datetime | None = None
    ended: datetime | None = None
    steps: tuple[StepView, ...] = ()
    total_steps: int | None = None
    waits_for: str = ""
    error: dict[str, str] | None = None
    events: dict[str, Json] = field(default_factory=dict)
    handed: bool = False
    token: int = 0
    resume_at: int | None = None
    again: datetime | None = None

    @property
    def is_parked(self) -> bool:
        """Say whether it waits for something that is missing, without a place in the engine and without a lease."""
        return self.again is not None and self.status.is_open

    @property
    def steps_done(self) -> int:
        return sum(step.outcome is Outcome.DONE for step in self.steps)

    @property
    def progress(self) -> tuple[int, int] | None:
        """Return how many bytes of how many the step in hand has moved, if it tells."""
        told = self.events.get(PROGRESS) if self.status.is_open else None
        return (told["done"], told["total"]) if told and told["done"] < told["total"] else None

    @property
    def report(self) -> dict[str, Json]:
        """Return what came of the order so far, for those kinds that tell."""
        return dict(self.events.get(REPORT, {}))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which orders somebody wants to see, the newest first: those below the number *before*, at most *limit*."""

    scope: Scope = EVERYTHING
    tenant: str | None = None
    status: Status | None = None
    before: int | None = None
    limit: int = 50

    def admits(self, order: OrderView) -> bool:
        below = self.before is None or order.sequence < self.before
        fits = self.tenant in {None, order.tenant} and self.status in {None, order.status}
        return below and fits and self.scope.admits(order.tenant)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to act on a resource, until it expires or is released; `token` rises with each holder."""

    resource: str
    holder: str
    worker: str
    token: int


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a step is tried, and how long: waits grow from `first_s` by `factor` up to `most_s`.

    After `deadline_s` no new attempt begins. A call in hand cannot be cut short, drivers have deadlines of their own:
    one that outlasts it keeps the order's lease, and the order says that it waits for the answer.
    """

    attempts: int = 5
    first_s: float = 1.0
    factor: float = 2.0
    most_s: float = 30.0
    deadline_s: float = 600.0

    def wait_s(self, attempt: int) -> float:
        """Return the seconds to wait after the given attempt (from 1).

        >>> [Retries().wait_s(n) for n in (1, 2, 9)]
        [1.0, 2.0, 30.0]
        """
        return float(min(self.most_s, self.first_s * self.factor ** (attempt - 1)))


@dataclass(frozen=True, slots=True)
class Limits:
    """How many orders run at once: on a host (by name, else `each_host`), and without one (`platform`)."""

    hosts: Mapping[str, int] = field(default_factory=dict)
    each_host: int = 2
    platform: int = 8
    PLATFORM: ClassVar[str] = "platform"

    def of(self, host: str | None) -> int:
        return self.platform if host is None else self.hosts.get(host, self.each_host)

    @classmethod
    def line(cls, host: str | None) -> str:
        """Return the name of the line in which an order for *host* stands."""
        return cls.PLATFORM if host is None else f"host-{host}"


@dataclass(frozen=True, slots=True)
class Reserve:
    """What is to stay free under our own databases: a *share* of the disk, but at most so many MiB.

    >>> Reserve().mib_of(4_000), Reserve().mib_of(1_000_000)
    (200, 500)
    """

    share: float = 0.05
    most_mib: int = 500

    def mib_of(self, disk_mib: int) -> int:
        """Return with how much less than this no new order is taken."""
        return min(self.most_mib, int(disk_mib * self.share))

    def parking_mib_of(self, disk_mib: int) -> int:
        """Return with how much less than this running orders park before their next step."""
        return self.mib_of(disk_mib) // 5
