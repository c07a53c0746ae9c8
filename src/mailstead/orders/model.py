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
└── StepFailed           carries the code of an error that this release does not know
    └── EventTimeout     the awaited event did not come in time                  event-timeout
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from mailstead.ground.errors import Conflict, InvalidInput, MailsteadError

Json: TypeAlias = Any  # None, bool, int, float, str, and lists and string-keyed mappings of these
Inputs: TypeAlias = Mapping[str, Json]


class StateInUse(Conflict):
    """Another worker process serves this state."""

    code = "state-in-use"


class KeyReused(Conflict):
    """The idempotency key names an order of another kind or tenant."""

    code = "key-reused"


class NotRetryable(Conflict):
    """Only a failed or cancelled order can be retried."""

    code = "not-retryable"


class UnknownKind(InvalidInput):
    """No workflow is registered under this kind."""

    code = "unknown-kind"


class NotJson(InvalidInput):
    """A value that should be kept cannot be written as JSON."""

    code = "not-json"


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


LEASE_S = 30.0

OPEN = (Status.QUEUED, Status.RUNNING, Status.WAITING)


class Outcome(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepView:
    """One step; `position` counts the engine's checkpoints from 1, `error` is a MailsteadError's as_dict."""

    position: int
    name: str
    started: datetime
    ended: datetime | None = None
    outcome: Outcome = Outcome.RUNNING
    attempts: int = 1
    error: dict[str, str] | None = None
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it stands. The last four fields are the engine's own; see docs/formats/orders.md."""

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

    @property
    def steps_done(self) -> int:
        return sum(step.outcome is Outcome.DONE for step in self.steps)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to act on a resource, until it expires or is released; `token` rises with each holder."""

    resource: str
    holder: str
    worker: str
    token: int


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a step is tried, and how long: waits grow from `first_s` by `factor` up to `most_s`."""

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
