"""Plans, drift, reports and the audit trail on the wire."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from mailstead.ground.plans import Kind
from mailstead.ground.values import Value
from mailstead.lifecycle.drifting import State
from mailstead.monitoring.model import Verdict
from mailstead.people.model import Caller, Right, Role
from mailstead.security.audit import AuditEntry
from mailstead.security.audit import Verdict as ChainVerdict

from .parts import Shown, behind


class FieldChange(Shown):
    """One field that a change touches."""

    field: str
    before: str
    after: str


class ChangeOut(Shown):
    """One difference between wanted and found. `due`: only time has come for it."""

    chapter: str
    due: bool
    kind: Kind
    subject: str = Field(examples=["machine acme"])
    loses: str = Field(description="Data that goes with it; empty: none.")
    fields: list[FieldChange]


class PlanOut(Shown):
    """What would be done for a tenant; `notes` say what cannot be known yet, by chapter."""

    tenant: str
    changes: list[ChangeOut]
    notes: dict[str, str]


class FoundOut(PlanOut):
    """A tenant that differs, and how that is to be read; `order` is at work on it."""

    state: State
    order: str


class Drift(Shown):
    """All tenants that differ from what is wanted."""

    items: list[FoundOut]


class CheckNew(Value):
    """What to look at."""

    only: list[Annotated[str, Field(pattern=r"^[a-z]{1,20}$", examples=["dns"])]] = Field(default=[], max_length=20)


class CheckFinding(Shown):
    """One duty looked at."""

    check: str
    subject: str
    verdict: Verdict
    detail: str
    remedy: str
    evidence: list[str]


class CheckReport(Shown):
    """Everything found about a tenant from outside."""

    format: int
    tenant: str
    passed: bool
    counts: dict[Verdict, int]
    seconds: float
    findings: list[CheckFinding]


class DoctorFinding(Shown):
    """One thing that is wrong; `fix` is what mending would do about it, null: a person must decide."""

    code: str
    subject: str
    message: str
    remedy: str
    tenant: str
    host: str
    fix: str | None


class InHandOut(Shown):
    """A tenant that is being worked on, and not judged."""

    tenant: str
    order: str
    doing: str


class DoctorReport(Shown):
    """Database and world held against each other."""

    findings: list[DoctorFinding]
    notes: list[DoctorFinding]
    in_hand: list[InHandOut]
    tenants: int
    hosts: int
    seconds: float


class PlatformOut(Shown):
    """The platform, and why it is in quarantine (empty: it is not)."""

    name: str
    quarantine: str


class AuditOut(Shown):
    """Who did what, when, on whom, from where. `details` tells before and after, and no secret."""

    sequence: int
    at: datetime
    actor: str = Field(examples=["session:olga@mailstead.example"])
    action: str = Field(examples=["mailbox.change"])
    tenant: str = Field(description="Empty: the platform.")
    subject: str
    details: dict[str, Any]

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls(
            sequence=entry.sequence,
            at=datetime.fromisoformat(entry.at),
            actor=entry.actor,
            action=entry.action,
            tenant=entry.tenant,
            subject=entry.subject,
            details=json.loads(entry.details),
        )


class AuditPage(Shown):
    """Entries of the trail, the newest first."""

    items: list[AuditOut]
    next: int | None = Field(description="What to send as `before` for the next page; null: this was the last.")

    @classmethod
    def of(cls, entries: Sequence[AuditEntry], limit: int) -> Self:
        return cls(
            items=[AuditOut.of(entry) for entry in entries], next=behind(entries, limit, lambda entry: entry.sequence)
        )


class HeadOut(Shown):
    """Number and hash of the last entry, to be kept elsewhere."""

    head: str = Field(examples=["1024:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"])


class Known(Value):
    """A head that was kept elsewhere."""

    head: str | None = Field(default=None, max_length=100, pattern=r"^[0-9]{1,18}:[0-9a-f]{64}$")


class ChainOut(Shown):
    """What checking the chain gave; `fault` is empty when all of it is whole."""

    whole: bool
    head: str
    fault: str

    @classmethod
    def of(cls, verdict: ChainVerdict) -> Self:
        return cls(whole=not verdict.fault, head=str(verdict.head), fault=verdict.fault)


class MeOut(Shown):
    """Who asks. `tenants` null: all of them."""

    name: str
    role: Role
    tenants: list[str] | None
    rights: list[Right]

    @classmethod
    def of(cls, caller: Caller) -> Self:
        tenants = None if caller.scope.tenants is None else sorted(caller.scope.tenants)
        return cls(name=caller.name, role=caller.role, tenants=tenants, rights=sorted(caller.rights))
