"""What the doctor finds, what may be done about it without asking anybody, and the report that holds both."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from mailstead.orders.model import Lease


@dataclass(frozen=True, slots=True)
class Heal:
    """Bring a tenant to what is wanted, by an order; its plan loses nothing."""

    tenant: str

    def __str__(self) -> str:
        return f"bring {self.tenant} to what is wanted, by an order"


@dataclass(frozen=True, slots=True)
class Retry:
    """Go on with an order that failed or was cancelled."""

    order: str

    def __str__(self) -> str:
        return f"go on with order {self.order}"


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Carry out an order for which no worker is there."""

    order: str

    def __str__(self) -> str:
        return f"carry out order {self.order} here"


@dataclass(frozen=True, slots=True)
class Release:
    """Give back a lease whose holder is gone."""

    lease: Lease

    def __str__(self) -> str:
        return f"release the lease on {self.lease.resource} (token {self.lease.token})"


@dataclass(frozen=True, slots=True)
class ForgetAnchor:
    """Let the resolver forget a zone that nobody serves."""

    zone: str

    def __str__(self) -> str:
        return f"let the resolver forget {self.zone}"


@dataclass(frozen=True, slots=True)
class ForgetTraces:
    """Forget secrets, keys, certificates and sights of somebody who is no tenant."""

    tenant: str

    def __str__(self) -> str:
        return f"forget secrets, keys, certificates and sights of {self.tenant}"


@dataclass(frozen=True, slots=True)
class ForgetSecret:
    """Forget one secret that nothing names."""

    tenant: str
    name: str

    def __str__(self) -> str:
        return f"forget secret {self.name} of {self.tenant}"


@dataclass(frozen=True, slots=True)
class ReleaseNumbers:
    """Give back the numbers of somebody who is no tenant."""

    tenant: str

    def __str__(self) -> str:
        return f"give the numbers of {self.tenant} back to the pools"


@dataclass(frozen=True, slots=True)
class Restrict:
    """Let nobody but its owner read or write a file."""

    path: Path

    def __str__(self) -> str:
        return f"let only its owner read and write {self.path}"


Fix: TypeAlias = (
    Heal | Retry | CarryOut | Release | ForgetAnchor | ForgetTraces | ForgetSecret | ReleaseNumbers | Restrict
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `code` is stable; `subject` names the thing ("machine acme"); `message` is one sentence; `fix` is what `--fix` may
    do about it, None where a person must decide. `tenant` and `host` are empty where it is about none.
    """

    code: str
    subject: str
    message: str
    remedy: str
    tenant: str = ""
    host: str = ""
    fix: Fix | None = None

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"

    def as_dict(self) -> dict[str, Any]:
        """Return the finding for JSON; see docs/formats/doctor-report.md."""
        told = {name: getattr(self, name) for name in ("code", "subject", "message", "remedy", "tenant", "host")}
        return told | {"fix": str(self.fix) if self.fix else None}


@dataclass(frozen=True, slots=True)
class InHand:
    """A tenant that is being worked on right now, and is therefore not judged."""

    tenant: str
    order: str
    doing: str


@dataclass(frozen=True, slots=True)
class Report:
    """One examination. `findings` are faults; `notes` are worth knowing and none; `seconds` is how long it took."""

    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    in_hand: tuple[InHand, ...]
    tenants: int
    hosts: int
    seconds: float

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """What may be done about the findings, each once."""
        return tuple(dict.fromkeys(finding.fix for finding in self.findings if finding.fix))

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON; see docs/formats/doctor-report.md."""
        return {
            "findings": [finding.as_dict() for finding in self.findings],
            "notes": [note.as_dict() for note in self.notes],
            "in_hand": [{"tenant": i.tenant, "order": i.order, "doing": i.doing} for i in self.in_hand],
            "tenants": self.tenants,
            "hosts": self.hosts,
            "seconds": round(self.seconds, 3),
        }
